"""The invented registrations. People register themselves, as in reality: their answers to a survey are independent.

They are written through the service layer, because the registration of an event of the past has ended.
"""

from collections.abc import Sequence

from services.demo.caller import PRINCIPAL, DemoRefusedError
from services.demo.people import Person
from services.events.events import seats
from services.events.events.seats import AdmissionRule
from services.events.registrations.admissions import AdmissionConflict, Applicant, admit, check_choices
from services.events.registrations.schemas import RegistrationCreate
from services.events.registrations.terms import Origin
from services.kernel.data.db import Database
from services.kernel.web.errors import DomainError


async def register(database: Database, event: str, people: Sequence[Person]) -> None:
    """Give each person a seat of the event, or a place on its waiting list. Raises DemoRefusedError."""
    applicants = [Applicant(_body(person), AdmissionRule.any_time, Origin.public) for person in people]
    try:
        async with database.long_transaction() as session:
            await check_choices(session, applicants)
            ledger = await seats.open_ledger(session, PRINCIPAL, event)
            outcomes = await admit(session, ledger, applicants)
    except (AdmissionConflict, DomainError) as failure:
        raise DemoRefusedError(f"the registrations for {event} were refused: {failure!r}") from failure
    if refused := [outcome for outcome in outcomes if isinstance(outcome, DomainError)]:
        raise DemoRefusedError(f"a registration for {event} was refused: {refused[0].code}")


def _body(person: Person) -> RegistrationCreate:
    return RegistrationCreate(
        name=person.name,
        email=person.email,
        organisation=person.organisation,
        language=person.language,
        privacy_accepted=True,
    )
