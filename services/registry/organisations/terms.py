"""Vocabulary of organisations."""

import re
from typing import Annotated, NewType
from uuid import UUID

from pydantic import AfterValidator, Field
from stdnum.exceptions import ValidationError
from stdnum.fi import ytunnus

from services.contracts.spellings import spelling_key
from services.contracts.words import InvalidValue
from services.kernel.text import Line

from .mail_domains import normal_mail_domain

OrganisationId = NewType("OrganisationId", UUID)

# `1234567-8`, without its hyphen, as a VAT number `FI12345678`, or with the six digits of the old form.
_WRITTEN = re.compile(r"(FI)?(?P<compact>[0-9]{8})|(?P<number>[0-9]{6,7})-(?P<check>[0-9])")


def normal_business_id(text: str) -> str:
    """Return a Y-tunnus in its normal form, `1234567-8`. The VAT form and the old six-digit form are recognised.

    Raises ValueError.
    Source: the check digit rule of the Finnish business id (weights 7 9 10 5 8 4 2, modulo 11).
    """
    parts = _WRITTEN.fullmatch(text.strip().upper().replace(" ", ""))
    if parts is None:
        raise InvalidValue("fields.not-a-business-id")
    compact = parts["compact"] or parts["number"].zfill(7) + parts["check"]
    try:
        valid = ytunnus.validate(compact)
    except ValidationError as error:
        raise InvalidValue("fields.not-a-business-id") from error
    return f"{valid[:7]}-{valid[7]}"


BusinessId = Annotated[
    str, Field(max_length=20, examples=["2296962-1"], description="Y-tunnus"), AfterValidator(normal_business_id)
]


def _distinct(texts: list[str]) -> list[str]:
    """Return the texts in their order without those that are spelt like an earlier one."""
    return list({spelling_key(text): text for text in reversed(texts)}.values())[::-1]


Abbreviation = Annotated[Line, Field(max_length=40, examples=["KEHA"])]
Abbreviations = Annotated[
    list[Abbreviation],
    Field(max_length=20, description="Short names; one that several organisations have joins nothing by itself"),
    AfterValidator(_distinct),
]
MailDomain = Annotated[
    str, Field(min_length=3, max_length=253, examples=["keha-keskus.example"]), AfterValidator(normal_mail_domain)
]
MailDomains = Annotated[
    list[MailDomain],
    Field(
        max_length=20,
        description="The organisation's own domains in mail addresses; none of a public mail provider."
        " One that several organisations have joins nothing by itself",
    ),
    AfterValidator(_distinct),
]
