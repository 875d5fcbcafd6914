"""The embedded PostgreSQL: real processes start, share, kill and adopt it."""

import asyncio
import os
import shutil
import signal
import socket
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import asyncpg
import pytest

from services.postgres import (
    Cluster,
    EmbeddedError,
    bindir_for_tools,
    default_data_folder,
    postmaster,
    running_cluster,
)
from services.postgres.account import account_for, start_as
from services.postgres.binaries import find_binaries
from tests.postgres.clusters import (
    HERE,
    UserProcess,
    ask,
    fresh_data_folder,
    home_of,
    server_of,
    stop_by_force,
    wait_for,
)


@pytest.fixture
def fresh_folder() -> Iterator[Path]:
    with fresh_data_folder() as folder:
        yield folder


@pytest.fixture(scope="module")
def made_folder() -> Iterator[Path]:
    """A data folder with a stopped cluster in it, made once."""
    with tempfile.TemporaryDirectory(prefix="vipu-embedded-") as name:
        Path(name).chmod(0o755)
        folder = Path(name) / "data"
        with running_cluster(folder, durable=False):
            pass
        yield folder


@pytest.fixture
def folder(made_folder: Path) -> Iterator[Path]:
    """The same folder, whose server is stopped after the test."""
    yield made_folder
    stop_by_force(made_folder)


@contextmanager
def server_killed_under_load(folder: Path) -> Iterator[None]:
    """Run a server, give it a committed row and a session in an endless loop, and kill its first process."""
    with running_cluster(folder) as cluster:
        ask(cluster, "DROP TABLE IF EXISTS kept", "CREATE TABLE kept AS SELECT 7 AS value")
        busy = "DO $$ BEGIN LOOP END LOOP; END $$"
        words = [str(bindir_for_tools() / "psql"), cluster.url(), "-qc", busy]
        session = subprocess.Popen(words, stderr=subprocess.DEVNULL)  # noqa: S603
        wait_for(lambda: ask(cluster, f"SELECT pid FROM pg_stat_activity WHERE query = '{busy}' AND state = 'active'"))
        os.kill(server_of(folder), signal.SIGKILL)
        wait_for(lambda: postmaster.running(home_of(folder)) is None)
        yield
    session.wait(timeout=10)


def test_the_first_starts_the_cluster_and_the_others_adopt_it(folder: Path) -> None:
    with running_cluster(folder, durable=False) as first:
        with running_cluster(folder, durable=False) as second:
            other = UserProcess(folder)
            assert other.ready() == (True, first.port)
            other.leave()
        assert ask(first, "SELECT 1") == 1
    assert (first.adopted, second.adopted) == (False, True)
    assert (first.port, first.password) == (second.port, second.password)


def test_the_last_to_leave_stops_the_server_even_when_another_process_started_it(folder: Path) -> None:
    starter = UserProcess(folder)
    starter.ready()
    with running_cluster(folder, durable=False) as cluster:
        starter.leave()
        assert ask(cluster, "SELECT 1") == 1
    assert postmaster.running(home_of(folder)) is None
    assert postmaster.processes_in(home_of(folder)) == []


def test_of_three_processes_that_begin_at_once_with_nothing_one_starts(fresh_folder: Path) -> None:
    users = [UserProcess(fresh_folder) for _ in range(3)]
    answers = [user.ready() for user in users]
    for user in users:
        user.leave()
    assert sorted(adopted for adopted, _ in answers) == [False, True, True]
    assert len({port for _, port in answers}) == 1


def test_the_server_of_a_killed_owner_is_adopted_and_stopped_by_the_next(folder: Path) -> None:
    owner = UserProcess(folder)
    owner.ready()
    pid = server_of(folder)
    owner.die()
    with running_cluster(folder, durable=False) as cluster:
        assert (cluster.adopted, server_of(folder)) == (True, pid)
        assert ask(cluster, "SELECT 1") == 1
    assert postmaster.running(home_of(folder)) is None


