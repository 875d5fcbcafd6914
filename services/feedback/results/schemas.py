"""Bodies of results."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field

from .terms import Bound, CellState, ResultState


class Figure(BaseModel):
    """A figure, or a bound on it where the figure itself would disclose answers."""

    value: float
    bound: Bound


class IntervalRead(BaseModel):
    """A 95 % confidence interval. `method` says so where it is narrower because the number of people is known."""

    low: float
    high: float
    method: str


class Cell(BaseModel):
    """One bar of a distribution. A suppressed bar shows only its name."""

    value: Annotated[str, Field(description="The choice's id, or the number on the scale")]
    state: CellState
    count: int | None
    share: Annotated[Figure | None, Field(description="Per cent of those who answered the question")]
    interval: IntervalRead | None


class NpsRead(BaseModel):
    """A net promoter score, -100 to 100. Where nearly all people are of one group, it is a bound without the rest."""

    score: Figure
    interval: IntervalRead | None
    promoters: int | None
    passives: int | None
    detractors: int | None


class QuestionResult(BaseModel):
    """The results of one question. A value that may not be disclosed is null.

    A question without answers looks like a hidden one. A question is hidden too where the difference to another
    published number would concern one to four people.
    """

    question_id: str
    type: str
    state: CellState
    n: int | None
    mean: Figure | None
    median: float | None
    deviation: float | None
    interval: IntervalRead | None
    nps: NpsRead | None
    distribution: list[Cell] | None


class ResultsRead(BaseModel):
    """The results of a survey that may be disclosed now.

    `collecting`: the survey is open. `computing`: it is closed, and the release is being made. `hidden`: it has fewer
    than five answers. `released`: its figures do not change any more. `answers_lost`: the key of its answers was lost
    before the release, so they cannot be read.
    """

    survey_id: UUID
    state: ResultState
    answers_lost: Annotated[
        int | None,
        Field(description="Answers that cannot be read any more; null where none or fewer than five are lost"),
    ]
    invited: Annotated[int | None, Field(description="People invited: the number of attendees, so for the staff alone")]
    undeliverable: Annotated[
        int | None,
        Field(description="Invited people not reached by any mail, counted at the release; for the staff alone"),
    ]
    n: Annotated[int | None, Field(description="Answers that are counted")]
    response_rate: Annotated[
        float | None, Field(description="Counted answers of each hundred invited people reached by a mail")
    ]
    released_at: datetime | None
    engine: Annotated[
        str | None, Field(description="The software that computed the figures", examples=["scipy 1.17.1"])
    ]
    questions: list[QuestionResult]
