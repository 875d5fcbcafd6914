"""The commands `vipu audit …`. They import what they need when they are called, as all commands do."""

# ruff: noqa: PLC0415  Commands import late on purpose, see above.

from datetime import UTC, datetime
from typing import Annotated

import typer

from services.runner.parameters import Data

audit = typer.Typer(no_args_is_help=True, help="The audit: who read, changed and took away whose data.")


@audit.command("verify")
def verify(
    data: Data = None,
    *,
    last: Annotated[
        list[str] | None,
        typer.Option(metavar="HASH", help="The hash of a seal that you kept elsewhere; may be repeated."),
    ] = None,
) -> None:
    """Compare the audit with its seals and name each entry that was altered, removed, moved or added afterwards.

    Without --data it verifies the databases of `VIPU_REGISTRY_DATABASE_URL` and so on, if they are set. The worker logs
    the hash of the newest seal each minute. The exit code is 1 when something was found.

    Example: `docker compose run --rm migrate audit verify --last 5d0c…`
    """
    from services.installation import audits

    if not audits.verify_audits(data, hashes=last or [], tell=typer.echo):
        raise typer.Exit(1)
    typer.echo("The audit is whole.")


@audit.command("prune")
def prune(
    before: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="The day before which to remove, in UTC.")],
    data: Data = None,
    *,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Remove old entries of the audit for good. Their seals stay, so that the rest can still be verified.

    It needs the administrator's address of the database, VIPU_ADMIN_DATABASE_URL.

    Example: `vipu audit prune --before 2024-01-01`
    """
    from services.installation import audits

    if not yes:
        typer.confirm(f"Remove every entry of the audit that was sealed before {before:%Y-%m-%d}?", abort=True)
    audits.prune_audits(data, before=before.replace(tzinfo=UTC), tell=typer.echo)
