"""Each application answers as its document states, whatever the request.

`python -m tests.contract.fuzz --seconds 60 --app registry` does the same for longer.
"""

import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from services.contracts.roles import Grant, Role
from services.contracts.services import SERVICE_NAMES
from services.kernel.security.tokens import Issuer
from tests.contract.server import running_server

SEED = int(os.environ.get("VIPU_FUZZ_SEED", "20261120"))
SECONDS = int(os.environ.get("VIPU_FUZZ_SECONDS", "8"))
SLOW_SECONDS = 60
CONFIG = Path(__file__).with_name("schemathesis.toml")
HOOKS = Path(__file__).with_name("fuzz_hooks.py")


@pytest.mark.slow
@pytest.mark.parametrize("app", SERVICE_NAMES)
def test_an_application_keeps_its_word(app, fuzzed):
    fuzzed(app, seconds=SECONDS)


@pytest.mark.slow
@pytest.mark.parametrize("app", SERVICE_NAMES)
def test_an_application_keeps_its_word_for_long(app, fuzzed):
    fuzzed(app, seconds=SLOW_SECONDS)


@pytest.fixture
def fuzzed(all_settings, signing_key, tmp_path):
    """Send generated requests to an application as an administrator; fail with the findings of schemathesis."""
    issuer = Issuer(signing_key, issuer=all_settings["registry"].issuer)
    token = issuer.mint("fuzzer", [Grant(Role.admin)], lifetime=timedelta(hours=2))

    def fuzz(app: str, *, seconds: int) -> None:
        with running_server(all_settings) as address:
            ended = subprocess.run(  # noqa: S603 - The test makes every word of the command.
                [*_schemathesis(token, seconds), f"{address}/api/{app}/openapi.json"],
                cwd=tmp_path,
                env={**os.environ, "SCHEMATHESIS_HOOKS": str(HOOKS)},
                capture_output=True,
                text=True,
                check=False,
                timeout=seconds * 3 + 120,
            )
        if report := os.environ.get("VIPU_FUZZ_REPORT"):
            Path(report).with_suffix(f".{app}.txt").write_text(ended.stdout + ended.stderr, encoding="utf-8")
        assert ended.returncode == 0, ended.stdout[-20_000:] + ended.stderr[-2_000:]

    return fuzz


def _schemathesis(token: str, seconds: int) -> list[str]:
    return [
        *(str(Path(sys.executable).with_name("schemathesis")), "--no-color", "--config-file", str(CONFIG), "run"),
        *("--checks", "all", "--seed", str(SEED), "--max-time", str(seconds), "--continue-on-failure"),
        *("--header", f"Authorization: Bearer {token}", "--request-timeout", "10", "--warnings", "off"),
        *("--suppress-health-check", "all", "--no-shrink"),
    ]
