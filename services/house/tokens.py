"""Bearer tokens for the people of an installation, made on the operator's machine."""

import asyncio
from datetime import timedelta
from uuid import UUID

import asyncpg

from services.house.errors import HouseError
from services.house.installation import Installation, Tell, database_url, opened
from services.kernel.auth import Grant, Role
from services.kernel.tokens import Issuer

# Where a role holds; the others may hold everywhere.
_BOUND = {Role.project_contact: "project", Role.door: "event"}
_TABLES = {"coordination": ("registry", "projects"), "project": ("registry", "projects"), "event": ("events", "events")}


def mint(installation: Installation, role: Role, places: dict[str, str], *, minutes: int, tell: Tell) -> str:
    """A token for the role in the places (`coordination`, `project`, `event` → id or slug).

    Raises: HouseError when a place is missing or not found.
    """
    needed = _BOUND.get(role)
    if needed is not None and needed not in places:
        message = f"The role {role} holds in one {needed}: say which with --{needed}."
        raise HouseError(message)
    ids = {f"{kind}_id": found for kind, found in _resolved(installation, places, tell=tell).items()}
    issuer = Issuer(installation.keys.signing_key, issuer=installation.address)
    return issuer.mint(f"operator:{role}", [Grant(role, **ids)], lifetime=timedelta(minutes=minutes))


def _resolved(installation: Installation, places: dict[str, str], *, tell: Tell) -> dict[str, UUID]:
    known = {kind: found for kind, ref in places.items() if (found := _as_id(ref)) is not None}
    slugs = {kind: ref for kind, ref in places.items() if kind not in known}
    if not slugs:
        return known
    with opened(installation, tell=tell) as cluster:
        for kind, slug in slugs.items():
            service, table = _TABLES[kind]
            url = database_url(cluster, installation.keys, service)
            found = asyncio.run(_id_of(url, f"{service}.{table}", slug))
            if found is None:
                message = f"There is no {kind} with the slug {slug}."
                raise HouseError(message)
            known[kind] = found
    return known


def _as_id(ref: str) -> UUID | None:
    try:
        return UUID(ref)
    except ValueError:
        return None


async def _id_of(url: str, table: str, slug: str) -> UUID | None:
    connection = await asyncpg.connect(url)
    try:
        found: UUID | None = await connection.fetchval(f"SELECT id FROM {table} WHERE slug = $1", slug)  # noqa: S608
    finally:
        await connection.close()
    return found
