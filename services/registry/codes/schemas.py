"""Bodies of code lists."""

from datetime import date
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from services.contracts.decimals import WrittenDecimal
from services.kernel.lists.pages import ListQuery
from services.kernel.text import Line, LocalizedLine

from .terms import LinkKind, SchemeAndCode


class SchemeRead(BaseModel):
    """A code list."""

    scheme: str
    name: LocalizedLine
    source: str
    code_count: int


class SchemeQuery(ListQuery):
    """The order and page of the list of code lists."""

    sort_keys = ("scheme",)


class CodeKey(BaseModel):
    """A code with its scheme."""

    model_config = ConfigDict(from_attributes=True)

    scheme: str
    code: str
    name: LocalizedLine


class CodeRead(CodeKey):
    """A code of a list. `valid_from` and `valid_to` are its first and last valid day; null is unlimited."""

    valid_from: date | None
    valid_to: date | None


class CodeLinkRead(BaseModel):
    """A step of the crosswalk. `share` is the part of the old code's municipalities that it covers."""

    kind: LinkKind
    share: WrittenDecimal
    scheme: str
    code: str
    name: LocalizedLine


class CodeDetail(CodeRead):
    """A code with its parents, its children, and its successors and predecessors in the crosswalk."""

    parents: list[CodeKey]
    children: list[CodeKey]
    successors: list[CodeLinkRead]
    predecessors: list[CodeLinkRead]


class CodeQuery(ListQuery):
    """Filters of the codes of a list."""

    sort_keys = ("place", "code", "name")

    on: Annotated[date | None, Field(description="Only codes that are valid on this day", examples=["2026-01-01"])] = (
        None
    )
    parent: Annotated[
        SchemeAndCode | None, Field(description="Only codes that lie in this one", examples=["ely:04"])
    ] = None
    q: Annotated[Line | None, Field(description="Part of a name in any language, or a code")] = None


class CodesLoaded(BaseModel):
    """The numbers of rows in the code lists after loading."""

    schemes: int
    codes: int
    parents: int
    links: int
