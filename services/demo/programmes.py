"""The five programmes: every fact of `data/programmes_facts.json` that a project has a field for, with its source."""

import json
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any, Final

from services.demo.caller import Body, Caller
from services.kernel.background.messages import JsonValue

PAREMPI: Final = "parempi-tyoelama"
_REGISTER: Final = "EURA-rekisteri"
_LIST_2016: Final[Body] = {
    "list_kind": "esr_2014_2020",
    "list_on": "2016-10-19",
    "label": "rakennerahastot.fi: hankelista 2014-2020",
}
_NEWS: Final = "Työ- ja elinkeinoministeriön tiedote"
_GOVERNMENT: Final = "Valtioneuvoston hankeikkuna"
# The day on which the page was read is not known: it speaks of the day on which it is entered.
_PAGE: Final[Body] = {"list_kind": "project_page", "label": "Hankkeen verkkosivu"}

# The words of the facts as codes of Vipu's lists; words without a code stay in the texts.
_THEMES: Final = {
    "muutosturva": "change_security",
    "ennakoiva rakennemuutos": "structural_change",
    "muutoksen hallinta": "change_management",
    "sähköiset palvelut": "digital_services",
    "osaavan työvoiman saatavuus": "labour_availability",
    "kysynnän ja tarjonnan kohtaanto": "matching",
    "työstä työhön siirtyminen": "from_work_to_work",
    "toimintamallin tuotteistaminen": "service_models",
}
_CLIENTS: Final = {
    "yritysten luottamusmiehet": "shop_stewards",
    "henkilöstöasioista vastaavat": "hr",
    "muutosturva-asiantuntijat": "change_security_experts",
    "muutosturva-asiantuntijoiden verkosto": "change_security_experts",
    "kuntasektori": "public_sector",
    "irtisanotut": "dismissed",
    "lomautetut": "laid_off",
    "työttömät": "unemployed",
    "työnantajat": "employers",
    "suuri yleisö": "general_public",
    "työpaikat": "workplaces",
    "yritykset": "employers",
    "viranomaiset": "public_sector",
}
_BLOCKS = ("national_projects", "regional_projects", "regional_actors", "funder", "national_actors")
_TARGET_BLOCKS: Final = {block: block for block in _BLOCKS}

Facts = dict[str, Any]


def programme_facts() -> dict[str, Facts]:
    """Return the facts, by the programme's key."""
    read: list[Facts] = json.loads(
        (Path(__file__).parent / "data" / "programmes_facts.json").read_text(encoding="utf-8")
    )["programmes"]
    return {programme["key"]: programme for programme in read}


class Organisations:
    """Finds an organisation by its name, or enters it."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller
        self._ids: dict[str, str] = {}

    async def id_of(self, name: str, kind: str) -> str:
        """Return the organisation's id."""
        if name not in self._ids:
            found = await self._caller.get("registry", "/v1/organisations", q=name, limit="100")
            same = [one for one in _items(found) if name in one["name"].values()]
            body: Body = {"kind": kind, "name": {"fi": name}}
            one = same[0] if same else await self._caller.post("registry", "/v1/organisations", body)
            self._ids[name] = str(one["id"])
        return self._ids[name]

    async def party(self, name: str, kind: str, role: str) -> Body:
        """Return a party of a project."""
        return {"organisation_id": await self.id_of(name, kind), "role": role}


def _items(page: Body) -> list[Facts]:
    items: list[Facts] = page["items"]  # type: ignore[assignment]  # A page of a list always has them.
    return items


async def load_programmes(caller: Caller) -> str:
    """Enter the five programmes. Returns the id of Parempi työelämä!."""
    facts, organisations = programme_facts(), Organisations(caller)
    await _tyosta_tyohon(caller, facts["tyosta-tyohon"], organisations)
    await _muutosturva(caller, facts["yhteistyolla-muutosturvaa"], organisations)
    await _kuntakokeilut(caller, facts["tyollisyyden-kuntakokeilut"], organisations)
    await _tuottava(caller, facts["tuottava-ja-tuloksellinen"], organisations)
    return await _parempi(caller, facts[PAREMPI], organisations)


async def _create(caller: Caller, body: Body) -> str:
    return str(
        (await caller.post("registry", "/v1/projects", {**body, "reason": "Demoaineisto: julkiset lähteet"}))["id"]
    )


async def _add(caller: Caller, project_id: str, source: Body, facts: Body) -> None:
    """Add what a list says to the project."""
    address = f"/v1/projects/{project_id}"
    version = (await caller.get("registry", address))["version"]
    await caller.patch("registry", address, {**facts, "source": source}, version=version)


