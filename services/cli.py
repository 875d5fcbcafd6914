"""The command `vipu`: runs, feeds and looks after Vipu. The only importer of all four applications.

Commands import what they need when they are called: `vipu --help` and `vipu token` are quick.
"""

# ruff: noqa: PLC0415  Imports inside the commands are the very point, see above.

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

_INTERRUPTED = 130

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


class Storing(StrEnum):
    """The services that store."""

    registry = "registry"
    events = "events"
    feedback = "feedback"


class Served(StrEnum):
    """What `vipu serve` serves."""

    registry = "registry"
    events = "events"
    feedback = "feedback"
    dashboard = "dashboard"
    front = "front"


Data = Annotated[
    Path | None,
    typer.Option("--data", metavar="DIR", help="The data folder. Default: the user's own; for root /var/lib/vipu."),
]


LogLevel = Annotated[str, typer.Option("--log", metavar="LEVEL", help="debug, info, warning or error.")]
Leashed = Annotated[bool, typer.Option(hidden=True, help="Stop when standard input ends.")]


def main() -> int:
    """Do what the command line says; the exit code. A failure is one sentence on standard error."""
    from services.house.errors import HouseError
    from services.kernel.embedded import EmbeddedError

    try:
        app()
    except (HouseError, EmbeddedError) as failure:
        return _failed(failure)
    except KeyboardInterrupt:
        return _INTERRUPTED
    except ExceptionGroup as group:
        # Tasks that run side by side fail together; a sentence for the person is the reason of them all.
        known = group.subgroup((HouseError, EmbeddedError))
        if known is None:
            raise
        return _failed(_first_of(known))
    return 0


def _first_of(group: ExceptionGroup) -> Exception:
    first = group.exceptions[0]
    return _first_of(first) if isinstance(first, ExceptionGroup) else first


def _failed(failure: Exception) -> int:
    typer.echo(f"vipu: {failure}", err=True)
    return 1


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
    split: Annotated[
        bool, typer.Option("--split", help="One process per service and worker behind one front port.")
    ] = False,
    level: LogLevel = "warning",
) -> None:
    """Run everything here, on a PostgreSQL of its own; Ctrl-C stops it.

    The first start makes the database and loads the demonstration data; the next ones take a second.

    Example: `vipu up --port 8080 --data ~/vipu-trial`
    """
    from services.house.addresses import Address
    from services.house.up import up as run

    run(Address(host, port, public_url), data=data, demo=not no_demo, split=split, level=level.upper())


@app.command()
def serve(
    service: Annotated[Served, typer.Argument(help="Which service; `front` is the pages for people.")],
    host: Annotated[str, typer.Option(help="The address to listen on; 0.0.0.0 for all.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535, help="The port to listen on.")] = 8000,
    *,
    workers: Annotated[int, typer.Option(min=1, max=64, help="How many processes share the port.")] = 1,
    trusted_proxies: Annotated[
        str,
        typer.Option(envvar="VIPU_TRUSTED_PROXIES", help="Whose X-Forwarded-For is believed, by commas; * for all."),
    ] = "127.0.0.1",
    level: LogLevel = "info",
    leashed: Leashed = False,
) -> None:
    """Serve one service; settings come from `VIPU_…` variables or files in /run/secrets.

    It answers at its own root (`/v1/…`); the proxy in front takes `/api/<service>` away.

    Example: `VIPU_EVENTS_DATABASE_URL=postgresql://… vipu serve events --workers 2`
    """
    from services.house import processes
    from services.kernel import log

    log.configure(level=level.upper())
    if workers == 1:
        processes.serve(service, host=host, port=port, trusted_proxies=trusted_proxies, leashed=leashed)
    else:
        processes.serve_with_workers(service, host=host, port=port, trusted_proxies=trusted_proxies, workers=workers)


@app.command()
def work(
    service: Annotated[Storing, typer.Argument(help="Whose jobs.")],
    *,
    level: LogLevel = "info",
    leashed: Leashed = False,
) -> None:
    """Do one service's background work: mails, messages, imports. As many as you like may run.

    Example: `vipu work events`
    """
    from services.house import processes
    from services.kernel import log

    log.configure(level=level.upper())
    processes.work(service, leashed=leashed)


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
