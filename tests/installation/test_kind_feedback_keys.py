"""The private keys of surveys are for the worker alone, in no backup, and never come back once they are destroyed."""

import json
import os
import threading
from pathlib import Path
from types import SimpleNamespace
from uuid import UUID, uuid4

import pytest
import yaml

from services.feedback.keys.errors import KeyDoesNotFit
from services.feedback.keys.folder import KeyFolder
from services.feedback.keys.terms import KeyId
from services.feedback.results.restoring import KeyCopy, bring_keys_back, copy_of
from services.installation.errors import CannotRun
from services.installation.installation import Installation
from services.installation.survey_keys import finish_keys, read_copy, restore_keys, write_copy
from services.kernel.settings import ROOT
from services.runner import key_access
from services.runner.key_access import refuse_survey_keys, require_survey_keys
from services.runner.settings import worker_environment_of
from services.runner.split import parts_of
from tests.factories import COORDINATOR, FULL, SERVICE, a_survey, answered, close

VARIABLE = "VIPU_SURVEY_KEYS"


@pytest.fixture
def feedback(applications):
    return applications.runtime("feedback").database


def a_key(folder: Path) -> KeyId:
    key_id = KeyId(uuid4())
    KeyFolder(folder).write(key_id, b"private")
    return key_id


def test_of_all_containers_only_the_worker_of_feedback_mounts_the_keys():
    containers = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]
    folder = containers["feedback-work"]["environment"][VARIABLE]
    assert containers["feedback-work"]["volumes"] == [f"survey-keys:{folder}"]
    others = {name: one for name, one in containers.items() if name != "feedback-work"}
    assert not [name for name, one in others.items() if VARIABLE in (one.get("environment") or {})]
    assert not [name for name, one in others.items() if "survey-keys" in str(one.get("volumes"))]
    # A new volume belongs to the user of the image.
    assert f"--mode=0700 --owner=10001 --group=10001 {folder}" in (ROOT / "Dockerfile").read_text()


def test_of_all_processes_of_one_machine_only_the_worker_of_feedback_is_told_of_the_keys(tmp_path):
    cluster = SimpleNamespace(data_folder=tmp_path)
    own = worker_environment_of(cluster)
    assert own == {VARIABLE: str(tmp_path / "survey-keys")}
    told = [part.name for part in parts_of({"feedback": "http://127.0.0.1:1"}, cluster, level="info") if part.variables]
    assert told == ["feedback worker"]


def test_the_folder_of_an_installation_is_closed_to_others(tmp_path):
    folder = Installation(tmp_path).survey_keys
    assert (folder.parent, folder.stat().st_mode & 0o777) == (tmp_path, 0o700)


@pytest.mark.parametrize("mode", [0o700, 0o500, 0o100])
def test_a_process_that_could_read_the_keys_does_not_serve(all_settings, tmp_path, mode):
    tmp_path.chmod(mode)
    with pytest.raises(CannotRun, match=r"can be read here.*`vipu work feedback` alone"):
        refuse_survey_keys(all_settings["feedback"].model_copy(update={"survey_keys": tmp_path}))


@pytest.mark.parametrize("service", ["registry", "events", "feedback", "dashboard"])
def test_a_process_that_has_no_keys_serves(all_settings, tmp_path, service):
    settings = all_settings[service]
    if service == "feedback":
        settings = settings.model_copy(update={"survey_keys": tmp_path / "not mounted"})
    refuse_survey_keys(settings)
    refuse_survey_keys(settings.model_copy(update={"survey_keys": None}))


async def test_the_worker_of_feedback_starts_with_the_folder_that_its_database_needs(
    client, all_settings, feedback, survey_keys_folder, tmp_path, monkeypatch
):
    async def starts(folder: Path | None) -> str:
        settings = all_settings["feedback"].model_copy(update={"survey_keys": folder})
        try:
            await require_survey_keys(settings, feedback)
        except CannotRun as refusal:
            return str(refusal)
        return "starts"

    assert await starts(tmp_path) == "starts"  # No survey has a key yet: any folder will do.
    assert await starts(survey_keys_folder) == "starts"
    await a_survey(client("feedback", SERVICE, COORDINATOR))
    assert await starts(survey_keys_folder) == "starts"
    assert "set VIPU_SURVEY_KEYS" in await starts(None)
    assert "set VIPU_SURVEY_KEYS" in await starts(tmp_path / "not mounted")
    other = await starts(tmp_path)
    assert "is not the one" in other and "`vipu give-up-answers`" in other
    (tmp_path / "empty").mkdir()
    assert "is not the one" in await starts(tmp_path / "empty")
    monkeypatch.setattr(key_access.os, "access", lambda _path, mode: mode & os.W_OK == 0)
    assert "cannot be written" in await starts(survey_keys_folder)


async def test_no_other_worker_needs_the_keys(all_settings, feedback):
    for service in ("registry", "events"):
        await require_survey_keys(all_settings[service], feedback)