def _topics(words: Iterable[str], codes: dict[str, str], scheme: str) -> list[JsonValue]:
    found = dict.fromkeys(codes[word] for word in words if word in codes)
    return [{"scheme": scheme, "code": code} for code in found]


def _lines(title: str, words: Iterable[str]) -> str:
    return f"{title}:\n" + "\n".join(f"- {word}" for word in words)


async def _tyosta_tyohon(caller: Caller, facts: Facts, organisations: Organisations) -> None:
    """Add the facts of the programme's own page to the project that the register has made."""
    project = facts["project"]
    page = await caller.get("registry", "/v1/projects", identifier=project["eura_code"])
    found = await caller.get("registry", f"/v1/projects/{_items(page)[0]['id']}")
    parties: list[JsonValue] = [
        await organisations.party("Valtiokonttori", "agency", "partner"),
        await organisations.party("Kuntaliitto", "association", "partner"),
        await organisations.party("Net@work-verkosto", "other", "partner"),
    ]
    campaign = facts["campaigns"][0]
    body: Body = {
        "kind": "programme",
        "parties": parties,
        "topics": [
            *_topics(facts["themes"], _THEMES, "theme"),
            *_topics(facts["target_groups"], _CLIENTS, "client_group"),
        ],
        "summary": {"fi": _lines("Tuotokset", facts["outputs"])},
        "background": {"fi": _lines("Kohderyhmät", facts["target_groups"])},
        "milestones": [
            {"name": {"fi": "CV-netti-kampanja alkaa"}, "first_on": campaign["start"], "state": "reached"},
            {"name": {"fi": "CV-netti-kampanja päättyy"}, "first_on": campaign["end"], "state": "reached"},
        ],
        "reason": "Demoaineisto: ohjelman oma verkkosivu",
        "source": _PAGE,
    }
    await caller.patch("registry", f"/v1/projects/{found['id']}", body, version=found["version"])


async def _muutosturva(caller: Caller, facts: Facts, organisations: Organisations) -> None:
    project, ext = facts["project"], facts["project"]["ext"]
    host = await organisations.party("Hämeen elinkeino-, liikenne- ja ympäristökeskus", "ely_centre", "host")
    coordination = await _create(caller, {
        "source": _PAGE, "kind": "coordination", "scope": "national", "slug": facts["key"],
        "state": "ended", "state_since_on": f"{ext['end_later']}-31", "name": {"fi": project["name"]},
        "programme_period": "2014-2020", "fund": "ESR",
        "identifiers": [{"scheme": "eura2014", "value": project["ext_eura_code"], "source": _REGISTER}],
        "dates": [
            {"kind": "planned_start", "falls_on": ext["start"], "source": _REGISTER},
            {"kind": "planned_end", "falls_on": ext["end_first"], "source": f"{_REGISTER}, ensimmäinen päätös"},
            {"kind": "actual_end", "falls_on": f"{ext['end_later']}-31", "source": f"{_REGISTER}, jatkopäätös"},
        ],
        "parties": [host, await organisations.party("Työ- ja elinkeinoministeriö", "ministry", "coordinator")],
        "funding": [_money("total", "planned", ext["funding_total_about_eur"], note="noin")],
        "topics": [
            *_topics(facts["themes"], _THEMES, "theme"),
            *_topics(facts["target_groups"], _CLIENTS, "client_group"),
        ],
        "background": {"fi": _lines("Ohjausryhmässä", facts["steering_group"])},
    })  # fmt: skip
    await _add(caller, coordination, _LIST_2016, {
        "funding": [
            _money("eu_and_state", "granted", ext["snapshot_2016_granted_eu_state_eur"]),
            _money("eu_and_state", "realised", ext["snapshot_2016_realised_eur"]),
            _money("public", "planned", ext["snapshot_2016_planned_public_eur"]),
        ],
    })  # fmt: skip
    for pilot in facts["pilots"]:
        await _create(caller, {
            "kind": "pilot", "scope": "regional", "state": "approved",
            "name": {"fi": f"Muutosturvapilotti, {pilot['ely']}: {pilot['theme']}"},
            "areas": [{"scheme": "ely", "code": pilot["ely_code"], "meaning": "action"}],
            "topics": [{"scheme": "theme", "code": "change_security"}],
            "background": {"fi": f"Valittu {facts['call']['name']} -haussa." + _continued(pilot)},
            "coordinated_by": coordination,
        })  # fmt: skip


def _continued(pilot: Facts) -> str:
    return f" Jatkaa: {pilot['continues']}." if "continues" in pilot else ""


