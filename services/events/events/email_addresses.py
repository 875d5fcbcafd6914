"""E-mail addresses: which ones mails reach, and when two of them are one mailbox."""

import unicodedata
from typing import Annotated, Final

from email_validator import EmailNotValidError, validate_email
from pydantic import AfterValidator, Field, StringConstraints

from services.contracts.words import InvalidValue
from services.kernel.text import clean_line

MAX_EMAIL: Final = 254  # RFC 5321 §4.5.3.1.3, less the angle brackets.


def deliverable(address: str) -> str:
    """Return the address as it is written, if its form is valid. Raises ValueError."""
    try:
        return validate_email(address, check_deliverability=False).normalized
    except (EmailNotValidError, UnicodeError) as error:
        raise InvalidValue("fields.not-an-email-address") from error


def same_mailbox(address: str) -> str:
    """Return the address as it is compared: NFKC, lower case, without `+tag`, the domain in its ASCII form (IDNA).

    Requires: the address is `deliverable`. Raises EmailNotValidError where its compared form is not.
    """
    if address.isascii():  # An ASCII address differs in case and tag only, and needs no second parsing.
        local, _, domain = address.lower().rpartition("@")
        return f"{local.partition('+')[0]}@{domain}"
    parts = validate_email(unicodedata.normalize("NFKC", address), check_deliverability=False)
    local = unicodedata.normalize("NFKC", parts.local_part).casefold().partition("+")[0]
    return f"{local}@{parts.ascii_domain.lower()}"


def manageable_address(text: str) -> str:
    """Return an address that is valid as it is written and as it is compared, and that mails reach. Raises ValueError.

    Few mail servers accept other characters than ASCII before the @ (SMTPUTF8, RFC 6531), so such an address would get
    no mail. Full-width forms become ASCII (NFKC).
    """
    address = deliverable(unicodedata.normalize("NFKC", clean_line(text)))
    if not address.rpartition("@")[0].isascii():
        raise InvalidValue("fields.address-not-writable")
    try:
        same_mailbox(address)
    except EmailNotValidError as error:
        raise InvalidValue("fields.not-an-email-address") from error
    return address


EmailAddress = Annotated[
    str,
    StringConstraints(strip_whitespace=True, max_length=MAX_EMAIL),
    Field(json_schema_extra={"format": "email"}, examples=["maija.mainio@yritys.example"]),
    AfterValidator(manageable_address),
]
