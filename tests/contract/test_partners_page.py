"""The examples of docs/partners.md work as they stand."""

import asyncio
import os
import re
import shutil
import subprocess
from datetime import timedelta

import pytest

from services.contracts.roles import Grant, Role
from services.kernel.security.tokens import Issuer
from services.kernel.settings import ROOT
from tests.contract.server import running_server
from tests.contract.test_documents import document

PAGE = ROOT / "docs" / "partners.md"


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("curl") is None, reason="the examples need curl")
async def test_the_examples_for_partners_run_as_they_stand(applications, all_settings, signing_key, tmp_path):
    blocks = re.findall(r"^```sh\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    assert len(blocks) >= 5
    issuer = Issuer(signing_key, issuer=all_settings["registry"].issuer)
    token = issuer.mint("admin-of-the-examples", [Grant(Role.admin)], lifetime=timedelta(minutes=5))
    with running_server(all_settings) as address:
        script = "\n".join(["set -euo pipefail", *blocks]).replace("https://vipu.example", address)
        ended = await asyncio.to_thread(
            subprocess.run,
            ["bash", "-c", script],
            cwd=tmp_path,
            env={**os.environ, "ADMIN_TOKEN": token},
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "304\n" in ended.stdout and "dempotency-replayed: true" in ended.stdout
    assert '"sv":"Ämbetsverk"' in ended.stdout and '"fi":"Virasto"' in ended.stdout
    assert (tmp_path / "maakunnat.csv").read_text(encoding="utf-8").count("\n") > 18


def test_the_page_names_every_post_that_takes_no_key():
    """It says which kinds of them there are: secrets, tokens, and answers to surveys. Tickets are Vipu's own."""
    without = {
        path
        for path, methods in document("vipu")["paths"].items()
        if "post" in methods
        and "Idempotency-Key" not in {one["name"] for one in methods["post"].get("parameters", [])}
        and methods["post"].get("x-required-scopes") != ["messages:write"]
    }
    assert without == {
        "/oauth/token",
        "/api/registry/v1/partners",
        "/api/registry/v1/partners/{client_id}/secret",
        "/api/feedback/v1/surveys/{survey_id}/responses",
    }
