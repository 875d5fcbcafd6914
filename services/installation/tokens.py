"""Bearer tokens for the people of an installation, made on the operator's machine."""

import asyncio
import getpass
import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Final
from uuid import UUID

import asyncpg
from pydantic import ValidationError

from services.contracts.roles import Grant, Role
from services.installation.errors import CannotRun
from services.installation.installation import Installation, Tell, database_url, opened
from services.kernel.security.tokens import Issuer
from services.registry.settings import RegistrySettings

Places = Mapping[str, str]

# The longest subject has 118 characters: a name, a role and an id.
_NAME: Final = re.compile(r"[A-Za-z0-9._-]{1,40}")
# Roles that hold in one place each; the others may hold everywhere.
_BOUND = {Role.project_contact: "project", Role.door: "event"}
_TABLES = {"coordination": ("registry", "projects"), "project": ("registry", "projects"), "event": ("events", "events")}


def login_name() -> str:
    """Return the name under which the operator is signed in on this machine. Raises: CannotRun."""
    try:
        return getpass.getuser()
    except (OSError, KeyError) as error:
        message = "Name the bearer with --as: this process has no login name."
        raise CannotRun(message) from error


def subject_of(name: str, grant: Grant) -> str:
    """Return the subject of a person's token: who it is, in what role, and in which place.

    Raises: CannotRun when the name is not one of letters, digits, dots, hyphens and underscores.
    """
    if not _NAME.fullmatch(name):
        message = "A bearer's name has 1 to 40 letters, digits, dots, hyphens and underscores: --as anna.virtanen"
        raise CannotRun(message)
    return ":".join(filter(None, ("operator", name.lower(), grant.role, grant.place().partition(":")[2])))


def mint(
    installation: Installation, role: Role, places: Places, *, minutes: int, tell: Tell, bearer: str | None = None
) -> str:
    """Return a token for the role in the place (`coordination`, `project` or `event` → id or slug).

    `bearer` names the person who will use it; without one, it is the operator.
    Raises: CannotRun when the place is missing or not found, or when there is no installation.
    """
    _check_places(role, places)
    installation.require()
    name = bearer or login_name()
    issuer = Issuer(installation.keys.signing_key, issuer=installation.address)
    if all(_as_id(ref) for ref in places.values()):
        return _minted(issuer, name, _grant(role, places, {}), minutes=minutes)
    with opened(installation, tell=tell) as cluster:
        urls = {service: database_url(cluster, installation.keys, service) for service, _ in _TABLES.values()}
        return _minted(issuer, name, _grant(role, places, urls), minutes=minutes)


def deployed() -> RegistrySettings | None:
    """Return the settings of the issuer in a production installation; None where this process has none of them.

    The registry's container has them.
    """
    try:
        settings = RegistrySettings()
    except ValidationError:
        return None
    return settings if settings.environment == "production" else None


def mint_deployed(
    settings: RegistrySettings, role: Role, places: Places, *, minutes: int, bearer: str | None = None
) -> str:
    """Return a token as `mint` does, in production; an event is named by its id there.

    Raises: CannotRun, also without a bearer: all operators have one login name in the registry's container.
    """
    _check_places(role, places)
    if bearer is None:
        message = "Name the bearer with --as: in production a login name is not one person's."
        raise CannotRun(message)
    assert settings.signing_key is not None  # Settings without it are refused.
    issuer = Issuer(settings.signing_key.get_secret_value(), issuer=settings.issuer)
    urls = {"registry": settings.database_url.get_secret_value()}
    return _minted(issuer, bearer, _grant(role, places, urls), minutes=minutes)


def _check_places(role: Role, places: Places) -> None:
    needed = _BOUND.get(role)
    if needed is not None and needed not in places:
        message = f"The role {role} holds in one {needed}: name it with --{needed}."
        raise CannotRun(message)
    if len(places) > 1:
        message = f"A role holds in one place: choose between {' and '.join(f'--{kind}' for kind in places)}."
        raise CannotRun(message)


def _grant(role: Role, places: Places, urls: Mapping[str, str]) -> Grant:
    return Grant(role, **{f"{kind}_id": _as_id(ref) or _found(kind, ref, urls) for kind, ref in places.items()})


def _minted(issuer: Issuer, name: str, grant: Grant, *, minutes: int) -> str:
    return issuer.mint(subject_of(name, grant), [grant], lifetime=timedelta(minutes=minutes))


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