def _money(source: str, kind: str, euros: float, *, note: str | None = None) -> Body:
    return {"source": source, "kind": kind, "amount": f"{euros:.2f}", "note": note}


async def _kuntakokeilut(caller: Caller, facts: Facts, organisations: Organisations) -> None:
    project = facts["project"]
    await _create(caller, {
        "kind": "experiment", "scope": "national", "state": "running", "slug": facts["key"],
        "name": {"fi": project["name"]},
        "dates": [{"kind": "planned_start", "falls_on": project["start"], "source": _NEWS}],
        "parties": [
            await organisations.party("Työ- ja elinkeinoministeriö", "ministry", "coordinator"),
            await organisations.party("KEHA-keskus", "agency", "partner"),
            await organisations.party("Kuntaliitto", "association", "partner"),
        ],
        "topics": [{"scheme": "theme", "code": "employment_services"}],
        "background": {"fi": _lines("Osallistujaryhmät", facts["participant_groups"])},
        "milestones": [
            _milestone("Starttitilaisuus", facts["events"][0]["date"], "day", "reached"),
            _milestone("Arviointitutkimus alkaa", f"{facts['evaluation']['starts']}-01", "month", "planned"),
            _milestone("Arviointitutkimuksen ensimmäinen väliraportti", "2021-09-01", "season", "planned"),
        ],
    })  # fmt: skip


def _milestone(name: str, day: str, precision: str, state: str) -> Body:
    return {"name": {"fi": name}, "first_on": day, "precision": precision, "state": state, "note": _NEWS}


async def _tuottava(caller: Caller, facts: Facts, organisations: Organisations) -> None:
    """Enter the programme with the dates of both sources, which disagree."""
    project = facts["project"]
    identifiers: list[JsonValue] = [
        {"scheme": "hankeikkuna", "value": project["hankeikkuna_tunnus"], "source": _GOVERNMENT},
        *({"scheme": "asianumero", "value": number, "source": _GOVERNMENT} for number in project["asianumerot"]),
        *({"scheme": "eura2014", "value": code, "source": _REGISTER} for code in project["ext_eura_codes"]),
    ]
    programme = await _create(caller, {
        "source": {"list_kind": "hankeikkuna", "label": _GOVERNMENT},
        "kind": "coordination", "scope": "national", "state": "ended", "state_since_on": project["toimikausi_loppu"],
        "slug": facts["key"], "name": {"fi": project["name"]}, "decision_on": project["asettamispaiva"],
        "programme_period": "2014-2020", "fund": "ESR", "identifiers": identifiers,
        "dates": [
            {"kind": "planned_start", "falls_on": project["toimikausi_alku"]},
            {"kind": "planned_end", "falls_on": project["toimikausi_loppu"]},
        ],
        "parties": [
            await organisations.party("Työ- ja elinkeinoministeriö", "ministry", "appointing_body"),
            await organisations.party("Hämeen elinkeino-, liikenne- ja ympäristökeskus", "ely_centre", "funder"),
        ],
        "topics": [
            {"scheme": "theme", "code": "productivity"}, {"scheme": "theme", "code": "quality_of_working_life"},
            *_topics(facts["target_groups"], _CLIENTS, "client_group"),
        ],
        "summary": {"fi": _lines("Tuotokset", facts["outputs"])},
        "milestones": [_milestone("Ulkoinen arviointi alkaa", "2018-03-01", "season", "reached")],
    })  # fmt: skip
    await _add(caller, programme, {**_LIST_2016, "identifier": "eura2014:S20098"}, {
        "dates": [
            {"kind": "planned_start", "falls_on": "2014-09-01"}, {"kind": "planned_end", "falls_on": "2017-08-31"},
        ],
    })  # fmt: skip


async def _parempi(caller: Caller, facts: Facts, organisations: Organisations) -> str:
    project = facts["project"]
    return await _create(caller, {
        "kind": "coordination", "scope": "national", "state": "running", "slug": PAREMPI,
        "name": {"fi": project["name"]}, "programme_period": project["programme_period"], "fund": project["fund"],
        "parties": [await organisations.party("Rakennerahasto-ELY", "ely_centre", "funder")],
        "topics": [
            {"scheme": "theme", "code": "wellbeing_at_work"}, {"scheme": "theme", "code": "productivity"},
            *_topics(_TARGET_BLOCKS, _TARGET_BLOCKS, "target_group"),
        ],
        "goals": {"fi": _lines("Tavoitteet", facts["goals"])},
        "background": {"fi": _lines("Jatkuva toiminta", facts["continuous_actions"])},
        "known_on": str(date.fromisoformat(project["page_updated"])),
    })  # fmt: skip
