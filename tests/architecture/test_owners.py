"""Only the package that declares a table writes it, raw SQL included."""

import ast

import pytest

from tests.architecture.writes import ROOT, SERVICES, Module, tables, writes


def test_only_the_owner_writes_a_table():
    foreign = [write for write in writes() if write.owner not in {write.package, "?"}]
    assert foreign == []


def test_every_write_names_its_table():
    unnamed = {(write.package, write.table) for write in writes() if write.owner == "?" and write.package != "kernel"}
    # `LISTS` holds tables of projects alone.
    assert unnamed == {("registry/projects", "table")}


def test_every_table_has_a_writer_that_is_found():
    unwritten = {table.name for table in tables().values()} - {write.table for write in writes()}
    # A mapping leads to them.
    lists = {f"project_{name}" for name in ("areas", "dates", "milestones", "parties", "states", "topics")}
    assert unwritten == lists


PROJECTS = "from services.registry.projects.models import Project as P"


@pytest.mark.parametrize(
    "body",
    [
        "from sqlalchemy.dialects.postgresql import insert as upsert\n{}\nx = upsert(P)",
        "import sqlalchemy\nfrom sqlalchemy import update\n{}\nT = P.__table__\nx = update(T)",
        "from sqlalchemy import delete\nfrom services.registry.projects import models\nx = delete(models.Project)",
        "{}\nx = P.__table__.insert()",
        "{}\nx = P(name='x')",
        "{}\nasync def f(project: P):\n    project.state = 'ended'",
        "{}\nasync def f(session, project: P):\n    await session.delete(project)",
        "{}\nasync def f(session):\n    one = await session.get_one(P, 1)\n    one.version += 1",
        "{}\ndef f(project: P):\n    setattr(project, 'state', 'ended')",
        "from services.kernel.data.rows import insert_all\n{}\nx = insert_all(P.metadata.tables[P.__tablename__], ())",
        "from services.kernel.background import copies\n{}\nx = copies.keep(session, P.__table__, [])",
        "x = 'WITH a AS (UPDATE projects AS p SET state = 1 RETURNING 1) SELECT 1'",
        "x = 'insert into projects (id) select 1'",
        "x = f'DELETE FROM registry.projects WHERE id = {{y}}'",
        "x = text('TRUNCATE ' 'projects')",
    ],
)
def test_a_write_of_another_package_is_found(body):
    file = SERVICES / "registry" / "search" / "service.py"
    found = list(Module(file, ast.parse(body.format(PROJECTS))).writes())
    assert [(write.package, write.owner, write.table) for write in found] == [
        ("registry/search", "registry/projects", "projects")
    ]


@pytest.mark.parametrize(
    "body",
    [
        '"""Insert into projects: no SQL."""',
        "{}\nx = select(P).with_for_update()",
        "x = 'SELECT 1 FROM projects FOR UPDATE SKIP LOCKED'",
        "from elsewhere import Project\nx = Project()",
        "{}\nx = {{}}\nx.update(P.name)",
    ],
)
def test_code_that_writes_nothing_is_not_reported(body):
    file = SERVICES / "registry" / "search" / "service.py"
    assert list(Module(file, ast.parse(body.format(PROJECTS))).writes()) == []


def test_a_computed_name_in_raw_sql_is_reported():
    file = SERVICES / "registry" / "search" / "service.py"
    [found] = Module(file, ast.parse("x = f'UPDATE {table} SET a = 1'")).writes()
    assert found.owner == "?"
    assert found.place == f"{file.relative_to(ROOT)}:1"
