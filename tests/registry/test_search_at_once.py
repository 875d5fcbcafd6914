"""Search where two requests change what belongs together: no rename is lost, and no writer waits for a word."""

import asyncio

import pytest
from sqlalchemy import ARRAY, Uuid, bindparam, text

from services.contracts.roles import Grant, Role
from services.registry.organisations import service as organisations
from services.registry.organisations.schemas import OrganisationCreate, OrganisationPatch
from services.registry.search import service as search
from tests.factories import a_project, an_organisation, transaction_of, until_somebody_waits

ADMIN = Grant(Role.admin)


@pytest.fixture
async def changed_beside_a_rename(client, superuser):
    """What finds a project that is changed while its party is being renamed; the rename is committed first."""

    async def go():
        admin = client("registry", ADMIN)
        party = await an_organisation(admin, name={"fi": "Yliopisto"})
        parties = [{"organisation_id": party, "role": "implementer"}]
        project = await a_project(admin, name={"fi": "Nuoret"}, parties=parties)
        async with transaction_of(admin) as (session, principal):
            body = OrganisationPatch.model_validate({"name": {"fi": "Opisto"}})
            await organisations.change_organisation(session, principal, party, body, read_version=1)
            address = f"/v1/projects/{project['id']}"
            changing = asyncio.create_task(admin.patch(address, {"name": {"fi": "Naiset"}}, version=1))
            await until_somebody_waits(superuser)
        assert (await changing).status_code == 200
        items = (await admin.get("/v1/projects", q="opisto naiset")).json()["items"]
        return [item["name"]["fi"] for item in items]

    return go


async def test_a_change_beside_a_rename_takes_the_new_name_over(changed_beside_a_rename):
    assert await changed_beside_a_rename() == ["Naiset"]


async def test_without_the_lock_the_project_would_keep_the_old_name(changed_beside_a_rename, monkeypatch):
    unlocked = text("SELECT id FROM search_documents WHERE id = ANY(:ids)")
    monkeypatch.setattr(search, "_HOLD_RELATED", unlocked.bindparams(bindparam("ids", type_=ARRAY(Uuid))))
    assert await changed_beside_a_rename() == []


async def test_two_writers_of_one_new_word_do_not_wait_for_each_other(client, superuser):
    admin = client("registry", ADMIN)
    body = OrganisationCreate.model_validate({"kind": "other", "name": {"fi": "Ennenkuulumaton"}})
    async with transaction_of(admin) as (session, principal):
        await organisations.create_organisation(session, principal, body)
        await asyncio.wait_for(an_organisation(admin, name={"fi": "Ennenkuulumaton"}), 5)
    items = (await admin.get("/v1/organisations", q="ennenkuulumattomat")).json()["items"]
    assert len(items) == 2
