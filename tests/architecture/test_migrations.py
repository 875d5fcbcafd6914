"""Migrations are frozen: they import nothing that changes, and their effect never changes."""

import ast
import hashlib
import re
import sys
from importlib.metadata import version
from pathlib import Path

import pytest
from alembic.script import ScriptDirectory
from pgqueuer.adapters.persistence.qb import QueryBuilderEnvironment

from services.contracts.services import STORING_SERVICES
from services.kernel.background.jobs import queue_settings
from services.kernel.data.migrations import MIGRATIONS, alembic_config
from services.kernel.settings import ROOT

SUMS = MIGRATIONS / "frozen.sha256"
REVISIONS = sorted(file for service in STORING_SERVICES for file in (MIGRATIONS / service).glob("[!_]*.py"))
# Their interfaces are stable; a library whose output may change, pgqueuer before all, is copied as text.
STABLE = {"alembic", "sqlalchemy", *sys.stdlib_module_names} - {"importlib", "runpy"}


def imported(tree: ast.Module) -> set[str]:
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {name.name for name in node.names}
        elif isinstance(node, ast.ImportFrom):
            names.add("." * node.level + (node.module or ""))
    return {name.split(".")[0] for name in names}


@pytest.mark.parametrize("file", REVISIONS, ids=lambda file: f"{file.parent.name}/{file.stem}")
def test_a_revision_imports_nothing_that_changes(file):
    assert imported(ast.parse(file.read_text(encoding="utf-8"))) <= STABLE


@pytest.mark.parametrize("file", REVISIONS, ids=lambda file: f"{file.parent.name}/{file.stem}")
def test_a_revision_is_named_by_its_day_and_has_an_id_of_alembics_own(file):
    assert re.fullmatch(r"20\d\d_[01]\d_[0-3]\d_[a-z0-9_]+", file.stem)
    script = ScriptDirectory.from_config(alembic_config(file.parent.name))
    [revision] = [one.revision for one in script.walk_revisions() if Path(one.path) == file]
    assert re.fullmatch(r"[0-9a-f]{12}", revision)


@pytest.mark.parametrize("service", STORING_SERVICES)
def test_a_new_revision_gets_such_a_name(service, tmp_path):
    config = alembic_config(service)
    config.set_main_option("version_locations", str(tmp_path))
    made = ScriptDirectory.from_config(config).generate_revision("0123456789ab", "Two words", head="base")
    assert re.fullmatch(r"20\d\d_[01]\d_[0-3]\d_two_words.py", Path(made.path).name)


@pytest.mark.parametrize("service", STORING_SERVICES)
def test_a_service_has_one_history_with_one_head(service):
    script = ScriptDirectory.from_config(alembic_config(service))
    assert len(script.get_heads()) == 1
    assert len(script.get_bases()) == 1


def test_frozen_files_are_not_changed():
    frozen = dict(reversed(line.split("  ")) for line in SUMS.read_text(encoding="utf-8").splitlines())
    files = [*REVISIONS, *MIGRATIONS.glob("*.sql")]
    sums = {file.relative_to(ROOT).as_posix(): hashlib.sha256(file.read_bytes()).hexdigest() for file in files}
    assert sums == frozen, (
        "A revision that has landed is not edited: add another one. A new one is frozen by"
        " `sha256sum migrations/*/2*.py migrations/*.sql > migrations/frozen.sha256`."
    )


@pytest.mark.parametrize("service", STORING_SERVICES)
def test_the_tables_of_the_queue_are_those_of_the_installed_library(service):
    script = ScriptDirectory.from_config(alembic_config(service))
    # The newest revision that has one.
    installer = next(
        one.module.QUEUE_INSTALLER for one in script.walk_revisions() if hasattr(one.module, "QUEUE_INSTALLER")
    )
    frozen = statements(installer.read_text(encoding="utf-8").replace("the_service", service))
    made = QueryBuilderEnvironment(queue_settings(service)).build_install_query(create_schema=False)
    assert frozen == statements(made), (
        f"pgqueuer {version('pgqueuer')} makes other tables than {installer.name}. Copy its installer, for the schema"
        " `the_service`, into a new file beside that one. Add a revision to each service: it runs, copied as text, what"
        " pgqueuer's `Queries.plan_upgrade()` finds on a database at head, and names the new file as QUEUE_INSTALLER."
    )


def statements(installer: str) -> str:
    """Return the text without its first line, which names the version."""
    return re.sub(r"^-- pgqueuer .*", "", installer.strip()).strip()
