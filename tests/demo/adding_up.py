"""Opens every figure of a dashboard to its rows, all pages of them, and adds them up as the reader sees them."""

import csv
import io
from fractions import Fraction
from urllib.parse import parse_qs
from uuid import UUID

from services.contracts.codes import OWN_CODES
from services.contracts.disclosure import MIN_CELL_COUNT
from services.contracts.measures import catalogue
from services.contracts.roles import Grant, Role
from services.contracts.rounding import rounded

A_PAGE = 8


def readers_of(coordination):
    """The grants of the readers of a project's dashboard."""
    here = UUID(coordination)
    return {
        "admin": Grant(Role.admin),
        "coordinator": Grant(Role.coordinator, coordination_id=here),
        "funder": Grant(Role.funder, coordination_id=here),
    }


def _sum_behind(n, mean):
    """The sum of the grades, which are whole numbers: under 100 of them the rounded mean leaves one sum."""
    total = n * Fraction(str(mean["value"]))
    return total if mean["bound"] != "exact" else Fraction(round(total))


def themes_of_the_taxonomy():
    """The codes that the coverage of themes is a share of."""
    with OWN_CODES.open(encoding="utf-8", newline="") as file:
        return {row["code"] for row in csv.DictReader(file) if row["scheme"] == "theme"}


