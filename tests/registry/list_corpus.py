"""Two hundred files of one list as offices save it, made the same every time, with what is to be read from each.

The count of lines and the values come from the making, not from the reader.
"""

import csv
import datetime as dt
import io
import random
import re
import unicodedata
from dataclasses import dataclass, field

COLUMNS = {
    "esr_2007_2013_raw": [
        "Koodi",
        "Rahasto",
        "Projektin nimi",
        "Ohjelma / osio",
        "Tl",
        "Viranomainen",
        "Toiminnan tila",
        "Aloituspvm",
        "Päättymispvm",
        "Toteuttajan nimi",
        "Myönnetty EU- ja valtion rahoitus",
        "Toteutunut EU- ja valtion rahoitus",
        "Suunniteltu julkinen rahoitus yhteensä",
        "Toteutunut julkinen rahoitus yhteensä",
    ],
    "esr_2014_2020": [
        "code",
        "fund",
        "name_fi",
        "priority_axis",
        "authority",
        "status",
        "start",
        "end",
        "beneficiary",
        "granted_eu_state_eur",
        "realised_eu_state_eur",
        "planned_public_eur",
        "realised_public_eur",
    ],
    "eura_2021": [
        "Hankekoodi",
        "Rahasto",
        "Hankkeen nimi",
        "Toteuttajan nimi",
        "Toiminnan tila",
        "Tl",
        "Et",
        "Rahoittava viranomainen",
        "Aloituspvm",
        "Päättymispvm",
        "Suunniteltu EU- ja valtion rahoitus",
        "Toteuttajan Y-tunnus",
        "Hankkeen kotisivun osoite",
    ],
}
FIELDS = {
    "esr_2007_2013_raw": [
        "code",
        "fund",
        "name",
        "programme_part",
        "priority_axis",
        "authority",
        "state",
        "starts_on",
        "ends_on",
        "beneficiary",
        "granted",
        "realised",
        "planned_public",
        "realised_public",
    ],
    "esr_2014_2020": [
        "code",
        "fund",
        "name",
        "priority_axis",
        "authority",
        "state",
        "starts_on",
        "ends_on",
        "beneficiary",
        "granted",
        "realised",
        "planned_public",
        "realised_public",
    ],
    "eura_2021": [
        "code",
        "fund",
        "name",
        "beneficiary",
        "state",
        "priority_axis",
        "specific_objective",
        "authority",
        "starts_on",
        "ends_on",
        "planned_eu_and_state",
        "business_id",
        "website",
    ],
}
NAMES = (
    "Työelämän ääni ja Öljymäen kokeilu",
    "Koulutus, ohjaus ja työ, osa 2",
    'Hanke "Uusi alku" Pohjanmaalla',
    "Nuoret; työ; tulevaisuus",
    "Åbolands kompetens & arbete",
    "50 % työtä | 50 % koulua",
    "Yhdessä\ntöihin",
)
STATES = {"running": "Toiminnassa", "ended": "Toiminta päättynyt"}
TITLE, FOOTERS = "Hankelista, tilanne 19.10.2016", ("Lähde: EURA", "Päivitetty 6.5.2024")


@dataclass
class Sample:
    """A file and what is in it: the values of its rows by line, the lines that are rejected, the number of lines."""

    name: str
    content: bytes
    format: str
    lines: int
    rows: dict[int, dict[str, str]]
    rejected: set[int] = field(default_factory=set)
    list_on: dt.date | None = None
    ignored_columns: tuple[str, ...] = ()
    sheet: str | None = None
    other_sheets: dict[str, int] = field(default_factory=dict)


