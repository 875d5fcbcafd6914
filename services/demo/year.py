"""The invented year: the calendar of a coordination project, planned around the day of loading."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from random import Random

from services.contracts.periods import HELSINKI

SEED = 20_21_2027
MONTHS_BACK = 11
_JULY = 7
_UNMARKED = 9


@dataclass(frozen=True, slots=True)
class PlannedEvent:
    """An event of the invented year. `expected` people register; `headcount` counts without names.

    `dealt_with` has the themes marked after it; None: they are not marked.
    """

    type: str
    title_fi: str
    title_sv: str
    title_en: str
    starts_at: datetime
    minutes: int
    themes: tuple[str, ...] = ()
    mode: str = "online"
    scope: str = "national"
    area: tuple[str, str] | None = None
    target_groups: tuple[str, ...] = ()
    call: str | None = None
    dealt_with: tuple[str, ...] | None = None
    capacity: int | None = None
    expected: int = 0
    headcount: int | None = None
    cancelled: bool = False
    venue: str | None = None
    satisfaction: float = field(default=4.0)

    @property
    def ends_at(self) -> datetime:
        """The instant of its end."""
        return self.starts_at + timedelta(minutes=self.minutes)


_COFFEE_THEMES = (
    ("wellbeing_at_work",), ("leadership",), ("work_ability", "wellbeing_at_work"), ("digitalisation",),
    ("evaluation",), ("competence",), ("productivity", "quality_of_working_life"), ("equality",),
    ("cooperation",), ("change_security",), ("service_models",), ("green_transition",),
    ("labour_availability", "matching"),
)  # fmt: skip
_WEBINARS = (
    ("Tekoäly työn arjessa", "AI i arbetsvardagen", "AI in everyday work", "digitalisation"),
    ("Mittaaminen ja vaikuttavuus", "Mätning och genomslag", "Measuring and impact", "evaluation"),
    ("Työkyvyn johtaminen", "Att leda arbetsförmåga", "Managing work ability", "work_ability"),
    ("Monimuotoinen työyhteisö", "Den mångfaldiga arbetsgemenskapen", "The diverse workplace", "equality"),
    ("Muutosturva käytännössä", "Omställningsskydd i praktiken", "Change security in practice", "change_security"),
    ("Tuottavuutta yhdessä", "Produktivitet tillsammans", "Productivity together", "productivity"),
)
# The call that the information session and the clinic belong to. It has no record of its own yet.
_CALL = "Työelämän kehittämisen haku, keksitty"
_PROJECTS = ("national_projects", "regional_projects")
_REGIONS = (
    ("06", "Pirkanmaa", "Birkaland"),
    ("17", "Pohjois-Pohjanmaa", "Norra Österbotten"),
    ("02", "Varsinais-Suomi", "Egentliga Finland"),
)


def plan_year(today: date) -> list[PlannedEvent]:
    """Return thirteen months of events: eleven back, this one and the next. They are the same for the same day."""
    chance = Random(SEED)  # noqa: S311 - Invented data, not a secret.
    months = [_month(today, offset) for offset in range(-MONTHS_BACK, 2)]
    planned = [*_coffees(chance, months), *_webinars(chance, months), *_network_days(months)]
    planned += [*_call_events(months), *_small_events(months)]
    return sorted(planned, key=lambda event: event.starts_at)


def _month(today: date, offset: int) -> date:
    count = today.year * 12 + today.month - 1 + offset
    return date(count // 12, count % 12 + 1, 1)


def _at(month: date, day: int, hour: int, minute: int = 0) -> datetime:
    """Return a weekday on or after that day of the month, on the Helsinki clock."""
    found = month + timedelta(days=day - 1)
    found += timedelta(days=max(0, 7 - found.weekday()) if found.weekday() >= 5 else 0)
    return datetime.combine(found, time(hour, minute), HELSINKI).astimezone(UTC)


def _coffees(chance: Random, months: list[date]) -> Iterator[PlannedEvent]:
    for number, month in enumerate(months):
        if month.month == _JULY:
            continue  # There is no project coffee in July; the cadence shows it.
        yield PlannedEvent(
            type="hankekahvit",
            title_fi=f"Hankekahvit {month:%m/%Y}",
            title_sv=f"Projektkaffe {month:%m/%Y}",
            title_en=f"Project coffee {month:%m/%Y}",
            starts_at=_at(month, 14, 9),
            minutes=60,
            themes=_COFFEE_THEMES[number],
            target_groups=_PROJECTS,
            # What a coffee deals with grows out of the discussion. The tenth is not marked yet.
            dealt_with=(*_COFFEE_THEMES[number], _COFFEE_THEMES[number - 1][0]) if number != _UNMARKED else None,
            capacity=120,
            expected=chance.randint(18, 48),
            satisfaction=chance.uniform(3.7, 4.6),
        )


def _webinars(chance: Random, months: list[date]) -> Iterator[PlannedEvent]:
    for number, (fi, sv, en, theme) in enumerate(_WEBINARS):
        yield PlannedEvent(
            type="webinar",
            title_fi=f"Webinaari: {fi}",
            title_sv=f"Webbinarium: {sv}",
            title_en=f"Webinar: {en}",
            starts_at=_at(months[number * 2 + 1], 22, 13),
            minutes=90,
            themes=(theme,),
            capacity=300,
            expected=chance.randint(60, 130),
            satisfaction=chance.uniform(3.6, 4.5),
        )


def _network_days(months: list[date]) -> Iterator[PlannedEvent]:
    for number in (2, 9):
        yield PlannedEvent(
            type="network_day",
            title_fi="Valtakunnallinen verkostopäivä",
            title_sv="Nationell nätverksdag",
            title_en="National network day",
            starts_at=_at(months[number], 9, 9, 30),
            minutes=390,
            themes=("cooperation", "service_models"),
            mode="hybrid",
            capacity=110,
            expected=128,
            venue="Keksitty kongressitalo, Tampere",
            satisfaction=4.3,
        )
    for number, (code, fi, sv) in enumerate(_REGIONS):
        yield PlannedEvent(
            type="network_day",
            title_fi=f"Alueellinen verkostopäivä, {fi}",
            title_sv=f"Regional nätverksdag, {sv}",
            title_en=f"Regional network day, {fi}",
            starts_at=_at(months[1 + number * 4], 17, 10),
            minutes=300,
            themes=("labour_availability",),
            mode="onsite",
            scope="regional",
            area=("maakunta", code),
            target_groups=("regional_projects", "regional_actors"),
            capacity=80,
            expected=44 + 6 * number,
            venue=f"Keksitty talo, {fi}",
            satisfaction=4.1,
        )


def _call_events(months: list[date]) -> Iterator[PlannedEvent]:
    """Return events about calls; the first information session was held before its call had a name."""
    for number, call, heads in ((8, None, 14), (10, _CALL, 31)):
        yield PlannedEvent(
            "call_info", "Hakuinfo", "Informationsmöte om utlysningen", "Call information session",
            _at(months[number], 4, 13), 60, target_groups=("regional_actors",), call=call, headcount=heads,
        )  # fmt: skip
    yield PlannedEvent(
        "call_clinic", "Hakuklinikka", "Ansökningsklinik", "Call clinic", _at(months[10], 20, 9), 180,
        target_groups=("regional_actors",), call=_CALL, headcount=8,
    )  # fmt: skip


def _small_events(months: list[date]) -> Iterator[PlannedEvent]:
    for number in (0, 2, 4, 6, 9, 11):
        yield PlannedEvent(
            "expert_group", "Asiantuntijaryhmä", "Expertgrupp", "Expert group", _at(months[number], 26, 10), 120,
            headcount=9 + number % 3,
        )  # fmt: skip
    for number in (3, 9):
        yield PlannedEvent(
            "steering_group",
            "Ohjausryhmä",
            "Styrgrupp",
            "Steering group",
            _at(months[number], 12, 14),
            120,
            headcount=11,
        )
    for number, place in ((1, "Lappi"), (8, "Etelä-Savo")):
        yield PlannedEvent(
            "regional_visit", f"Aluekäynti, {place}", f"Regionalt besök, {place}", f"Regional visit, {place}",
            _at(months[number], 18, 9), 360, mode="onsite", scope="regional", headcount=16 + number,
            venue=f"Keksitty talo, {place}",
        )  # fmt: skip
    yield PlannedEvent(
        "training", "Koulutus: hankkeen viestintä", "Utbildning: projektets kommunikation",
        "Training: communicating a project", _at(months[MONTHS_BACK + 1], 20, 9), 180, capacity=30, expected=16,
        cancelled=True,
    )  # fmt: skip
    yield PlannedEvent(
        "major_region_event", "Suuraluetilaisuus, Länsi-Suomi", "Storområdesevenemang, Västra Finland",
        "Major-region event, Western Finland", _at(months[8], 24, 10), 240, mode="onsite", scope="regional",
        area=("suuralue", "3"), target_groups=("regional_actors",), headcount=33, venue="Keksitty talo, Seinäjoki",
    )  # fmt: skip
    yield PlannedEvent(
        "benchmarking_trip", "Benchmarking-matka", "Benchmarkingresa", "Benchmarking trip", _at(months[5], 10, 8),
        2 * 24 * 60, mode="onsite", themes=("quality_of_working_life",), headcount=12, venue="Keksitty kohde, Tukholma",
    )  # fmt: skip
