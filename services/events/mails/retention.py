"""Retention of mails: their rows outlive the event for a time, names and addresses do not."""

from datetime import timedelta
from typing import Final

from sqlalchemy import ColumnElement, Table, exists

from services.events.events.facts import HAS_ENDED
from services.events.events.models import Event
from services.kernel.background.leased import LeasedState
from services.kernel.background.retention import Retention, is_older

from .models import Mail

# The rows say which persons the feedback invitations have reached; these are counted for 90 days after the event.
KEPT_AFTER_EVENT: Final = timedelta(days=180)

assert isinstance(Mail.__table__, Table)
_TABLE: Final = Mail.__table__
_IS_GIVEN_UP: Final[ColumnElement[bool]] = Mail.state == LeasedState.parked

RETENTIONS: Final = (
    # It is not sent again after the event: until then the mail to an earlier address needs this address.
    Retention(
        "addresses-of-given-up-mails",
        _TABLE,
        Mail.id,
        _IS_GIVEN_UP & Mail.to_address.is_not(None) & exists().where(Event.id == Mail.event_id, HAS_ENDED),
        emptied=("to_address",),
    ),
    Retention(
        "mails",
        _TABLE,
        Mail.id,
        Mail.state.in_((LeasedState.sent, LeasedState.parked))
        & is_older(Mail.queued_at, KEPT_AFTER_EVENT)
        & exists().where(Event.id == Mail.event_id, HAS_ENDED, is_older(Event.ends_at, KEPT_AFTER_EVENT)),
    ),
)