def a_project(place, chance):
    """Return the values of one project in the vocabulary of Vipu."""
    amounts = [f"{chance.randrange(1, 2_000_000)}.{chance.choice(('00', '50'))}" for _ in range(3)]
    return {
        "code": f"S{30001 + place}",
        "fund": "ESR",
        "name": NAMES[place % len(NAMES)],
        "programme_part": "Itä-Suomen suuralueosio",
        "priority_axis": str(1 + place % 4),
        "specific_objective": "4.2",
        "authority": "Hämeen ELY-keskus",
        "state": "running" if place % 2 else "ended",
        "starts_on": dt.date(2008 + place % 5, 9, 1 + place).isoformat(),
        "ends_on": dt.date(2014, 12, 31).isoformat(),
        "beneficiary": "Oulun yliopisto, Kajaanin yliopistokeskus",
        "granted": "2000000.00",
        "realised": amounts[0],
        "planned_public": amounts[1],
        "realised_public": amounts[2],
        "planned_eu_and_state": amounts[0],
        "business_id": "2296962-1" if place % 3 else "",
        "website": "" if place % 2 else "https://www.example.org/",
    }


def as_text(name, value, *, amounts, days):
    """Return a value as the file writes it."""
    if name == "state":
        return STATES[value]
    if name in {"starts_on", "ends_on"}:
        return days(dt.date.fromisoformat(value))
    if re.fullmatch(r"\d+\.\d\d", value):
        return amounts(value)
    return value


def finnish_day(day):
    """Return the day as Finnish lists write it."""
    return f"{day.day}.{day.month}.{day.year}"


def serial_day(day):
    """Return the day as a workbook counts it."""
    return str((day - dt.date(1899, 12, 30)).days)


def grouped(space, sign=""):
    """Return a writer of amounts with groups of three and a decimal comma."""
    return lambda value: f"{float(value):,.2f}".replace(",", space).replace(".", ",") + sign


AMOUNTS = (
    lambda value: value.removesuffix(".00"),
    lambda value: value.replace(".", ","),
    grouped(" "),
    grouped("\u00a0", " €"),
    grouped("\u202f"),
    grouped("\u00a0", "\u00a0€"),
)
DAYS = (
    finnish_day,
    dt.date.isoformat,
    serial_day,
    lambda day: f"{day.isoformat()} 00:00:00",
    lambda day: f"{finnish_day(day)} 0:00:00",
)
ENCODINGS = (
    "utf-8",
    "utf-8-sig",
    "cp1252",
    "latin-1",
    "utf-16",
    "utf-16-le",
    "utf-16-be",
    "one bad byte",
    "one line of utf-8",
)
SEPARATORS = (";", "\t", ",", "|")
QUOTING = ("needed", "all", "break", "unclosed")
HEADERS = ("plain", "upper", "decomposed", "wide", "extra", "shuffled")
ENDS = ("\r\n", "\n", "\r")


def odd_header(kind, column):
    """Return the header as people leave it."""
    match kind:
        case "upper":
            return column.upper()
        case "decomposed":
            return unicodedata.normalize("NFD", column)
        case "wide":
            return " " + column.replace(" ", "\u00a0 ") + " "
        case _:
            return column


class _Text:
    """A text file in the making: it counts its lines as they are written."""

    def __init__(self, separator, end, *, quote_all, spare):
        self.parts, self.lines, self._end = [], 0, end
        self.separator, self.spare = separator, [""] * spare
        self._settings = {
            "delimiter": separator,
            "quoting": csv.QUOTE_ALL if quote_all else csv.QUOTE_MINIMAL,
            "lineterminator": "\n",
        }

    def add(self, cells):
        """Write a record. Returns the number of its first line."""
        text = io.StringIO()
        csv.writer(text, **self._settings).writerow([*cells, *self.spare])
        return self.add_text(text.getvalue().removesuffix("\n"))

    def add_text(self, text):
        """Write a text as it is. Returns the number of its first line."""
        first = self.lines + 1
        self.parts.append(text + self._end)
        self.lines += 1 + text.count("\n")
        return first


