"""The load of the demonstration: all parts in order, and never twice."""

from collections.abc import Callable

from services.demo.answers import load_answers
from services.demo.caller import Caller
from services.demo.events import load_events
from services.demo.kick_offs import load_kick_offs
from services.demo.organisations import load_organisations
from services.demo.programmes import PAREMPI, load_programmes
from services.demo.register import load_register
from services.kernel.clock import utc_now
from services.runner.services import Applications

Tell = Callable[[str], None]


async def load(applications: Applications, *, tell: Tell) -> None:
    """Fill an installation, unless it has the demonstration already.

    The surveys that it leaves have ended: the worker of feedback closes and releases them.
    Requires: the workers run: the registry's analyses imports, and that of events tells feedback of the events. The one
    of feedback does not: see `load_answers`.
    Raises DemoRefusedError.
    """
    issuer = applications.runtime("registry").issuer
    assert issuer is not None
    caller = Caller(applications.client, issuer)
    if await _is_loaded(caller):
        tell("The demonstration data is loaded already.")
        return
    now = utc_now()
    tell("Importing the 2 775 real operations of 2007-2013.")
    await load_register(caller)
    tell("Entering the five programmes.")
    coordination_id = await load_programmes(caller)
    await load_organisations(caller, coordination_id)
    await load_kick_offs(caller)
    tell("Inventing a year of events for Parempi työelämä!")
    held = await load_events(caller, applications.runtime("events").database, coordination_id, now)
    tell("Inventing their feedback.")
    await load_answers(applications.runtime("feedback"), held, now)


async def _is_loaded(caller: Caller) -> bool:
    found = await caller.get("registry", "/v1/projects", kind="coordination", limit="100")
    items = found["items"]
    return isinstance(items, list) and any(isinstance(item, dict) and item["slug"] == PAREMPI for item in items)