def test_two_workers_at_their_first_start_mark_one_folder(tmp_path):
    ready, marks = threading.Barrier(8), []

    def mark():
        ready.wait()
        marks.append(KeyFolder(tmp_path).mark())

    threads = [threading.Thread(target=mark) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(marks) == {KeyFolder(tmp_path).marker()}
    assert [path.name for path in tmp_path.iterdir()] == ["folder-id"]


def test_the_copy_of_the_keys_is_one_closed_file_that_is_written_over(tmp_path):
    folder, file = tmp_path / "keys", tmp_path / "keys.json"
    folder.mkdir()
    first, second = a_key(folder), a_key(folder)
    write_copy(folder, file, tell=lambda _: None)
    file.chmod(0o644)
    KeyFolder(folder).destroy(first)
    write_copy(folder, file, tell=lambda _: None)
    assert (file.stat().st_mode & 0o777, sorted(path.name for path in tmp_path.iterdir())) == (
        0o600,
        ["keys", "keys.json"],
    )
    copy = read_copy(file)
    assert (dict(copy.keys), copy.destroyed) == ({second: b"private"}, {first})
    assert "private" not in repr(copy)


@pytest.mark.parametrize(
    "content",
    ["", "[]", "{}", '{"vipu_survey_keys": 2}', '{"vipu_survey_keys": 1, "keys": {"x": "y"}, "destroyed": []}'],
)
def test_what_is_no_copy_of_keys_is_refused(tmp_path, content):
    file = tmp_path / "keys.json"
    file.write_text(content)
    with pytest.raises(CannotRun, match="is not a copy of survey keys"):
        read_copy(file)
    with pytest.raises(CannotRun, match="is not a copy of survey keys"):
        read_copy(tmp_path / "none")


async def test_a_restore_brings_back_the_keys_of_open_surveys_and_no_released_one(
    client, applications, feedback, superuser, survey_keys_folder, change_settings, tmp_path
):
    service, anonymous = client("feedback", SERVICE, COORDINATOR), client("feedback")
    released, opened = [await answered(service, anonymous, [FULL] * count) for count in (5, 6)]
    before = copy_of(survey_keys_folder)
    rows = await superuser.fetch("SELECT * FROM feedback.survey_keys WHERE survey_id IS NOT NULL")
    key_of = {str(row["survey_id"]): KeyId(row["id"]) for row in rows}
    public_of = {row["id"]: row["public_key"] for row in rows}
    await close(service, released)
    await applications.worker("feedback").drain()
    # The disk is lost: a new folder, and the copy that was made before the release.
    change_settings("feedback", survey_keys=tmp_path)
    assert await restore_keys(feedback, tmp_path, before) == 0
    found = KeyFolder(tmp_path)
    assert found.read(key_of[opened]) == before.keys[key_of[opened]]
    assert found.read(key_of[released]) is None
    await close(service, opened)
    await applications.worker("feedback").drain()
    assert (await service.get(f"/v1/surveys/{opened}/results")).json()["n"] == 6
    # Nor does one that this folder, or the folder of the copy, has destroyed, whatever the database believes.
    again = "INSERT INTO feedback.survey_keys VALUES ($1, $2, NULL)"
    await superuser.execute(again, key_of[opened], public_of[key_of[opened]])
    await bring_keys_back(feedback, tmp_path, before)
    assert found.read(key_of[opened]) is None
    (tmp_path / "new").mkdir()
    await restore_keys(feedback, tmp_path / "new", copy_of(tmp_path))
    await finish_keys(feedback, tmp_path / "new", copy_of(tmp_path))
    await superuser.execute(f"{again} ON CONFLICT DO NOTHING", key_of[opened], public_of[key_of[opened]])
    await bring_keys_back(feedback, tmp_path / "new", before)
    assert KeyFolder(tmp_path / "new").read(key_of[opened]) is None


async def test_a_restore_without_keys_loses_the_answers_of_open_surveys_and_nothing_else(
    client, feedback, change_settings, tmp_path
):
    service, anonymous = client("feedback", SERVICE, COORDINATOR), client("feedback")
    opened = await answered(service, anonymous, [FULL] * 6)
    change_settings("feedback", survey_keys=tmp_path)
    assert await restore_keys(feedback, tmp_path, None) == 1
    shown = (await service.get(f"/v1/surveys/{opened}/results")).json()
    assert (shown["state"], shown["answers_lost"]) == ("answers_lost", 6)


def test_a_copy_names_no_survey(tmp_path):
    folder, file = tmp_path / "keys", tmp_path / "keys.json"
    folder.mkdir()
    key_id = a_key(folder)
    write_copy(folder, file, tell=lambda _: None)
    content = json.loads(file.read_text())
    assert {UUID(name) for name in content["keys"]} == {key_id}
    assert content.keys() == {"vipu_survey_keys", "keys", "destroyed"}


async def test_a_key_that_does_not_fit_is_refused_before_any_is_written(client, feedback, survey_keys_folder, tmp_path):
    await a_survey(client("feedback", SERVICE, COORDINATOR))
    right = copy_of(survey_keys_folder)
    first, second = sorted(right.keys)[:2]
    for wrong in (b"private", right.keys[second]):
        with pytest.raises(KeyDoesNotFit, match=str(first)):
            await restore_keys(feedback, tmp_path, KeyCopy({**right.keys, first: wrong}, frozenset()))
        assert list(tmp_path.iterdir()) == []
