"""The command `vipu`: runs, fills and maintains Vipu.

Commands import what they need when they are called, so that `vipu --help` and `vipu token` are quick.
"""

# ruff: noqa: PLC0415  Commands import late on purpose, see above.

import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from services.checks.commands import development
from services.contracts.services import StoringService
from services.runner.audit_commands import audit
from services.runner.forwarding import THIS_MACHINE
from services.runner.parameters import (
    Bearer,
    BearerRole,
    Data,
    Leashed,
    LivenessFile,
    LogLevel,
    Proxies,
    PublicUrl,
    Served,
    SurveyKeys,
)

if TYPE_CHECKING:
    from socket import socket

    from services.installation.installation import Tell
    from services.installation.keys import Keys
    from services.postgres import Cluster
    from services.runner.up import Launch

_INTERRUPTED = 130

app = typer.Typer(
    name="vipu",
    help="Vipu: the backend of a national coordination project. Begin with `vipu up`.",
    no_args_is_help=True,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
    add_completion=False,
)
demo = typer.Typer(no_args_is_help=True, help="The demonstration data: five programmes and one invented year.")
app.add_typer(demo, name="demo")
app.add_typer(audit, name="audit")
# Without a name, its commands are those of `vipu` itself.
app.add_typer(development)


def main() -> int:
    """Run the command of the command line. A failure is one sentence on standard error.

    Returns: the exit code.
    """
    from services.installation.errors import CannotRun
    from services.postgres import EmbeddedError

    try:
        app()
    except (CannotRun, EmbeddedError) as failure:
        return _failed(failure)
    except KeyboardInterrupt:
        return _INTERRUPTED
    except ExceptionGroup as group:
        # Tasks that run side by side fail together; a failure with a sentence for the operator is the reason of all.
        known = group.subgroup((CannotRun, EmbeddedError))
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
    public_url: PublicUrl = "",
    trusted_proxies: Proxies = THIS_MACHINE,
    no_demo: Annotated[bool, typer.Option("--no-demo", help="Begin without the demonstration data.")] = False,
    split: Annotated[bool, typer.Option("--split", help="One process per service and worker behind one port.")] = False,
    level: LogLevel = "warning",
) -> None:
    """Run everything on this machine, with a PostgreSQL of its own; Ctrl-C stops it.

    The first start makes the database and loads the demonstration data; the next ones take a second.

    Example: `vipu up --port 8080 --data ~/vipu-trial`
    """
    from services.installation.addresses import Address
    from services.runner.up import up as run

    run(
        Address(host, port, public_url),
        data=data,
        demo=not no_demo,
        level=level.upper(),
        trusted_proxies=trusted_proxies,
        load_demo=partial(_load_demo, level=level.upper()),
        start=_start_split if split else _start_in_one_process,
    )


def _load_demo(cluster: "Cluster", keys: "Keys", public_url: str, tell: "Tell", *, level: str) -> None:
    from services.demo.filling import fill_apart

    fill_apart(cluster, keys, public_url, tell, level=level)


def _start_in_one_process(launch: "Launch", bound: "socket") -> None:
    from services.runner.one_process import run_in_one_process

    run_in_one_process(launch, bound)


def _start_split(launch: "Launch", bound: "socket") -> None:
    from services.runner.split import run_split

    run_split(launch, bound)


