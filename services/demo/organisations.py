"""Organisations of the demonstration: the abbreviations of public ones, and some of those that its people come from."""

from typing import Final

from services.demo.caller import Body, Caller, for_each
from services.demo.people import PLACES
from services.demo.programmes import Organisations
from services.kernel.background.messages import JsonValue
from services.kernel.text import as_slug

# Name, kind, abbreviations and regions of public organisations. Their domains are invented: they end in `.example`.
_PUBLIC: Final[tuple[tuple[str, str, list[JsonValue], tuple[str, ...]], ...]] = (
    ("KEHA-keskus", "agency", ["KEHA"], ()),
    ("Työ- ja elinkeinoministeriö", "ministry", ["TEM"], ()),
    ("Työterveyslaitos", "research_institute", ["TTL"], ()),
    ("Valtiokonttori", "agency", ["VK"], ()),
    ("Hämeen elinkeino-, liikenne- ja ympäristökeskus", "ely_centre", ["Hämeen ELY-keskus"], ("05", "07")),
)
# The invented organisations that the registry knows. Projects and entrepreneurs stay as people write them, so that
# the coordination has something to decide.
_INVENTED: Final = (
    ("n kunta", "municipality"),
    ("n kehitys Oy", "company"),
    ("n ammattiopisto", "educational_institution"),
    ("n yhdistys ry", "association"),
    ("n säätiö", "foundation"),
)


async def load_organisations(caller: Caller, coordination_id: str) -> None:
    """Enter the organisations, and decide one spelling in the coordination. Requires: the programmes are entered."""
    known = Organisations(caller)
    for name, kind, abbreviations, regions in _PUBLIC:
        areas: list[JsonValue] = [{"scheme": "maakunta", "code": code} for code in regions]
        domains: list[JsonValue] = [f"{as_slug(str(abbreviations[0]), max_length=40)}.example"]
        facts: Body = {"abbreviations": abbreviations, "mail_domains": domains, "areas": areas}
        await _describe(caller, await known.id_of(name, kind), facts)
    invented: list[Body] = [
        {"kind": kind, "name": {"fi": place + ending}, "mail_domains": [_domain(place + ending)]}
        for place in PLACES
        for ending, kind in _INVENTED
    ]

    async def enter(body: Body) -> None:
        await caller.post("registry", "/v1/organisations", body)

    await for_each(invented, enter)
    keha = await known.id_of("KEHA-keskus", "agency")
    spelling: Body = {"coordination_id": coordination_id, "spelling": "Keha keskus", "organisation_id": keha}
    await caller.post("registry", "/v1/spellings", spelling)


def _domain(name: str) -> str:
    return f"{as_slug(name, max_length=50)}.example"


async def _describe(caller: Caller, organisation_id: str, facts: Body) -> None:
    address = f"/v1/organisations/{organisation_id}"
    version = (await caller.get("registry", address))["version"]
    await caller.patch("registry", address, facts, version=version)
