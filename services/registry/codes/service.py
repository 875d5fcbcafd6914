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
    """Bring the code lists to what the files say; again changes nothing.

    A code that has left the files stays: rows may refer to it. Raises CodeListUnusable, having changed nothing.
    Requires: runs inside the caller's transaction; never commits.
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
    """As `load_code_lists`, asked for by somebody. Raises: Forbidden, CodeListUnusable."""
    if not access.may_load(principal):
        raise Forbidden
    return await load_code_lists(session)


def _upsert_schemes() -> Insert:
    wanted = insert(CodeScheme)
    return wanted.on_conflict_do_update(
        index_elements=["scheme"], set_={"name": wanted.excluded.name, "source": wanted.excluded.source}
    )


def _upsert_codes() -> Insert:
    wanted = insert(CodeRow)
    changed = ("name", "sort_name", "place", "valid_from", "valid_to")
    return wanted.on_conflict_do_update(
        index_elements=["scheme", "code"], set_={name: wanted.excluded[name] for name in changed}
    )
