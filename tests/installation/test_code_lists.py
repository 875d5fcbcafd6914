"""The code lists of an installation are those of its version, whatever its last version left behind."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from services.contracts.services import STORING_SERVICES
from services.installation import installation, schemas
from services.installation.installation import Installation
from services.kernel import collation
from services.registry.codes.sources import code_files
from tests.databases import PASSWORD


@pytest.mark.own_database
async def test_new_tables_get_the_code_lists_that_the_old_ones_had(
    cluster, database_name, superuser, tmp_path, monkeypatch
):
    for module in (schemas, installation):
        monkeypatch.setattr(module, "DATABASE", database_name)
    place = Installation(tmp_path)
    keys = replace(place.keys, passwords=dict.fromkeys(STORING_SERVICES, PASSWORD))
    before = await superuser.fetchval("SELECT count(*) FROM registry.codes")
    (tmp_path / "codes").write_text(schemas.codes_digest(code_files()))
    await superuser.execute("DROP SCHEMA registry CASCADE")
    said: list[str] = []
    await asyncio.to_thread(schemas.bring_up_to_date, place, cluster, keys, tell=said.append)
    assert await superuser.fetchval("SELECT count(*) FROM registry.codes") == before
    assert said[-1] == "Loading the code lists: areas, authorities, themes."


def test_a_changed_order_of_names_loads_the_code_lists_again():
    assert Path(collation.__file__) in code_files()
