"""The private keys of surveys with Vipu as an operator runs it: what refuses to start, a backup and back."""

import asyncio
import os
import stat
import subprocess
import sys
from collections.abc import Awaitable, Callable
from types import SimpleNamespace

import httpx
import pytest

from services.installation.installation import Installation, opened
from services.installation.survey_keys import feedback_database
from services.kernel.data.db import Database
from services.kernel.security.auth import Principal
from services.kernel.settings import ROOT
from tests.factories import COORDINATOR, FULL, SERVICE, answered, close
from tests.ports import own_port
from tests.runner.test_running_long import data, running, until, vipu

__all__ = ["data"]  # The fixture of a data folder.

pytestmark = pytest.mark.slow

# No server listens on port 1: what is refused is refused before the database is asked.
SETTINGS = {
    "VIPU_FEEDBACK_DATABASE_URL": "postgresql://vipu_feedback:x@127.0.0.1:1/vipu",
    "VIPU_ENVIRONMENT": "development",
}


@pytest.mark.parametrize("workers", ["1", "2"])
def test_feedback_is_not_served_where_the_keys_can_be_read(tmp_path, workers):
    port = str(own_port())

    def said(folder: object) -> list[str]:
        done = subprocess.run(  # noqa: S603
            [sys.executable, "-m", "services.cli", "serve", "feedback", "--port", port, "--workers", workers],
            cwd=ROOT, env={**os.environ, **SETTINGS, "VIPU_SURVEY_KEYS": str(folder)},
            capture_output=True, text=True, check=False, timeout=60,
        )  # fmt: skip
        assert done.returncode == 1
        return done.stderr.splitlines()

    [sentence] = said(tmp_path)
    assert sentence.startswith(f"vipu: The folder of survey keys {tmp_path} can be read here.")
    [sentence] = said(tmp_path / "not mounted")
    assert sentence.startswith("vipu: The database cannot be used: ")


def with_feedback(folder, do: Callable[[Database], Awaitable[object]]) -> object:
    """What `do` returns for the database of feedback in an installation that does not run."""

    async def run(cluster: object) -> object:
        async with feedback_database(Installation(folder), cluster) as database:
            return await do(database)

    with opened(Installation(folder), tell=lambda _: None) as cluster:
        return asyncio.run(run(cluster))


def a_service(database: Database) -> SimpleNamespace:
    """What the factories need of a caller: the service layer under it."""

    async def principal() -> Principal:
        return Principal("tester", grants=(SERVICE, COORDINATOR))

    return SimpleNamespace(runtime=SimpleNamespace(database=database), principal=principal)


async def fill(database: Database) -> tuple[str, str]:
    """A survey with five answers that is closed, and one with six that is open."""
    service = a_service(database)
    closed = await answered(service, None, [FULL] * 5)
    await close(service, closed)
    return closed, await answered(service, None, [FULL] * 6)


def results(address: str, data, survey_id: str) -> dict[str, object]:
    token = vipu("token", "--role", "admin", "--data", str(data)).strip()
    reader = {"Authorization": f"Bearer {token}"}
    return dict(httpx.get(f"{address}/api/feedback/v1/surveys/{survey_id}/results", headers=reader).json())


def test_a_backup_has_no_keys_and_a_restore_without_them_loses_open_answers_alone(data, tmp_path):
    with running(data):
        until(lambda: len(list((data / "survey-keys").glob("*.key"))) == 20)
    assert stat.S_IMODE((data / "survey-keys").stat().st_mode) == 0o700
    closed, still_open = with_feedback(data, fill)
    with running(data) as (address, _, _pid):
        until(lambda: results(address, data, closed)["state"] == "released")
        before = results(address, data, closed)
    backup, keys = tmp_path / "vipu.tar", tmp_path / "keys.json"
    vipu("backup", str(backup), "--data", str(data), "--survey-keys", str(keys))
    vipu("backup", "--data", str(data), "--survey-keys", str(keys))  # Over the one that is there.
    assert "Name the file" in vipu("backup", "--data", str(data), code=1)
    private = next((data / "survey-keys").glob("*.key")).read_bytes()
    assert private not in backup.read_bytes()
    lost, kept = data.with_name(data.name + "-lost"), data.with_name(data.name + "-kept")
    vipu("restore", str(backup), "--data", str(lost))
    vipu("restore", str(backup), "--data", str(kept), "--survey-keys", str(keys))
    with running(lost) as (address, _, _pid):
        shown = results(address, lost, still_open)
        assert (shown["state"], shown["answers_lost"], shown["questions"]) == ("answers_lost", 6, [])
        assert results(address, lost, closed) == before
    with running(kept, "--split") as (address, log, _):
        assert results(address, kept, still_open)["state"] == "collecting"
        assert results(address, kept, closed) == before
        assert "ended with" not in log.read_text()
    # The folder of keys is lost: Vipu says so and starts again once the answers are given up.
    for key in (kept / "survey-keys").iterdir():
        key.unlink()
    assert "`vipu give-up-answers`" in vipu("up", "--no-demo", "--data", str(kept), code=1)
    vipu("give-up-answers", "--yes", "--data", str(kept))
    with running(kept) as (address, _, _pid):
        assert results(address, kept, still_open)["answers_lost"] == 6
