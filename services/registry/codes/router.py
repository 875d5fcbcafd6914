"""Routes of code lists."""

from typing import Annotated

from fastapi import Path, Query

from services.contracts.vocabulary import Code
from services.kernel.data.db import Reading, Transaction
from services.kernel.lists.dependency import Lists
from services.kernel.lists.pages import Page
from services.kernel.openapi.document import problems
from services.kernel.security.auth import Anyone, RegistryWrite
from services.kernel.web.routing import new_router

from . import queries, service
from .errors import CodeListUnusable
from .schemas import CodeDetail, CodeQuery, CodeRead, CodesLoaded, SchemeQuery, SchemeRead
from .terms import Scheme

router = new_router("codes", tag="codes")
SchemeInPath = Annotated[Scheme, Path(examples=["maakunta"])]
CodeInPath = Annotated[Code, Path(examples=["05"])]


@router.get("", summary="List code lists")
async def list_code_lists(query: Annotated[SchemeQuery, Query()], principal: Anyone, lists: Lists) -> Page[SchemeRead]:
    """All code lists with the number of their codes."""
    return await lists.page(queries.schemes(), query)


@router.post("/refresh", summary="Load the code lists anew", responses=problems(CodeListUnusable))
async def refresh_code_lists(principal: RegistryWrite, session: Transaction) -> CodesLoaded:
    """The numbers of rows after the code lists were loaded from their files again. Administrators only."""
    return await service.refresh(session, principal)


@router.get("/{scheme}", summary="List the codes of a list")
async def list_codes(
    scheme: SchemeInPath, query: Annotated[CodeQuery, Query()], principal: Anyone, session: Reading, lists: Lists
) -> Page[CodeRead]:
    """The codes of a list, or those of them that are valid on a day or lie in another code."""
    return await lists.page(await queries.listing(session, scheme, query), query)


@router.get("/{scheme}/{code}", summary="Read a code")
async def read_code(scheme: SchemeInPath, code: CodeInPath, principal: Anyone, session: Reading) -> CodeDetail:
    """One code with its parents, its children, and its predecessors and successors in the crosswalk."""
    return await queries.get(session, scheme, code)