@app.command()
def serve(
    service: Annotated[Served, typer.Argument(help="Which service; `site` is the pages for people.")],
    host: Annotated[str, typer.Option(help="The address to listen on; 0.0.0.0 for all.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535, help="The port to listen on.")] = 8000,
    *,
    workers: Annotated[int, typer.Option(min=1, max=64, help="How many processes share the port.")] = 1,
    trusted_proxies: Proxies = THIS_MACHINE,
    level: LogLevel = "info",
    leashed: Leashed = False,
) -> None:
    """Serve one service; settings come from `VIPU_…` variables or files in /run/secrets.

    It answers at its own root (`/v1/…`); the proxy before it removes `/api/<service>`.

    Example: `VIPU_EVENTS_DATABASE_URL=postgresql://… vipu serve events --workers 2`
    """
    from services.kernel import log
    from services.runner import processes

    log.configure(level=level.upper())
    if workers == 1:
        processes.serve(service, host=host, port=port, trusted_proxies=trusted_proxies, leashed=leashed)
    else:
        processes.serve_with_workers(
            service, host=host, port=port, trusted_proxies=trusted_proxies, workers=workers, level=level.upper()
        )


@app.command()
def work(
    service: Annotated[StoringService, typer.Argument(help="The service whose jobs to do.")],
    *,
    level: LogLevel = "info",
    leashed: Leashed = False,
    liveness_file: LivenessFile = None,
) -> None:
    """Do one service's background work: mails, messages, imports. Any number of workers may run.

    Example: `vipu work events`
    """
    from services.kernel import log
    from services.runner import processes

    log.configure(level=level.upper())
    processes.work(service, leashed=leashed, liveness_file=liveness_file)


@app.command()
def token(
    role: Annotated[BearerRole, typer.Option(help="The role of the bearer.")],
    data: Data = None,
    *,
    coordination: Annotated[str, typer.Option(metavar="SLUG", help="The coordination project it holds in.")] = "",
    project: Annotated[str, typer.Option(metavar="REF", help="The project it holds in: slug or id.")] = "",
    event: Annotated[str, typer.Option(metavar="REF", help="The event it holds at: slug or id.")] = "",
    bearer: Bearer = None,
    minutes: Annotated[int, typer.Option(min=1, max=1440, help="How long it is valid.")] = 15,
) -> None:
    """Print a bearer token for the installation, and nothing else; in production, run it beside the registry.

    Records name its bearer as their author: print a token for each person.

    Example: `curl -H "Authorization: Bearer $(vipu token --role coordinator --as anna)" …`
    """
    from services.contracts.roles import Role
    from services.installation import tokens
    from services.installation.installation import installation_in

    refs = {"coordination": coordination, "project": project, "event": event}
    places = {kind: ref for kind, ref in refs.items() if ref}
    settings = tokens.deployed() if data is None else None
    if settings is not None:
        typer.echo(tokens.mint_deployed(settings, Role(role), places, minutes=minutes, bearer=bearer))
    else:
        installation = installation_in(data)
        typer.echo(tokens.mint(installation, Role(role), places, minutes=minutes, tell=_say, bearer=bearer))


@app.command()
def migrate(
    data: Data = None,
    *,
    admin_url: Annotated[
        str,
        typer.Option(
            envvar="VIPU_ADMIN_DATABASE_URL",
            show_envvar=True,
            help="An administrator's address of the database, to make roles and schemas too.",
        ),
    ] = "",
) -> None:
    """Bring the schemas to what this version needs, in production or (with --data) of an embedded installation.

    In production each service's address stands in `VIPU_REGISTRY_DATABASE_URL` and so on, or in /run/secrets.

    Example: `vipu migrate --admin-url postgresql://postgres:…@db/vipu`
    """
    if data is None:
        from services.installation import deployment

        deployment.migrate(admin_url=admin_url, tell=_say)
        return
    from services.installation import schemas
    from services.installation.installation import installation_in, opened

    installation = installation_in(data)
    with opened(installation, tell=_say) as cluster, installation.preparing():
        schemas.bring_up_to_date(installation, cluster, installation.keys, tell=_say)


@demo.command("load")
def demo_load(data: Data = None) -> None:
    """Add the five programmes and an invented year of events to an installation; Vipu must not be running on it."""
    from services.demo.filling import load_into
    from services.installation.installation import installation_in

    load_into(installation_in(data), afresh=False, tell=_say)


@demo.command("reset")
def demo_reset(
    data: Data = None,
    *,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Replace all data of an installation by fresh demonstration data; Vipu must not be running on it."""
    from services.demo.filling import load_into
    from services.installation.installation import installation_in

    installation = installation_in(data)
    if not yes:
        typer.confirm(f"Remove all data in {installation.folder}?", abort=True)
    load_into(installation, afresh=True, tell=_say)


@app.command()
def backup(
    file: Annotated[Path | None, typer.Argument(help="The file to write; it must not exist.")] = None,
    data: Data = None,
    *,
    survey_keys: SurveyKeys = None,
) -> None:
    """Write the database and the secrets of an installation into one file. Vipu may be running.

    The keys of surveys are not in it: with both, the answers of open surveys can be read.

    Example: `vipu backup vipu-2026-11-21.tar`
    """
    from services.installation import backups
    from services.installation.installation import installation_in

    backups.back_up(installation_in(data), file, survey_keys=survey_keys, tell=_say)


@app.command()
def restore(
    file: Annotated[Path, typer.Argument(help="A file that `vipu backup` has written.")],
    data: Data = None,
    *,
    survey_keys: SurveyKeys = None,
    replace: Annotated[bool, typer.Option("--replace", help="Replace the data that the installation has now.")] = False,
) -> None:
    """Bring an installation to the state of a backup; Vipu must not be running on it.

    Open surveys whose keys are missing are closed, and their answers are lost.

    Example: `vipu restore vipu-2026-11-21.tar --data ~/vipu-copy`
    """
    from services.installation import backups
    from services.installation.installation import installation_in

    backups.restore(installation_in(data), file.absolute(), survey_keys=survey_keys, replacing=replace, tell=_say)


@app.command("give-up-answers")
def give_up_answers(
    data: Data = None,
    *,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Close the surveys whose keys are lost for good, without their answers.

    In production, run it where `vipu work feedback` runs. From then on it works with the present folder of keys.

    Example: `docker compose run --rm feedback-work give-up-answers`
    """
    from services.installation import survey_keys

    if not yes:
        typer.confirm("Delete the answers of every unreleased survey whose key is not in the folder?", abort=True)
    survey_keys.give_up_answers(data, tell=_say)


@app.command()
def secrets(
    folder: Annotated[Path, typer.Argument(help="The folder of the files; docker-compose.yml expects `secrets`.")],
    *,
    database_host: Annotated[str, typer.Option(help="Host and port of the database.")] = "postgres:5432",
) -> None:
    """Make the secret files of a production installation; existing ones stay as they are.

    Example: `vipu secrets secrets && docker compose up --detach`
    """
    from services.installation import deployment

    written = deployment.write_secrets(folder, database_host=database_host)
    typer.echo(f"Written into {folder}: {', '.join(written)}" if written else f"{folder} is complete already.")


def _say(sentence: str) -> None:
    typer.echo(sentence, err=True)


if __name__ == "__main__":
    sys.exit(main())
