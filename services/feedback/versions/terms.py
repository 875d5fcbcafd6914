"""Vocabulary of versions: the names and limits of questions."""

from typing import Annotated, Final

from pydantic import StringConstraints

# Stable names of questions and choices: a label may change, these may not.
QuestionId = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$", min_length=1, max_length=40)]
ChoiceId = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]*$", min_length=1, max_length=40)]

MAX_NUMBER: Final = 10**12
MAX_LONG_TEXT: Final = 4000
MAX_LINE: Final = 300
# Of all texts of one answer together, in signs.
MAX_TEXTS: Final = 8000
