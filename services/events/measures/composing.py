"""How sums become figures: value, parts, further figures, and the records that counted events lack."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from uuid import UUID

from services.contracts.codes import theme_codes
from services.contracts.disclosure import is_small
from services.contracts.measures import (
    CodeList,
    ExtraValue,
    MeasureRead,
    MeasureState,
    Missing,
    Qualifier,
    counted,
    further,
    further_unknown,
    ratio,
    without_value,
)
from services.contracts.periods import Period
from services.contracts.rounding import rounded
from services.events.events.terms import Lacking
from services.kernel.figures import FigureRequest, rows_address

from .queries import Counts, OrganisationCount
from .terms import ALL_ORGANISATIONS, BY_MONTH, CALL_ORGANISATIONS, ORGANISATION_MISSING, Figure

_PEOPLE = "osallistuminen"
_ORGANISATIONS = "organisaatio"


@dataclass(frozen=True, slots=True)
class Sums:
    """All that a figure is made of: its own sums, those of its separate parts, and the organisations."""

    own: Counts
    separately: Mapping[str, Counts]
    organisations: OrganisationCount
    by_call: Mapping[UUID, OrganisationCount]


def rows_of(request: FigureRequest, key: str, lacking: Lacking | None = None) -> str:
    """Return the address of the events that a measure counts, or of those of them that lack a record."""
    filters = [("measure", key)]
    filters += [("lacks", lacking.value)] if lacking else []
    return rows_address("events/v1/events", request, filters)


def missing(request: FigureRequest, key: str, figure: Figure, counts: Counts) -> list[Missing]:
    """Return the records that some of the counted events lack."""
    return [
        Missing(code=f"{record}_missing", count=counts.lacking(record), rows=rows_of(request, key, record))
        for record in figure.needs
        if counts.lacking(record)
    ]


def number_of_events(request: FigureRequest, key: str, counts: Counts) -> MeasureRead:
    """Return the number of held events; of the monthly measure with the months in which there was one."""
    months = [
        further("months_with_event", counts.months, "kk"),
        further("months_in_period", _months(request.period), "kk"),
    ]
    extra = months if key == BY_MONTH else []
    return counted(key, counts.events, rows=rows_of(request, key), extra=extra)


def _months(period: Period) -> int:
    first, last = period.first_on, period.last_on
    return (last.year - first.year) * 12 + last.month - first.month + 1


def theme_coverage(request: FigureRequest, key: str, counts: Counts, themes: frozenset[str]) -> MeasureRead:
    """Return the share of the listed themes with which events dealt, with the uncovered and the other themes.

    The list is the code list of themes, as long as a coordination project has no list of its own.
    """
    rows, listed = rows_of(request, key), theme_codes()
    if not counts.events:
        return without_value(key, MeasureState.no_data, reason="no_events_held", rows=rows)
    if counts.without_outcome == counts.events:
        return without_value(key, MeasureState.no_data, reason="outcome_missing", rows=rows)
    lists = [
        CodeList(key="covered_themes", codes=sorted(listed & themes)),
        CodeList(key="uncovered_themes", codes=sorted(listed - themes)),
        CodeList(key="themes_outside_list", codes=sorted(themes - listed)),
    ]
    return ratio(key, len(listed & themes), len(listed), rows=rows, lists=lists)


def number_of_participants(request: FigureRequest, key: str, sums: Sums) -> MeasureRead:
    """Return the number of people who came, by name and without, and the organisations that they came from."""
    counts, rows = sums.own, rows_of(request, key)
    if counts.events and not counts.counted:
        return without_value(key, MeasureState.no_data, reason="attendance_not_recorded", rows=rows)
    qualifier = counts.qualifier
    extra = [
        *(_separate(name, part) for name, part in sums.separately.items()),
        organisations_known(ALL_ORGANISATIONS, sums.organisations),
        *(
            organisations_known(CALL_ORGANISATIONS, of_call, subject=str(call))
            for call, of_call in sums.by_call.items()
        ),
        further("events", counts.events, "kpl"),
        *_mean_per_event(counts, qualifier),
    ]
    figure = counted(key, counts.participants, rows=rows, extra=extra, qualifier=qualifier)
    parts = [further("persons", counts.persons, _PEOPLE), further("heads", counts.heads, _PEOPLE, qualifier=qualifier)]
    return figure.model_copy(update={"parts": parts})


def _separate(name: str, counts: Counts) -> ExtraValue:
    if counts.events and not counts.counted:
        return further_unknown(name, MeasureState.no_data, _PEOPLE)
    return further(name, counts.participants, _PEOPLE, qualifier=counts.qualifier)


def _mean_per_event(counts: Counts, qualifier: Qualifier | None) -> Iterable[ExtraValue]:
    """Return the mean over the events whose attendance was recorded, if there are any."""
    if counts.counted:
        mean = rounded(Fraction(counts.participants, counts.counted), 1)
        yield further("mean_per_event", mean, _PEOPLE, qualifier=qualifier)


def organisations_known(name: str, count: OrganisationCount, *, subject: str | None = None) -> ExtraValue:
    """Return the distinct organisations: at least so many where some people's organisation is not known."""
    if count.has_unknown and not count.joined:
        return further_unknown(name, MeasureState.no_data, _ORGANISATIONS, subject=subject)
    qualifier = Qualifier.at_least if count.has_unknown else None
    return further(name, count.joined, _ORGANISATIONS, qualifier=qualifier, subject=subject)


def organisations_disclosed(known: ExtraValue, count: OrganisationCount, *, is_suppressed: bool) -> ExtraValue:
    """Return the distinct organisations as readers of aggregates may see them.

    `is_suppressed` says that the sum of their people is not disclosed.
    """
    tells_few = known.value is not None and (is_small(count.joined) or count.tells_few_others)
    return hidden(known) if is_suppressed or tells_few else known


def hidden(value: ExtraValue) -> ExtraValue:
    """Return the further figure without the value that readers of aggregates may not see."""
    return further_unknown(value.key, MeasureState.hidden, value.unit, subject=value.subject)


def waiting_organisations(request: FigureRequest, key: str, count: OrganisationCount) -> list[Missing]:
    """Return the people whose organisation is not recognised yet, with the list of their spellings."""
    if not count.waiting:
        return []
    rows = rows_address("events/v1/organisation-spellings", request, [("measure", key)])
    return [Missing(code=ORGANISATION_MISSING, count=count.waiting, rows=rows)]