class Reader:
    """One reader before one project's dashboard."""

    def __init__(self, client, grant, coordination):
        self._client, self._grant, self._coordination = client, grant, coordination

    async def get(self, service, path, **params):
        answer = await self._client(service, self._grant).get(path, **params)
        assert answer.status_code == 200, (path, answer.text)
        return answer

    async def rows(self, address):
        """Every row of a list, by its public address."""
        where, _, query = address.partition("?")
        _, _, service, path = where.split("/", 3)
        rows, filters = [], {**parse_qs(query), "limit": A_PAGE}
        while True:
            page = (await self.get(service, f"/{path}", **filters)).json()
            rows += page["items"]
            if page["next_cursor"] is None:
                assert len({str(row["id"]) for row in rows}) == len(rows), address
                return rows
            filters["cursor"] = page["next_cursor"]

    async def feedback(self, surveys):
        """The mean that the surveys' results add up to, and the answers behind it."""
        sums = []
        for survey in surveys:
            results = (await self.get("feedback", f"/v1/surveys/{survey['id']}/results")).json()
            overall = [one for one in results["questions"] if one["question_id"] == "overall" and one["mean"]]
            sums += [(one["n"], _sum_behind(one["n"], one["mean"])) for one in overall]
        n = sum(count for count, _ in sums)
        return (rounded(sum(total for _, total in sums) / n, 2) if n else None), n

    async def check(self, period):
        """Everything that the dashboard shows for a period against its rows; the measures' values by key."""
        base = f"/v1/coordinations/{self._coordination}"
        summary = (await self.get("dashboard", f"{base}/summary", period=period)).json()
        listed = (await self.get("dashboard", f"{base}/measures", period=period)).json()
        file = await self.get("dashboard", f"{base}/measures", period=period, format="csv")
        assert (summary["partial"], listed["partial"]) == (False, False)
        assert [figure["key"] for figure in listed["items"]] == [row.key for row in catalogue()]
        shown = {figure["key"]: figure["value"] for figure in listed["items"]}
        in_file = {row["key"]: row["value"] for row in csv.DictReader(io.StringIO(file.text))}
        assert in_file == {key: "" if value is None else str(value) for key, value in shown.items()}
        for figure in listed["items"]:
            await self._check_missing(figure)
            if figure["state"] in {"value", "zero"}:
                await self._check_figure(figure)
            else:
                assert figure["value"] is None
        await self._check_summary(summary["sections"], period)
        return {key: value for key, value in shown.items() if value is not None}

    async def _check_figure(self, figure):
        key, value = figure["key"], figure["value"]
        rows = await self.rows(figure["rows"])
        if key == "network_map":
            value_of_rows = len({self._coordination} | {row[end] for row in rows for end in ("from_id", "to_id")})
        elif key == "coffee_topics":
            themes = await self.themes(rows)
            value, value_of_rows = figure["numerator"], len(themes & themes_of_the_taxonomy())
            lists = {one["key"]: set(one["codes"]) for one in figure["lists"]}
            assert lists["covered_themes"] | lists["themes_outside_list"] == themes
            assert lists["uncovered_themes"] == themes_of_the_taxonomy() - themes
        elif key.endswith("_fb"):
            mean, n = await self.feedback(rows)
            assert n == figure["n"], key
            value_of_rows = float(mean)
        elif key.endswith("_part"):
            value_of_rows = people_in(rows, total=value)
            await self._check_people(figure, rows)
        else:
            value_of_rows = len(rows)
        assert value_of_rows == value, (key, figure, len(rows))

    async def _check_people(self, figure, rows):
        """The parts of a number of people, and the figures of single types of events beside it."""
        parts = [part["value"] for part in figure["parts"]]
        assert None in parts or sum(parts) == figure["value"]
        if self._grant.role is not Role.funder:
            assert parts[0] == sum(row["attended_count"] for row in rows)
        for kind in ("call_info", "call_clinic"):
            beside = [one for one in figure["extra"] if one["key"] == f"{kind}_participants"]
            of_kind = [row for row in rows if row["type"] == kind]
            if beside and beside[0]["value"] is not None:
                assert beside[0]["value"] == people_in(of_kind, total=beside[0]["value"])

    async def _check_missing(self, figure):
        """What some rows lack opens to those rows, all of them rows of the figure; people open to their spellings."""
        for lack in figure["missing"]:
            if lack["rows"] is None:
                continue
            path = lack["rows"].removeprefix("/api/dashboard")
            filters = {**parse_qs(path.partition("?")[2]), "limit": 100}
            page = (await self.get("dashboard", path.partition("?")[0], **filters)).json()
            assert page["next_cursor"] is None
            rows = page["items"]
            count = sum(row["attended"] for row in rows) if lack["code"] == "organisation_unknown" else len(rows)
            assert count == lack["count"], (figure["key"], lack)

    async def themes(self, rows):
        """The themes that the events dealt with, by the marks made after them."""
        outcomes = [(await self.get("events", f"/v1/events/{row['id']}/outcome")).json() for row in rows]
        marked = [one["themes"] for one in outcomes if one["marked_at"]]
        return {theme for themes in marked for theme in (*themes["main"], *themes["touched"])}

    async def _check_summary(self, sections, period):
        about = f"coordination={self._coordination}&period={period}"
        events = await self.rows(f"/api/events/v1/events?{about}")
        held = await self.rows(f"/api/events/v1/events?{about}&held=true")
        shown = sections["events"]["data"]
        assert sum(row["planned"] for row in shown["by_type"]) == len(events)
        assert sum(row["held"] for row in shown["by_type"]) == len(held)
        if shown["attendances"] is not None:
            assert shown["attendances"] == people_in(held, total=shown["attendances"])
        if self._grant.role is not Role.funder:
            alive = [row for row in events if row["event_status"] != "cancelled"]
            assert shown["registrations"] == sum(row["confirmed_count"] for row in alive)
        surveys = await self.rows(f"/api/feedback/v1/surveys?{about}")
        shown = sections["feedback"]["data"]
        mean, n = await self.feedback(surveys)
        assert (shown["surveys"], shown["n"]) == (len(surveys), n)
        assert shown["mean"] == (None if mean is None else float(mean))
        address = f"/api/registry/v1/projects?coordination={self._coordination}&in_force={period}"
        projects, shown = await self.rows(address), sections["projects"]["data"]
        for names in ("projects_by_state", "projects_by_kind"):
            assert sum(row["count"] for row in shown[names]) == len(projects)


def people_in(rows, *, total):
    """What the rows add up to. Hidden ones are at least two with five people or more, and are taken at their word."""
    hidden = sum(row["participants_state"] == "hidden" for row in rows)
    shown = sum(row["participants"] or 0 for row in rows)
    if not hidden:
        return shown
    assert hidden > 1 and total - shown >= MIN_CELL_COUNT
    return total
