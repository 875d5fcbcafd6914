"""Mail domains of organisations: host names in one form, and the domains under which anybody may have a mailbox."""

import csv
from functools import cache
from pathlib import Path
from typing import Final

from email_validator import EmailNotValidError, validate_email

from services.contracts.words import InvalidValue

_PUBLIC: Final = Path(__file__).parent / "data" / "public_mail_domains.csv"


@cache
def public_mail_domains() -> frozenset[str]:
    """Return the domains under which mail providers and internet providers give mailboxes to anybody."""
    with _PUBLIC.open(encoding="utf-8", newline="") as file:
        return frozenset(row["domain"] for row in csv.DictReader(file))


def normal_mail_domain(text: str) -> str:
    """Return the domain of an address as mail servers compare it: in ASCII (IDNA), in lower case.

    Raises ValueError, also where the domain, or one above it, is that of a public mail provider.
    """
    try:
        domain = validate_email(f"someone@{text}", check_deliverability=False).ascii_domain.lower()
    except (EmailNotValidError, UnicodeError) as error:
        raise InvalidValue("fields.not-a-mail-domain") from error
    labels = domain.split(".")
    if any(".".join(labels[place:]) in public_mail_domains() for place in range(len(labels) - 1)):
        raise InvalidValue("fields.public-mail-domain")
    return domain