def test_a_killed_server_is_started_again_with_the_committed_data(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # On a busy machine the recovery may take long, which would be a second sentence.
    monkeypatch.setattr(postmaster, "_SILENCE_SECONDS", 60.0)
    sentences: list[str] = []
    with server_killed_under_load(folder), running_cluster(folder, tell=sentences.append) as cluster:
        assert not cluster.adopted
        assert ask(cluster, "SELECT value FROM kept") == 7
    # The busy session did not notice that its server had ended, so the supervisor ended it.
    assert sentences == ["Ending the processes of an earlier database server."]


def test_a_process_killed_while_making_the_cluster_leaves_nothing_in_the_way(fresh_folder: Path) -> None:
    maker = UserProcess(fresh_folder)
    wait_for(lambda: list(fresh_folder.glob("postgres-*.new-*/data/base")))
    maker.die()
    with running_cluster(fresh_folder, durable=False) as cluster:
        assert ask(cluster, "SELECT 1") == 1
        assert list(fresh_folder.glob("*.new-*")) == []


@pytest.mark.parametrize("predecessor", ["other program", "zombie"])
def test_an_old_pid_file_is_cleared_when_its_number_is_not_a_server(
    folder: Path, predecessor: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = home_of(folder)
    program = "sleep 60" if predecessor == "other program" else "true"
    other = start_as(account_for(home.data), program.split(), folder=Path("/"), output=subprocess.DEVNULL)
    if predecessor == "zombie":
        os.waitid(os.P_PID, other.pid, os.WEXITED | os.WNOWAIT)
    (home.data / "postmaster.pid").write_text(f"{other.pid}\n{home.data}\n0\n{5432}\n\n127.0.0.1\n\nready\n")
    shutil.chown(home.data / "postmaster.pid", account_for(home.data).uid)
    try:
        # The control: left to itself, PostgreSQL takes that process for its living predecessor.
        with monkeypatch.context() as patch:
            patch.setattr(postmaster, "clear_dead_server", lambda *_args, **_kwargs: None)
            with pytest.raises(EmbeddedError, match="lock file"), running_cluster(folder, durable=False):
                pass
        with running_cluster(folder, durable=False) as cluster:
            assert ask(cluster, "SELECT 1") == 1
        assert other.poll() is None or predecessor == "zombie"
    finally:
        other.kill()
        other.wait()


@pytest.mark.parametrize(
    ("name", "version", "sentence"),
    [
        (f"postgres-{HERE}", "12", rf"is of PostgreSQL 12, but the programs here are PostgreSQL {HERE}"),
        (f"postgres-{HERE}", "", "PG_VERSION is missing"),
        # An empty new cluster beside the old one would look as if everything had been lost.
        ("postgres-12", "12", rf"holds postgres-12, but the programs here are PostgreSQL {HERE}"),
    ],
)
def test_data_that_these_programs_cannot_read_stops_with_a_sentence(
    fresh_folder: Path, name: str, version: str, sentence: str
) -> None:
    data = fresh_folder / name / "data"
    data.mkdir(parents=True)
    if version:
        (data / "PG_VERSION").write_text(f"{version}\n")
    with pytest.raises(EmbeddedError, match=sentence), running_cluster(fresh_folder):
        pass
    assert sorted(path.name for path in fresh_folder.glob("postgres-*/*")) == ["data"]


def test_the_password_is_needed_and_only_its_owner_can_read_it(folder: Path) -> None:
    home = home_of(folder)
    with running_cluster(folder, durable=False) as cluster:
        assert stat.S_IMODE(home.password.stat().st_mode) == 0o600
        assert home.password.stat().st_uid == os.geteuid()
        assert stat.S_IMODE(home.data.stat().st_mode) == 0o700
        assert cluster.password not in repr(cluster)
        with pytest.raises(asyncpg.InvalidPasswordError):
            asyncio.run(asyncpg.connect(cluster.url(user="postgres", password="wrong")))
        assert ask(cluster, "SELECT rolpassword FROM pg_authid WHERE rolname = 'postgres'", "SHOW fsync") == "off"


def test_the_port_is_kept_until_another_program_uses_it(folder: Path) -> None:
    ports = []
    for _ in range(2):
        with running_cluster(folder, durable=False) as cluster:
            ports.append(cluster.port)
    with socket.create_server(("127.0.0.1", ports[0])), running_cluster(folder, durable=False) as cluster:
        assert ask(cluster, "SELECT 1") == 1
        ports.append(cluster.port)
    assert ports[0] == ports[1] != ports[2]


def test_the_server_is_out_of_reach_of_the_terminals_keys(folder: Path) -> None:
    with running_cluster(folder, durable=False):
        assert os.getsid(server_of(folder)) == server_of(folder)


def test_a_forked_child_that_ends_does_not_stop_its_parents_server(folder: Path) -> None:
    child = 0
    try:
        with running_cluster(folder, durable=False) as cluster:
            child = os.fork()
            if child == 0:
                # Leaving the block by an exception, as sys.exit does.
                raise KeyboardInterrupt
            os.waitpid(child, 0)
            assert ask(cluster, "SELECT 1") == 1
    finally:
        if child == 0:
            os._exit(0)


def test_durable_data_are_refused_in_a_server_for_tests(folder: Path) -> None:
    with running_cluster(folder, durable=False) as cluster:
        with pytest.raises(EmbeddedError, match="without durability"), running_cluster(folder):
            pass
        assert ask(cluster, "SELECT 1") == 1


def test_durable_is_the_default(folder: Path) -> None:
    with running_cluster(folder) as cluster:
        assert [ask(cluster, f"SHOW {name}") for name in ("fsync", "synchronous_commit", "full_page_writes")] == [
            "on"
        ] * 3


def test_finnish_letters_are_letters(folder: Path) -> None:
    with running_cluster(folder, durable=False) as cluster:
        assert ask(cluster, "SELECT upper('öljy')") == "ÖLJY"
        # Were ö not a letter, only `p`, `yt` and `y` of `pöytä` could be found.
        assert ask(cluster, "CREATE EXTENSION pg_trgm", "SELECT array_length(show_trgm('pöytä'), 1)") == 6


def test_a_server_that_cannot_start_says_why(folder: Path) -> None:
    conf = home_of(folder).data / "postgresql.auto.conf"
    before = conf.read_text()
    conf.write_text("max_connections = many\n")
    try:
        with pytest.raises(EmbeddedError, match=r"did not start: .*configuration file"), running_cluster(folder):
            pass
    finally:
        conf.write_text(before)


def test_a_folder_without_postgresql_is_refused(tmp_path: Path) -> None:
    with pytest.raises(EmbeddedError, match="holds no working PostgreSQL"), running_cluster(tmp_path, bindir=tmp_path):
        pass


def test_the_operator_names_the_programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    installed = find_binaries(None)
    monkeypatch.setenv("VIPU_PG_BINDIR", str(installed.bindir))
    assert find_binaries(None) == find_binaries(installed.bindir) == installed
    monkeypatch.setenv("VIPU_PG_BINDIR", str(tmp_path))
    with pytest.raises(EmbeddedError, match=f"{tmp_path} holds no working PostgreSQL"), running_cluster(tmp_path):
        pass
    assert find_binaries(installed.bindir) == installed


def test_the_address_survives_what_is_special_in_addresses() -> None:
    cluster = Cluster("127.0.0.1", 15432, "postgres", "a/b@c:d", adopted=False, data_folder=Path("/"))
    assert cluster.url() == "postgresql://postgres:a%2Fb%40c%3Ad@127.0.0.1:15432/postgres"
    assert cluster.url("x y", user="app", password="ä") == "postgresql://app:%C3%A4@127.0.0.1:15432/x%20y"
    assert cluster.url(user="app") == "postgresql://app@127.0.0.1:15432/postgres"


def test_the_data_lies_in_the_systems_place_for_root_and_else_in_the_users(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    assert default_data_folder() == Path("/var/lib/vipu")
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setenv("HOME", "/home/aino")
    monkeypatch.setenv("XDG_DATA_HOME", "relative")
    assert default_data_folder() == Path("/home/aino/.local/share/vipu")
    monkeypatch.setenv("XDG_DATA_HOME", "/data")
    assert default_data_folder() == Path("/data/vipu")
    monkeypatch.setattr(sys, "platform", "darwin")
    assert default_data_folder() == Path("/home/aino/Library/Application Support/vipu")
