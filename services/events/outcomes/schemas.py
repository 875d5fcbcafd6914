"""Bodies of outcomes."""

from collections import Counter
from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator

from services.contracts.words import InvalidValue
from services.events.events.schemas import Themes
from services.events.events.terms import MAX_LINKS, Theme
from services.kernel.text import LocalizedLine

Notes = Annotated[
    dict[Theme, LocalizedLine], Field(max_length=2 * MAX_LINKS, description="A short text on some of the themes")
]


class OutcomeThemes(BaseModel):
    """The themes that an event dealt with: its main ones, and those that it touched on."""

    model_config = ConfigDict(extra="forbid")

    main: Themes = []
    touched: Themes = []

    @model_validator(mode="after")
    def _are_marked_once(self) -> "OutcomeThemes":
        if any(count > 1 for count in Counter([*self.main, *self.touched]).values()):
            raise InvalidValue("fields.marked-twice")
        return self


class OutcomePut(BaseModel):
    """The outcome of an event. It replaces the one written down before."""

    model_config = ConfigDict(extra="forbid")

    themes: OutcomeThemes
    notes: Notes = {}

    @model_validator(mode="after")
    def _notes_have_themes(self) -> "OutcomePut":
        if not self.notes.keys() <= {*self.themes.main, *self.themes.touched}:
            raise InvalidValue("fields.note-without-theme")
        return self


class OutcomeThemesRead(BaseModel):
    """The themes that an event dealt with, each list in the order of the codes."""

    main: list[str]
    touched: list[str]


class OutcomeRead(BaseModel):
    """The outcome of an event. `marked_at` and `themes` are null until it is written down."""

    event_id: UUID
    marked_at: datetime | None
    themes: OutcomeThemesRead | None
    notes: dict[str, LocalizedLine]
