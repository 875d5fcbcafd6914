"""Use cases of partners."""

from collections.abc import Iterable, Mapping

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from services.contracts.roles import ROLE_SCOPES, Grant, Role
from services.contracts.words import Phrase
from services.kernel.background.outbox import announce
from services.kernel.clock import utc_now
from services.kernel.collation import finnish_sort_key
from services.kernel.data.ids import new_id, new_secret, secret_hash
from services.kernel.data.refusals import is_refused_by
from services.kernel.security import revocations
from services.kernel.security.auth import Principal
from services.kernel.web.errors import InvalidField
from services.kernel.web.etags import check_version

from . import queries
from .access import check_may_give
from .errors import PartnerNameTaken, ScopesBeyondRoles
from .messages import PartnerChanged, PartnerCreated
from .models import PartnerClient
from .schemas import GrantBody, PartnerCreate, PartnerPatch, PartnerRead, PartnerWithSecret
from .terms import ClientId, subject_of

# A grant in the form of its row.
StoredGrant = dict[str, str | None]


async def create_partner(session: AsyncSession, principal: Principal, body: PartnerCreate) -> PartnerWithSecret:
    """Enter a machine client and announce it. Its secret is in the answer and nowhere else.

    Raises: Forbidden (a grant beyond the principal's own), PartnerNameTaken, ScopesBeyondRoles.
    """
    check_may_give(principal, [grant.grant() for grant in body.grants])
    grants = [grant.model_dump(mode="json") for grant in body.grants]
    _check_scopes(body.scopes, grants)
    secret = new_secret()
    entered: PartnerClient | None = await session.scalar(
        insert(PartnerClient)
        .values(
            client_id=new_id(),
            name=body.name,
            sort_key=finnish_sort_key(body.name),
            secret_hash=secret_hash(secret),
            scopes=sorted(set(body.scopes)),
            grants=grants,
            places=_places(grants),
        )
        .on_conflict_do_nothing(index_elements=["name", "places"])
        .returning(PartnerClient)
    )
    if entered is None:
        raise PartnerNameTaken
    await announce(session, PartnerCreated(client_id=entered.client_id))
    return _with_secret(entered, secret)


async def change_partner(
    session: AsyncSession, principal: Principal, client_id: ClientId, body: PartnerPatch, *, read_version: int
) -> PartnerClient:
    """Change the fields of the patch and announce it. A patch with the present values changes nothing.

    Tokens that the client has are revoked where it is switched off or loses a scope or a grant.
    Raises: NotFound, VersionMismatch, Forbidden (a grant beyond the principal's own), PartnerNameTaken,
    ScopesBeyondRoles.
    """
    partner = await queries.get_for_change(session, principal, client_id)
    check_version(partner.version, read_version)
    sent = body.model_dump(mode="json", include=body.model_fields_set)
    if "scopes" in sent:
        sent["scopes"] = sorted(set(sent["scopes"]))
    changed = {name: value for name, value in sent.items() if getattr(partner, name) != value}
    if not changed:
        return partner
    if "grants" in changed:
        check_may_give(principal, [grant.grant() for grant in body.grants])
    rights_before = _rights(partner)
    _set(partner, changed)
    await _flush(session)
    if rights_before - _rights(partner):
        await _revoke(session, client_id)
    await announce(session, PartnerChanged(client_id=partner.client_id, version=partner.version))
    return partner


def _set(partner: PartnerClient, changed: Mapping[str, object]) -> None:
    """Set the fields of the row and what follows from them. Raises ScopesBeyondRoles."""
    for name, value in changed.items():
        setattr(partner, name, value)
    partner.sort_key = finnish_sort_key(partner.name)
    partner.places = _places(partner.grants)
    _check_scopes(partner.scopes, partner.grants)
    partner.version += 1


async def _flush(session: AsyncSession) -> None:
    """Write the row: the unique name decides. Raises PartnerNameTaken."""
    try:
        await session.flush()
    except IntegrityError as error:
        if is_refused_by(error, "uq_partner_clients_name_places"):
            raise PartnerNameTaken from error
        raise


async def renew_secret(session: AsyncSession, principal: Principal, client_id: ClientId) -> PartnerWithSecret:
    """Give the machine client a new secret, which makes the old one invalid at once and revokes its tokens.

    Raises NotFound.
    """
    partner = await queries.get_for_change(session, principal, client_id)
    secret = new_secret()
    partner.secret_hash = secret_hash(secret)
    partner.version += 1
    await session.flush()  # The version is in the message and the answer.
    await _revoke(session, client_id)
    await announce(session, PartnerChanged(client_id=partner.client_id, version=partner.version))
    return _with_secret(partner, secret)


async def _revoke(session: AsyncSession, client_id: ClientId) -> None:
    """Revoke the tokens of the client. The instant is taken once no token of it is being issued."""
    await queries.hold_tokens(session, client_id)
    await revocations.revoke(session, subject_of(client_id), since=utc_now())


def _rights(partner: PartnerClient) -> set[str]:
    """Return what a token of the client opens: scopes and grants, and none where it is switched off."""
    if not partner.active:
        return set()
    return {*partner.scopes, *(f"{grant['role']}@{_grant(grant).place()}" for grant in partner.grants)}


def _places(grants: Iterable[StoredGrant]) -> list[str]:
    return sorted({_grant(grant).place() for grant in grants})


def _grant(stored: StoredGrant) -> Grant:
    return GrantBody.model_validate(stored).grant()


def _check_scopes(scopes: Iterable[str], grants: Iterable[StoredGrant]) -> None:
    allowed = frozenset().union(*(ROLE_SCOPES[Role(grant["role"] or "")] for grant in grants))
    beyond = sorted(set(scopes) - {str(scope) for scope in allowed})
    if beyond:
        problem = InvalidField(
            "/body/scopes", "scopes-beyond-roles", Phrase("fields.scopes-beyond-roles", scopes=" ".join(beyond))
        )
        raise ScopesBeyondRoles(errors=[problem])


def _with_secret(partner: PartnerClient, secret: str) -> PartnerWithSecret:
    known = PartnerRead.model_validate(partner)
    return PartnerWithSecret(**dict(known), client_secret=secret)
