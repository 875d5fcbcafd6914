"""Use cases of organisations."""

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from services.kernel.collation import sort_key_of
from services.kernel.data.ids import new_id
from services.kernel.data.refusals import is_refused_by
from services.kernel.patches import merged_changes, stored_values
from services.kernel.security.auth import Principal
from services.kernel.text import pick
from services.kernel.web.etags import check_version

from . import checks, queries, searching
from .access import check_may_write
from .announcing import announce_organisations
from .errors import BusinessIdTaken
from .models import Organisation
from .schemas import OrganisationCreate, OrganisationPatch
from .terms import OrganisationId
from .typed_names import typed_key


async def create_organisation(session: AsyncSession, principal: Principal, body: OrganisationCreate) -> Organisation:
    """Enter an organisation and announce it. Raises: Forbidden, BusinessIdTaken, UnknownCode."""
    check_may_write(principal)
    await checks.check_areas(session, body.areas)
    values = {
        **body.model_dump(),
        "id": new_id(),
        "sort_name": pick(body.name)[0],
        "sort_key": sort_key_of(body.name),
        "typed_key": typed_key(body.name, body.abbreviations),
    }
    entered: Organisation | None = await session.scalar(
        insert(Organisation)
        .values(values)
        .on_conflict_do_nothing(index_elements=["business_id"])
        .returning(Organisation)
    )
    if entered is None:
        raise BusinessIdTaken
    await searching.index(session, [entered.id])
    await announce_organisations(session, created=[entered.id])
    return entered


async def change_organisation(
    session: AsyncSession,
    principal: Principal,
    organisation_id: OrganisationId,
    body: OrganisationPatch,
    *,
    read_version: int,
) -> Organisation:
    """Change the fields of the patch and announce it. A patch with the present values changes nothing.

    Raises: Forbidden, NotFound, VersionMismatch, BusinessIdTaken, UnknownCode, Invalid.
    """
    check_may_write(principal)
    organisation = await queries.get_for_change(session, organisation_id)
    check_version(organisation.version, read_version)
    changed = merged_changes(body, stored_values(organisation, body))
    if not changed:
        return organisation
    await checks.check_areas(session, body.areas or ())
    for name, value in changed.items():
        organisation.listed_fields = [field for field in organisation.listed_fields if field != name]
        setattr(organisation, name, value)
    organisation.sort_name, organisation.sort_key = pick(organisation.name)[0], sort_key_of(organisation.name)
    organisation.typed_key = typed_key(organisation.name, organisation.abbreviations)
    organisation.version += 1
    try:
        await session.flush()  # The unique Y-tunnus decides.
    except IntegrityError as error:
        if is_refused_by(error, "uq_organisations_business_id"):
            raise BusinessIdTaken from error
        raise
    await searching.index(session, [organisation.id])
    await announce_organisations(session, changed=[organisation.id])
    return organisation
