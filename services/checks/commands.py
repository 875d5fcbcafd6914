"""The commands for those who change Vipu: documents, tests, gate and web.

They import what they need when they are called, as the other commands do.
"""

# ruff: noqa: PLC0415  Commands import late on purpose, see above.

from typing import Annotated

import typer

from services.runner.parameters import WebAction

development = typer.Typer()


@development.command()
def openapi(
    *, check: Annotated[bool, typer.Option("--check", help="Only say whether the files are current.")] = False
) -> None:
    """Write the OpenAPI documents of all services into openapi/."""
    from services.checks import openapi as documents

    stale = documents.check() if check else documents.write()
    typer.echo(
        f"{'Not current' if check else 'Written'}: {', '.join(stale)}" if stale else "All documents are current."
    )
    if check and stale:
        raise typer.Exit(1)


@development.command("test", context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def run_tests(
    context: typer.Context,
    *,
    slow: Annotated[bool, typer.Option("--slow", help="Run the slow ones too.")] = False,
    coverage: Annotated[
        bool, typer.Option("--coverage", help="Run the tests of the gate and judge their coverage.")
    ] = False,
    mutants: Annotated[
        bool, typer.Option("--mutants", help="Judge how many changes of the rules they notice; up to 40 minutes.")
    ] = False,
) -> None:
    """Run the quick tests; everything else on the line goes to pytest, or with `--mutants` names packages of rules.

    Example: `vipu test tests/events -k waiting`, `vipu test --mutants seats`
    """
    if mutants:
        from services.checks.mutants.command import run_mutants

        raise typer.Exit(run_mutants(context.args))
    from services.checks import testing

    run = testing.run_covered_tests(context.args) if coverage else testing.run_tests(context.args, slow=slow)
    raise typer.Exit(run)


@development.command()
def gate(
    *, without_tests: Annotated[bool, typer.Option("--without-tests", help="Run all checks but the tests.")] = False
) -> None:
    """Run every check that a change must pass.

    These are format, lint, types, import rules, dependencies, dead code, migrations, specs, texts and tests.
    """
    from services.checks.gate import run_gate

    if not run_gate(with_tests=not without_tests):
        raise typer.Exit(1)


@development.command()
def web(action: Annotated[WebAction, typer.Argument(help="What to do with the sources in web/.")]) -> None:
    """Build the web into web/dist, check it, make the types of the API, or serve it while it is being written.

    `dev` passes what begins with /api on to a running `./vipu up`.
    """
    from services.checks.web import run_web

    if not run_web(action):
        raise typer.Exit(1)