def text_sample(number):
    """Return the text file of this number."""
    chance = random.Random(number)  # noqa: S311 - The same files every time.
    known = tuple(COLUMNS)[number % 3]
    separator, encoding = SEPARATORS[number % 4], ENCODINGS[number // 4 % 9]
    header, quoting, end = HEADERS[number // 3 % 6], QUOTING[number // 2 % 4], ENDS[number % 3]
    unquoted = known == "esr_2007_2013_raw" and separator == "," and header not in {"extra", "shuffled"}
    narrow = not encoding.startswith("utf") and encoding != "one bad byte"
    if narrow and header == "decomposed":
        header = "upper"
    amounts = AMOUNTS[0] if unquoted else chance.choice(AMOUNTS[:3] if narrow else AMOUNTS)
    days = finnish_day if unquoted else chance.choice(DAYS)
    text = _Text(separator, end, quote_all=quoting == "all", spare=2 if number % 7 == 0 else 0)
    sample = Sample(f"{number}-{known}-{separator!r}-{encoding}-{quoting}-{header}", b"", known, 0, {})
    columns = list(zip(COLUMNS[known], FIELDS[known], strict=True))
    if header == "shuffled":
        chance.shuffle(columns)
    if header == "extra":
        columns.insert(2, ("Muistiinpano", None))
        sample.ignored_columns = ("Muistiinpano",)
    _write_top(text, sample, number, separator)
    broken = header == "wide" and number % 2
    head = [odd_header(header, column).replace("\u00a0 ", "\n", 1 if broken else 0) for column, _ in columns]
    text.add(head)
    for place in range(8):
        project = a_project(place, chance)
        values = [as_text(name, project[name], amounts=amounts, days=days) if name else "oma" for _, name in columns]
        _write_row(text, sample, values, project, place=place, number=number, head=head, unquoted=unquoted)
    _write_bottom(text, sample, number, len(columns))
    sample.content, sample.lines = _encoded("".join(text.parts), encoding, end), text.lines
    return sample


def _write_top(text, sample, number, separator):
    if number % 11 == 0:
        text.add_text(f"sep={separator}")
    if number % 3 == 0:
        text.add([TITLE])
        sample.list_on = dt.date(2016, 10, 19)
    if number % 4 == 1:
        text.add_text("")


def _write_row(text, sample, values, project, *, place, number, head, unquoted):
    expected = {name: " ".join(value.split()) for name, value in project.items() if name in FIELDS[sample.format]}
    if place == 3 and number // 2 % 4 == 3:
        opened = [f'"{value}' if value == project["name"] else value for value in values]
        plain = [value.replace("\n", " ").replace(text.separator, ".") for value in opened]
        line = text.add_text(text.separator.join([*plain, *text.spare]))
        if unquoted:
            sample.rows[line] = {**expected, "name": plain[2], "beneficiary": plain[9]}
        else:
            sample.rejected.add(line)
        return
    if place == 4 and number % 4 == 2:
        text.add_text("")
    if place == 4 and number % 13 == 0:
        text.add(head)
    if place == 5 and number % 17 == 0:
        sample.rejected.add(text.add([*values, "liikaa", "liikaa"]))
        return
    if number % 5 == 2:
        values = values[: max(at for at, value in enumerate(values, start=1) if value)]
    sample.rows[text.add(values)] = expected


def _write_bottom(text, sample, number, width):
    if number % 4 == 3:
        text.add_text("")
        text.add([""] * width)
    if number % 5 == 0:
        text.add(["Yhteensä", *[""] * (width - 3), "1 000", "2 000"])
    if number % 2 == 0:
        for footer in FOOTERS:
            text.add([footer])
        sample.list_on = sample.list_on or dt.date(2024, 5, 6)


def _encoded(text, encoding, end):
    if encoding == "one bad byte":
        return text.encode().replace("Öljymäen".encode(), b"\xd6ljym\xc3\xa4en", 1)
    if encoding == "one line of utf-8":
        lines = re.split(f"(?<={end})", text)
        odd = next(place for place, line in enumerate(lines) if "ääni" in line)
        return b"".join(line.encode("utf-8" if place == odd else "cp1252") for place, line in enumerate(lines))
    return text.encode(encoding)
