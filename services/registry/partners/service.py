"""Use cases of partners."""

from collections.abc import Iterable

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from services.contracts.roles import ROLE_SCOPES, Role
from services.contracts.words import Phrase
from services.kernel.background.outbox import announce
from services.kernel.collation import finnish_sort_key
from services.kernel.data.ids import new_id, new_secret, secret_hash
from services.kernel.data.refusals import is_refused_by
from services.kernel.web.errors import InvalidField
from services.kernel.web.etags import check_version

from . import queries
from .errors import PartnerNameTaken, ScopesBeyondRoles
from .messages import PartnerChanged, PartnerCreated
from .models import PartnerClient
from .schemas import PartnerCreate, PartnerPatch, PartnerRead, PartnerWithSecret
from .terms import ClientId


async def create_partner(session: AsyncSession, body: PartnerCreate) -> PartnerWithSecret:
    """Enter a machine client and announce it. Its secret is in the answer and nowhere else.

    Raises: PartnerNameTaken, ScopesBeyondRoles.
    """
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
        )
        .on_conflict_do_nothing(index_elements=["name"])
        .returning(PartnerClient)
    )
    if entered is None:
        raise PartnerNameTaken
    await announce(session, PartnerCreated(client_id=entered.client_id))
    return _with_secret(entered, secret)


async def change_partner(
    session: AsyncSession, client_id: ClientId, body: PartnerPatch, *, read_version: int
) -> PartnerClient:
    """Change the fields of the patch and announce it. A patch with the present values changes nothing.

    Tokens that were issued before stay valid until they expire.
    Raises: NotFound, VersionMismatch, PartnerNameTaken, ScopesBeyondRoles.
    """
    partner = await queries.get_for_change(session, client_id)
    check_version(partner.version, read_version)
    sent = body.model_dump(mode="json", include=body.model_fields_set)
    if "scopes" in sent:
        sent["scopes"] = sorted(set(sent["scopes"]))
    changed = {name: value for name, value in sent.items() if getattr(partner, name) != value}
    if not changed:
        return partner
    for name, value in changed.items():
        setattr(partner, name, value)
    partner.sort_key = finnish_sort_key(partner.name)
    _check_scopes(partner.scopes, partner.grants)
    partner.version += 1
    try:
        await session.flush()  # The unique name decides.
    except IntegrityError as error:
        if is_refused_by(error, "uq_partner_clients_name"):
            raise PartnerNameTaken from error
        raise
    await announce(session, PartnerChanged(client_id=partner.client_id, version=partner.version))
    return partner


async def renew_secret(session: AsyncSession, client_id: ClientId) -> PartnerWithSecret:
    """Give the machine client a new secret, which makes the old one invalid at once. Raises NotFound."""
    partner = await queries.get_for_change(session, client_id)
    secret = new_secret()
    partner.secret_hash = secret_hash(secret)
    partner.version += 1
    await session.flush()  # The version is in the message and the answer.
    await announce(session, PartnerChanged(client_id=partner.client_id, version=partner.version))
    return _with_secret(partner, secret)


def _check_scopes(scopes: Iterable[str], grants: Iterable[dict[str, str | None]]) -> None:
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
