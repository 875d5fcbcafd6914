"""Every message is true for its reader, and every person has a way to act."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import text

from services.events.registrations.link_requests import send_links
from services.events.registrations.recipient_limit import RecipientRateLimit
from services.events.registrations.schemas import ManageLinkRequest
from services.kernel.clock import utc_now
from services.kernel.web.rate_limits import SlidingWindowLimiter
from tests.events.mailing import JOIN_URL, calendar_bytes, calendar_part, only_event, text_of
from tests.events.test_mail_flow import a_published_event, mails_to, register, token_in
from tests.factories import ADMIN, person, registrations_of, transaction_of, until_somebody_waits


async def links_for(client, event: dict, email: str):
    return await client("events").post(
        f"/v1/events/{event['slug']}/registrations/manage-links", {"email": email}, key=True
    )


async def correct(client, registration: dict, **facts):
    staff, address = client("events", ADMIN), f"/v1/registrations/{registration['id']}"
    return await staff.patch(address, facts, version=(await staff.get(address)).json()["version"])


async def the_row(client, event: dict, name: str) -> dict:
    listed = (await client("events", ADMIN).get(f"/v1/events/{event['id']}/registrations")).json()["items"]
    return next(row for row in listed if row["name"] == name)


async def test_a_seated_person_who_submits_again_reads_the_seat_in_the_mail(client, applications, superuser):
    event = await a_published_event(client, capacity=1, waiting_list="auto")
    await register(client, event)
    await register(client, event, "Ville Vuoro")
    again = await register(client, event)
    assert again["state"] == "waitlisted"  # What a new person gets: the answer does not tell that she is known.
    mail = (await mails_to(applications, superuser, "Maija Mainio"))[-1]
    assert "sinulla on paikka" in text_of(mail) and JOIN_URL in text_of(mail)
    assert only_event(calendar_bytes(mail))["SEQUENCE"] == 0
    await register(client, event, "Ville Vuoro")
    mail = (await mails_to(applications, superuser, "Ville Vuoro"))[-1]
    assert "Paikkasi jonossa tällä hetkellä: 1." in text_of(mail)
    assert JOIN_URL not in text_of(mail) and calendar_part(mail) is None


@pytest.mark.parametrize("closed", [False, True])
async def test_a_lost_link_is_asked_for_when_the_event_is_full_or_closed(client, applications, superuser, closed):
    event = await a_published_event(client, capacity=1)
    await register(client, event)
    if closed:
        yesterday = (utc_now() - timedelta(days=1)).isoformat()
        staff, address = client("events", ADMIN), f"/v1/events/{event['id']}"
        version = (await staff.get(address)).json()["version"]
        patched = await staff.patch(address, {"registration_closes_at": yesterday}, version=version)
        assert patched.status_code == 200, patched.text
    known = await links_for(client, event, "MAIJA+x@project.example")
    unknown = await links_for(client, event, "tuntematon@project.example")
    assert (known.status_code, known.json()) == (unknown.status_code, unknown.json()) == (202, {"accepted": True})
    first, mail = await mails_to(applications, superuser, "Maija Mainio")
    for link in (first, mail):
        own = await client("events").get("/v1/registrations/self", headers=token_in(link))
        assert own.json()["state"] == "confirmed"


# All rows of registrations and entries of their indexes that the connection has read since it last reported them.
ROWS_READ = text(
    "SELECT sum(pg_stat_get_xact_tuples_returned(oid)) FROM pg_class"
    " WHERE 'events.registrations'::regclass IN (oid, (SELECT indrelid FROM pg_index WHERE indexrelid = oid))"
)


@pytest.mark.parametrize("mailbox", ["tuntematon", "henkilo1"])
async def test_a_lost_link_reads_the_waiting_list_no_more_often_the_longer_it_is(client, mailbox):
    event, people = await a_published_event(client, capacity=0, waiting_list="auto"), 40
    await registrations_of(client("events", ADMIN), event, people)
    body = ManageLinkRequest(email=f"{mailbox}@{person(1)['email'].rpartition('@')[2]}")
    async with transaction_of(client("events", ADMIN)) as (session, _):
        before = await session.scalar(ROWS_READ)
        await send_links(session, event["id"], body, recipient_limit=RecipientRateLimit(SlidingWindowLimiter()))
        assert await session.scalar(ROWS_READ) - before < 4 * people


async def test_a_waiting_person_of_a_shared_mailbox_reads_their_place_in_the_mail(client, applications, superuser):
    event = await a_published_event(client, capacity=1, waiting_list="auto")
    for name in ("Maija Mainio", "Ville Vuoro", "Anna Aalto"):
        made = await client("events").post(
            f"/v1/events/{event['id']}/registrations", person(1, name=name, email="toimisto@project.example")
        )
        assert made.status_code == 201
    assert (await links_for(client, event, "toimisto@project.example")).status_code == 202
    texts = [text_of((await mails_to(applications, superuser, name))[-1]) for name in ("Ville Vuoro", "Anna Aalto")]
    assert ["jonossa tällä hetkellä: 1." in texts[0], "jonossa tällä hetkellä: 2." in texts[1]] == [True, True]


async def test_nothing_is_mailed_about_a_registration_that_is_gone(client, applications, superuser):
    event = await a_published_event(client)
    made = await register(client, event)
    staff = client("events", ADMIN)
    await staff.post(f"/v1/registrations/{made['id']}/cancel", key=True)
    before = len(await mails_to(applications, superuser, "Maija Mainio"))
    assert (await links_for(client, event, "maija@project.example")).status_code == 202
    again = await staff.post(f"/v1/registrations/{made['id']}/manage-link", key=True)
    assert (again.status_code, again.json()["code"]) == (409, "no-live-registration")
    assert len(await mails_to(applications, superuser, "Maija Mainio")) == before
    assert (await links_for(client, {"slug": "ei-ole"}, "maija@project.example")).status_code == 404


async def test_staff_send_the_link_again_and_others_do_not(client, applications, superuser):
    event = await a_published_event(client)
    made = await register(client, event)
    address = f"/v1/registrations/{made['id']}/manage-link"
    assert (await client("events").post(address, key=True)).status_code == 401
    assert (await client("events", ADMIN).post(address, key=True)).status_code == 202
    _, mail = await mails_to(applications, superuser, "Maija Mainio")
    assert (await client("events").get("/v1/registrations/self", headers=token_in(mail))).status_code == 200


async def test_a_waiting_person_to_whom_staff_send_the_link_reads_their_place(client, applications, superuser):
    event = await a_published_event(client, capacity=1, waiting_list="auto")
    await register(client, event)
    made = await register(client, event, "Ville Vuoro")
    assert (await client("events", ADMIN).post(f"/v1/registrations/{made['id']}/manage-link", key=True)).is_success
    mail = (await mails_to(applications, superuser, "Ville Vuoro"))[-1]
    assert "Paikkasi jonossa tällä hetkellä: 1." in text_of(mail)
    assert JOIN_URL not in text_of(mail) and calendar_part(mail) is None
    assert (await client("events").get("/v1/registrations/self", headers=token_in(mail))).status_code == 200


async def test_a_corrected_address_ends_the_links_and_moves_the_calendar_entry(client, applications, superuser):
    event = await a_published_event(client)
    made = await register(client, event)
    (wrong,) = await mails_to(applications, superuser, "Maija Mainio")
    patched = await correct(client, made, email="maija.mainio@uusi.example", language="sv")
    assert (patched.status_code, patched.json()["email"]) == (200, "maija.mainio@uusi.example"), patched.text
    assert (await client("events").get("/v1/registrations/self", headers=token_in(wrong))).status_code == 404
    _, *mails = await mails_to(applications, superuser, "Maija Mainio")
    by_address = {mail["To"].addresses[0].addr_spec: mail for mail in mails}
    gone, come = by_address["maija@project.example"], by_address["maija.mainio@uusi.example"]
    assert "method=CANCEL" in calendar_part(gone)["Content-Type"].replace('"', "")
    assert JOIN_URL not in text_of(gone) and "manage#" not in text_of(gone)
    entries = [only_event(calendar_bytes(mail)) for mail in (wrong, gone, come)]
    assert len({entry["UID"] for entry in entries}) == 1
    assert [entry["SEQUENCE"] for entry in entries] == [0, 1, 2]
    assert come["Content-Language"] == "sv"
    own = await client("events").get("/v1/registrations/self", headers=token_in(come))
    assert own.json()["email"] == "maija.mainio@uusi.example"


@pytest.mark.parametrize("who", ["event", "person"])
async def test_an_address_corrected_after_a_cancellation_keeps_no_entry(client, applications, superuser, who):
    event = await a_published_event(client)
    made = await register(client, event)
    (wrong,) = await mails_to(applications, superuser, "Maija Mainio")
    address = f"/v1/events/{event['id']}" if who == "event" else f"/v1/registrations/{made['id']}"
    reason = {"fi": "Sairastuminen"} if who == "event" else "Sairastuminen"
    cancelled = await client("events", ADMIN).post(f"{address}/cancel", {"reason": reason}, key=True)
    assert cancelled.status_code == 200, cancelled.text
    assert (await correct(client, made, email="maija.mainio@uusi.example")).status_code == 200
    mails = await mails_to(applications, superuser, "Maija Mainio")
    at_the_earlier = [mail for mail in mails[1:] if mail["To"].addresses[0].addr_spec == "maija@project.example"]
    entries = [only_event(calendar_bytes(mail)) for mail in (wrong, *at_the_earlier)]
    sequences = [entry["SEQUENCE"] for entry in entries]
    assert entries[-1]["STATUS"] == "CANCELLED" and sequences == sorted(set(sequences))
    assert all("manage#" not in text_of(mail) for mail in mails[1:])


async def test_a_link_that_ends_while_it_cancels_cancels_nothing(client, applications, superuser):
    event = await a_published_event(client)
    made = await register(client, event)
    (mail,) = await mails_to(applications, superuser, "Maija Mainio")
    holding = superuser.transaction()
    await holding.start()
    await superuser.execute("SELECT FROM events.events FOR UPDATE")
    cancelling = asyncio.create_task(client("events").delete("/v1/registrations/self", headers=token_in(mail)))
    await until_somebody_waits(superuser)
    await superuser.execute("DELETE FROM events.registration_links")
    await holding.commit()
    assert (await cancelling).status_code == 404
    row = await client("events", ADMIN).get(f"/v1/registrations/{made['id']}")
    assert row.json()["state"] == "confirmed"


@pytest.mark.parametrize(
    ("facts", "pointer"),
    [
        ({"email": None}, "/body/email"),
        ({"mode": "onsite"}, "/body/mode"),
        ({"email": "mäki@a.example"}, "/body/email"),
    ],
)
async def test_a_correction_keeps_to_what_a_registration_may_be(client, facts, pointer):
    event = await a_published_event(client)
    made = await register(client, event)
    refused = await correct(client, made, **facts)
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, pointer), refused.text


async def test_an_address_that_no_mail_reaches_is_refused_at_the_form(client):
    event = await a_published_event(client)
    register_address = f"/v1/events/{event['slug']}/registrations"
    refused = await client("events").post(register_address, person(email="jörg@yritys.example"), key=True)
    assert refused.status_code == 422
    assert "osoitteeseen ei voi lähettää" in refused.json()["errors"][0]["message"]
    idn = await client("events").post(register_address, person(email="jorg@yritys-ä.example"), key=True)
    assert idn.status_code == 201, idn.text


async def test_a_forced_seat_goes_to_the_person_who_waits(client, applications, superuser):
    event = await a_published_event(client, capacity=1, waiting_list="auto")
    await register(client, event)
    await register(client, event, "Ville Vuoro")
    await register(client, event, "Venla Viimeinen")
    body = {"name": "Ville Vuoro", "email": "ville@project.example", "privacy_accepted": True}
    forced = await client("events", ADMIN).post(
        f"/v1/events/{event['id']}/registrations", {**body, "force_reason": "Puhuja"}, key=True
    )
    assert (forced.status_code, forced.json()["state"]) == (201, "confirmed"), forced.text
    row = await the_row(client, event, "Ville Vuoro")
    assert (row["state"], row["force_reason"]) == ("confirmed", "Puhuja")
    counted = (await client("events", ADMIN).get(f"/v1/events/{event['id']}")).json()
    assert (counted["confirmed_count"], counted["waiting_count"]) == (2, 1)
    mail = (await mails_to(applications, superuser, "Ville Vuoro"))[-1]
    assert mail["Subject"] == "Sait paikan: Hankekahvit" and calendar_part(mail) is not None
    assert (await the_row(client, event, "Venla Viimeinen"))["state"] == "waitlisted"


async def test_the_organisers_address_stands_on_the_event_and_in_its_mails(client, applications, superuser):
    event = await a_published_event(client, contact_email="koordinaatio@järjestö.example")
    read = (await client("events").get(f"/v1/events/{event['slug']}")).json()
    assert read["contact_email"] == "koordinaatio@järjestö.example"
    await register(client, event)
    (mail,) = await mails_to(applications, superuser, "Maija Mainio")
    assert mail["Reply-To"].addresses[0].addr_spec == "koordinaatio@xn--jrjest-bua3m.example"
    assert "Kysyttävää? Kirjoita järjestäjälle: koordinaatio@järjestö.example." in text_of(mail)
    without = await a_published_event(client)
    await register(client, without, "Ville Vuoro")
    (mail,) = await mails_to(applications, superuser, "Ville Vuoro")
    assert mail["Reply-To"] is None and "eikä siihen voi vastata" in text_of(mail)
