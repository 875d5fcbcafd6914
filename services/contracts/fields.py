"""The descriptions of fields and parameters: one name means the same in every body of every service."""

import csv
import io
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

# FastAPI names the two forms of a schema so, where requests and answers differ.
_FORMS = ("Input", "Output")


@cache
def field_descriptions() -> Mapping[str, str]:
    """Return the descriptions by `field`, or by `Schema.field` where the field means something else in that body.

    Parameters stand under `path.name` and `query.name`. A field that is described where it is declared has no row.
    Source: `data/fields.csv`.
    """
    text = (files(__package__) / "data" / "fields.csv").read_text(encoding="utf-8")
    return {row["field"]: row["description"] for row in csv.DictReader(io.StringIO(text))}


def field_description(schema: str, field: str) -> str | None:
    """Return the description of a body's field, or of a parameter, whose `schema` is `path` or `query`.

    None where no row has it.
    """
    known = field_descriptions()
    form = next((form for form in _FORMS if schema.endswith(form)), "")
    names = (f"{schema}.{field}", f"{schema.removesuffix(form)}.{field}", field)
    return next((known[name] for name in names if name in known), None)
