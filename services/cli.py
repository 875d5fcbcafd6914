"""The command `vipu`: runs, feeds and looks after Vipu. The only importer of all four applications.

Commands import what they need when they are called: `vipu --help` and `vipu token` are quick.
"""

# ruff: noqa: PLC0415  Imports inside the commands are the very point, see above.

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(
    name="vipu",
    help="Vipu: the backend of a national coordination project. Begin with `vipu up`.",
    no_args_is_help=True,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
    add_completion=False,
)


class Role(StrEnum):
    """Whom `vipu token` speaks for."""

    coordinator = "coordinator"
    funder = "funder"
    admin = "admin"
    door = "door"
    project_contact = "project_contact"
    partner = "partner"


Data = Annotated[
    Path | None,
    typer.Option("--data", metavar="DIR", help="The data folder. Default: the user's own; for root /var/lib/vipu."),
]


def main() -> int:
    """Do what the command line says; the exit code. A failure is one sentence on standard error."""
    from services.house.errors import HouseError
    from services.kernel.embedded import EmbeddedError

    try:
        app(standalone_mode=True)
    except (HouseError, EmbeddedError) as failure:
        typer.echo(f"vipu: {failure}", err=True)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


@app.callback()
def vipu() -> None:
    """Vipu: the backend of a national coordination project. Begin with `vipu up`."""


@app.command()
def up(
    data: Data = None,
    host: Annotated[str, typer.Option(help="The address to listen on; 0.0.0.0 for all.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535, help="The port to listen on.")] = 8000,
    *,
    public_url: Annotated[
        str, typer.Option(help="The address people use, where that is another one: https://vipu.example")
    ] = "",
    no_demo: Annotated[bool, typer.Option("--no-demo", help="Begin empty, without the demonstration data.")] = False,
    level: Annotated[str, typer.Option("--log", metavar="LEVEL", help="debug, info, warning or error.")] = "warning",
) -> None:
    """Run everything here, on a PostgreSQL of its own; Ctrl-C stops it.

    The first start makes the database and loads the demonstration data; the next ones take a second.

    Example: `vipu up --port 8080 --data ~/vipu-trial`
    """
    from services.house.addresses import Address
    from services.house.up import up as run

    run(Address(host, port, public_url), data=data, demo=not no_demo, level=level.upper())


@app.command()
def token(
    role: Annotated[Role, typer.Option(help="What the bearer is.")],
    data: Data = None,
    *,
    coordination: Annotated[str, typer.Option(metavar="SLUG", help="In which coordination project.")] = "",
    project: Annotated[str, typer.Option(metavar="REF", help="In which project: slug or id.")] = "",
    event: Annotated[str, typer.Option(metavar="REF", help="At which event: slug or id.")] = "",
    minutes: Annotated[int, typer.Option(min=1, max=1440, help="How long it is good.")] = 15,
) -> None:
    """Print a bearer token for the installation, and nothing else.

    Example: `curl -H "Authorization: Bearer $(vipu token --role coordinator)" …`
    """
    from services.house import tokens
    from services.house.installation import installation_in
    from services.kernel.auth import Role as Held

    given = {"coordination": coordination, "project": project, "event": event}
    places = {kind: ref for kind, ref in given.items() if ref}
    typer.echo(tokens.mint(installation_in(data), Held(role.value), places, minutes=minutes, tell=_say))


def _say(sentence: str) -> None:
    typer.echo(sentence, err=True)


if __name__ == "__main__":
    sys.exit(main())
