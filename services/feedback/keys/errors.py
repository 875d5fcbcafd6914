"""Failures of keys."""

from uuid import UUID

from services.kernel.web.errors import DomainError


class NoSurveyKey(DomainError):
    """All ready keys are taken. The worker makes new ones soon."""

    status, code, retryable = 503, "no-survey-key", True


class SurveyKeyMissing(Exception):
    """The private key of a survey that is to be released is not in the folder of keys."""

    def __init__(self, survey_id: UUID) -> None:
        super().__init__(
            f"The private key of the survey {survey_id} is missing. Bring the folder of keys back, or give the answers "
            "up, as docs/operations.md describes."
        )


class KeyFolderMissing(Exception):
    """The worker has no folder of survey keys, or another one than the database knows. It must not start."""


class KeysBeingMade(Exception):
    """Another process has been making survey keys all the time that this one waited."""

    def __init__(self) -> None:
        super().__init__("Another process is making survey keys. Stop the worker of feedback, and try again.")


class KeyDoesNotFit(Exception):
    """A private key does not open what its public key, which the database has, seals."""

    def __init__(self, key_id: UUID) -> None:
        super().__init__(f"The private key {key_id} is not the one of the restored database.")
