"""The types of the parameters of the command line, with their choices and help. Importing them is quick."""

from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

import typer

from services.contracts.services import ServiceName
from services.runner.forwarding import proxies_in


def check_public_url(address: str) -> str:
    """Return the address as it is.

    Raises: BadParameter unless people could use it: it is the base of every link in a mail.
    """
    parts = urlsplit(address)
    origin = f"{parts.scheme}://{parts.netloc}"
    is_origin = parts.scheme in {"http", "https"} and bool(parts.hostname) and address.rstrip("/") == origin
    if address and not is_origin:
        raise typer.BadParameter("An address is scheme and host, and nothing after them: https://vipu.example")
    return address


def check_proxies(text: str) -> str:
    """Return the text as it is. Raises BadParameter where a proxy is neither an address nor a network."""
    try:
        proxies_in(text)
    except ValueError as error:
        raise typer.BadParameter(f"{error}. Name addresses or networks, separated by commas, or * for all") from error
    return text


# The roles of people and partners; services have tokens of their own.
BearerRole = Literal["coordinator", "funder", "admin", "door", "project_contact", "partner", "data_protection_officer"]
Bearer = Annotated[
    str | None, typer.Option("--as", metavar="NAME", help="The person who will use it. Default: your login name.")
]
Served = Literal[ServiceName, "site"]
Data = Annotated[
    Path | None,
    typer.Option("--data", metavar="DIR", help="The data folder. Default: the user's own; for root /var/lib/vipu."),
]
SurveyKeys = Annotated[
    Path | None,
    typer.Option(metavar="KEYS", help="The file of the keys of open surveys; it is always written over."),
]
LogLevel = Annotated[
    Literal["debug", "info", "warning", "error"], typer.Option("--log", help="The least severe lines that are logged.")
]
Leashed = Annotated[bool, typer.Option(hidden=True, help="Stop when standard input ends.")]
LivenessFile = Annotated[
    Path | None,
    typer.Option(envvar="VIPU_LIVENESS_FILE", metavar="FILE", help="A file to touch while the worker turns."),
]
PublicUrl = Annotated[
    str,
    typer.Option(
        metavar="URL",
        callback=check_public_url,
        help="The address that people use, where that is another: https://vipu.example",
    ),
]
Proxies = Annotated[
    str,
    typer.Option(
        envvar="VIPU_TRUSTED_PROXIES",
        callback=check_proxies,
        help="Proxies whose X-Forwarded-For is used: addresses or networks, separated by commas; * for all.",
    ),
]
# The actions of `vipu web`.
WebAction = Literal["build", "check", "dev", "types"]
