"""Decimal numbers in answers, which are written as texts, because a float would round them."""

from decimal import Decimal
from typing import Annotated

from pydantic import Field

# A number without an exponent, for the documents: pydantic states no pattern for it.
WrittenDecimal = Annotated[Decimal, Field(examples=["12.5"], json_schema_extra={"pattern": r"^-?[0-9]+(\.[0-9]+)?$"})]
