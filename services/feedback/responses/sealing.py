"""Sealing: an answer is padded to the size of all answers to its survey, and encrypted for the survey's private key."""

import json
from typing import Final

from cryptography.hazmat.primitives.hpke import MLKEM768X25519PrivateKey, MLKEM768X25519PublicKey

from services.feedback.keys.pairs import SUITE
from services.feedback.surveys.terms import SurveyId

from .terms import OpenedAnswer

# Binds what is sealed to its purpose and its survey: it opens for no other.
_INFO: Final = b"vipu/answer/v1/"


class AnswerSealing:
    """The sealing of the answers to one survey."""

    def __init__(self, survey_id: SurveyId) -> None:
        self._info = _INFO + str(survey_id).encode("ascii")

    def seal(self, answer: OpenedAnswer, *, size: int, key: MLKEM768X25519PublicKey) -> bytes:
        """Return the answer as bytes that the private key alone opens. Requires: it takes at most `size` bytes."""
        content = {
            "v": answer.version,
            "l": answer.language,
            "a": answer.answers,
            "o": answer.entered_by_organiser,
        }
        payload = json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()
        assert len(payload) <= size
        # JSON may end with spaces.
        return SUITE.encrypt(payload.ljust(size), key, self._info)

    def open(self, sealed: bytes, *, key: MLKEM768X25519PrivateKey) -> OpenedAnswer:
        """Return the answer. Raises: InvalidTag (of `cryptography`), where it was sealed for another key or survey."""
        content = json.loads(SUITE.decrypt(sealed, key, self._info))
        return OpenedAnswer(
            version=content["v"],
            language=content["l"],
            answers=content["a"],
            entered_by_organiser=content["o"],
        )
