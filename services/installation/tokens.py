"""Bearer tokens for the people of an installation, made on the operator's machine."""

import asyncio
from collections.abc import Mapping
from datetime import timedelta
from uuid import UUID

import asyncpg
from pydantic import ValidationError

from services.contracts.roles import Grant, Role
from services.installation.errors import CannotRun
from services.installation.installation import Installation, Tell, database_url, opened
from services.kernel.security.tokens import Issuer
from services.registry.settings import RegistrySettings

Places = Mapping[str, str]

# Roles that hold in one place each; the others may hold everywhere.
_BOUND = {Role.project_contact: "project", Role.door: "event"}
_TABLES = {"coordination": ("registry", "projects"), "project": ("registry", "projects"), "event": ("events", "events")}


def mint(installation: Installation, role: Role, places: Places, *, minutes: int, tell: Tell) -> str:
    """Return a token for the role in the places (`coordination`, `project`, `event` → id or slug).

    Raises: CannotRun when a place is missing or not found, or when there is no installation.
    """
    _refuse_nowhere(role, places)
    installation.require()
    issuer = Issuer(installation.keys.signing_key, issuer=installation.address)
    if all(_as_id(ref) for ref in places.values()):
        return _minted(issuer, role, places, {}, minutes=minutes)
    with opened(installation, tell=tell) as cluster:
        urls = {service: database_url(cluster, installation.keys, service) for service, _ in _TABLES.values()}
        return _minted(issuer, role, places, urls, minutes=minutes)


def deployed() -> RegistrySettings | None:
    """Return the settings of the issuer in a production installation; None where this process has none of them.

    The registry's container has them.
    """
    try:
        settings = RegistrySettings()
    except ValidationError:
        return None
    return settings if settings.environment == "production" else None


def mint_deployed(settings: RegistrySettings, role: Role, places: Places, *, minutes: int) -> str:
    """Return a token as `mint` does, in production; an event is named by its id there. Raises CannotRun."""
    _refuse_nowhere(role, places)
    assert settings.signing_key is not None  # Settings without it are refused.
    issuer = Issuer(settings.signing_key.get_secret_value(), issuer=settings.issuer)
    urls = {"registry": settings.database_url.get_secret_value()}
    return _minted(issuer, role, places, urls, minutes=minutes)


def _refuse_nowhere(role: Role, places: Places) -> None:
    needed = _BOUND.get(role)
    if needed is not None and needed not in places:
        message = f"The role {role} holds in one {needed}: name it with --{needed}."
        raise CannotRun(message)


def _minted(issuer: Issuer, role: Role, places: Places, urls: Mapping[str, str], *, minutes: int) -> str:
    ids = {f"{kind}_id": _as_id(ref) or _found(kind, ref, urls) for kind, ref in places.items()}
    return issuer.mint(f"operator:{role}", [Grant(role, **ids)], lifetime=timedelta(minutes=minutes))


def _found(kind: str, slug: str, urls: Mapping[str, str]) -> UUID:
    service, table = _TABLES[kind]
    if service not in urls:
        message = f"Name the {kind} by its id here; only {service} knows its slug."
        raise CannotRun(message)
    row_id = asyncio.run(_id_of(urls[service], f"{service}.{table}", slug))
    if row_id is None:
        message = f"There is no {kind} with the slug {slug}."
        raise CannotRun(message)
    return row_id


def _as_id(ref: str) -> UUID | None:
    try:
        return UUID(ref)
    except ValueError:
        return None


async def _id_of(url: str, table: str, slug: str) -> UUID | None:
    connection = await asyncpg.connect(url)
    try:
        row_id: UUID | None = await connection.fetchval(f"SELECT id FROM {table} WHERE slug = $1", slug)  # noqa: S608
    finally:
        await connection.close()
    return row_id
