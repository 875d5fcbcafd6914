"""Headers of requests choose the format, the language, the version and the cache rule of the answer."""

import pytest

from services.contracts.roles import Grant, Role
from services.kernel.text import accepted, accepted_languages

ADMIN = Grant(Role.admin)
COMPANY = {"kind": "company", "name": {"fi": "Esimerkki Oy"}}


@pytest.mark.parametrize(
    ("header", "named"),
    [
        ("", ()),
        ("text/csv", ("text/csv",)),
        ("text/csv;q=0.1, application/json", ("application/json", "text/csv")),
        ("Text/CSV ; Q=0.5 , */* ; q=0.1", ("text/csv", "*/*")),
        ("text/csv;header=present;q=0.5,a/b;q=0.6", ("a/b", "text/csv")),
        ("text/csv;q=0, a/b;q=nonsense, c/d;q=nan, e/f", ("e/f",)),
        ("a/b," * 50, ("a/b",)),
    ],
)
def test_the_most_preferred_comes_first_and_a_refused_one_is_left_out(header, named):
    assert accepted(header) == named


def test_a_language_may_have_spaces_around_its_weight():
    assert accepted_languages("fi-FI; q=0.5, SV-fi ;q=0.9, en; q=0") == ("sv", "fi")


@pytest.mark.parametrize(
    ("accept", "given"),
    [
        ("application/json, text/csv;q=0.1", "application/json"),
        ("application/json;q=0.1, text/csv", "text/csv"),
        ("TEXT/CSV", "text/csv"),
        ("text/html, */*;q=0.8", "application/json"),
        ("", "application/json"),
    ],
)
async def test_a_list_has_the_most_preferred_form(client, accept, given):
    answer = await client("registry", ADMIN).get("/v1/organisations", headers={"Accept": accept})
    assert answer.headers["content-type"].split(";")[0] == given


async def test_a_form_that_is_refused_is_not_given(client):
    answer = await client("registry", ADMIN).get("/v1/organisations", headers={"Accept": "text/csv;q=0"})
    assert answer.status_code == 406


async def test_a_cached_list_is_no_answer_to_a_request_for_a_file_or_from_another_origin(client):
    answer = await client("registry").get("/v1/organisations")
    assert answer.headers["cache-control"].startswith("public")
    assert {"accept", "origin", "authorization"} <= set(answer.headers["vary"].lower().split(", "))


async def test_a_kept_answer_in_one_language_is_not_given_to_readers_of_another(client):
    answer = await client("registry").get("/v1/search", q="x")
    assert "accept-language" in answer.headers["vary"].lower()


@pytest.mark.parametrize(
    ("tag", "status"),
    [
        ('"v1"', 200),
        (' "v1" ', 200),
        ('W/"v1"', 200),  # As nginx writes it when it has compressed the answer.
        ('"v2"', 412),
        ('"v1"x', 412),
        ("v1", 412),
        ("*", 412),
        ("", 412),
        (None, 428),
    ],
)
async def test_a_change_needs_the_version_last_read(client, tag, status):
    admin = client("registry", ADMIN)
    made = (await admin.post("/v1/organisations", COMPANY)).json()
    headers = {} if tag is None else {"If-Match": tag.encode()}
    answer = await admin.patch(f"/v1/organisations/{made['id']}", {"name": {"fi": "Uusi Oy"}}, headers=headers)
    assert answer.status_code == status, answer.text


@pytest.mark.parametrize(("known", "status"), [("{}", 304), ("W/{}", 304), ('"x", {}', 304), ("*", 304), ('"x"', 200)])
async def test_a_page_that_the_reader_has_is_not_sent_again(client, known, status):
    for name in ("Aino Oy", "Paju Oy"):
        await client("registry", ADMIN).post("/v1/organisations", {**COMPANY, "name": {"fi": name}})
    reader = client("registry")
    first = await reader.get("/v1/organisations", limit="1")
    assert first.json()["next_cursor"] is not None
    headers = {"If-None-Match": known.format(first.headers["etag"])}
    assert (await reader.get("/v1/organisations", limit="1", headers=headers)).status_code == status
