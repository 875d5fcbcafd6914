"""Use cases of code lists."""

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import Insert, insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.kernel.security.auth import Principal
from services.kernel.web.errors import Forbidden

from . import access, sources
from .models import CodeLink, CodeParent, CodeRow, CodeScheme
from .schemas import CodesLoaded


async def load_code_lists(session: AsyncSession) -> CodesLoaded:
    """Make the code lists agree with the files. A second call changes nothing.

    A code that the files no longer contain stays, because rows may refer to it.
    Raises CodeListUnusable before anything is changed.
    Requires: a transaction of the caller; never commits.
    """
    lists = sources.read_code_lists()
    await session.execute(_upsert_schemes(), lists.schemes)
    await session.execute(_upsert_codes(), lists.codes)
    await session.execute(delete(CodeLink))
    await session.execute(delete(CodeParent))
    await session.execute(insert(CodeParent), lists.parents)
    await session.execute(insert(CodeLink), lists.links)
    return CodesLoaded(
        schemes=len(lists.schemes), codes=len(lists.codes), parents=len(lists.parents), links=len(lists.links)
    )


async def refresh(session: AsyncSession, principal: Principal) -> CodesLoaded:
    """Load the code lists on behalf of an administrator. Raises: Forbidden, CodeListUnusable."""
    if not access.may_load(principal):
        raise Forbidden
    return await load_code_lists(session)


def _upsert_schemes() -> Insert:
    rows = insert(CodeScheme)
    return rows.on_conflict_do_update(
        index_elements=["scheme"], set_={"name": rows.excluded.name, "source": rows.excluded.source}
    )


def _upsert_codes() -> Insert:
    rows = insert(CodeRow)
    changed = ("name", "sort_key", "place", "valid_from", "valid_to")
    return rows.on_conflict_do_update(
        index_elements=["scheme", "code"], set_={name: rows.excluded[name] for name in changed}
    )
