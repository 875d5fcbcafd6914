"""An attendee registers on a phone: by keyboard, after mistakes, after a broken line, in another language."""

import re

import pytest

from .conftest import focused, overflow, violations

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture
def slug(api) -> str:
    """An event for which people can register."""
    items = api.get("/api/events/v1/events", params={"status": "scheduled", "sort": "-starts_at"}).json()["items"]
    return next(item["slug"] for item in items if item["registration_state"] == "open")


def mails_to(api, address: str) -> list[str]:
    """The subjects of the mails to this address."""
    return re.findall(rf"<a [^>]*>([^<]+)</a></td><td>{re.escape(address)}", api.get("/mailbox").text)


async def typed(page, *words: str) -> None:
    """Type each word into a field, from the field that has the focus on."""
    for word in words:
        await page.keyboard.type(word)
        await page.keyboard.press("Tab")


async def test_the_page_paints_from_one_round_trip_and_describes_itself(window, slug, api):
    event = api.get(f"/api/events/v1/events/{slug}").json()
    shell = api.get(f"/e/{slug}", headers={"Accept": "text/html", "Accept-Language": "fi"}).text
    title = event["title"]["fi"]
    assert f'<meta property="og:title" content="{title}">' in shell
    assert f"<title>{title}" in shell
    assert '"@type": "Event"' in shell
    async with window() as page:
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.resource_type))
        await page.goto(f"/e/{slug}")
        await page.get_by_role("heading", name="Ilmoittaudu").wait_for()
        assert asked.count("script") <= 2
        assert await page.get_by_role("heading", level=1).all_text_contents() == [title]


async def test_a_person_registers_by_keyboard_alone(window, slug, api):
    async with window() as page:
        await page.goto(f"/e/{slug}")
        name = page.get_by_label("Nimi *")
        await name.focus()
        await typed(page, "Näppäin Esimerkki", "nappain@keksitty.example", "Keksitty oy")
        await page.get_by_label("Olen lukenut").focus()
        await page.keyboard.press("Space")
        await page.keyboard.press("Tab")
        await page.keyboard.press("Enter")
        done = page.get_by_role("heading", name="Ilmoittautumisesi on otettu vastaan")
        await done.wait_for()
        await focused(page, "Ilmoittautumisesi")
        calendar = await page.get_by_role("link", name="Lisää kalenteriin").get_attribute("href")
        assert api.get(calendar).text.startswith("BEGIN:VCALENDAR")


async def test_a_mistake_is_named_at_its_field_and_in_the_summary(window, slug):
    async with window(width=320) as page:
        await page.goto(f"/e/{slug}")
        await page.get_by_label("Sähköposti *").fill("ei osoite")
        await page.get_by_role("button", name="Ilmoittaudu").click()
        summary = page.get_by_role("alert")
        await summary.wait_for()
        assert await summary.get_by_role("link").all_text_contents() == [
            "Kirjoita nimesi",
            "Tarkista sähköpostiosoite",
            "Vahvista, että olet lukenut, miten tietojasi käsitellään",
        ]
        assert await violations(page) == []
        assert await overflow(page) <= 0
        await summary.get_by_role("link", name="Kirjoita nimesi").click()
        assert await page.evaluate("document.activeElement.id") == "name"
        assert await page.evaluate("document.activeElement.getAttribute('aria-describedby')") == "name-error"


async def test_a_broken_line_is_told_beside_the_button_and_sending_again_gives_one_registration(window, slug, api):
    address = "linja@keksitty.example"
    async with window() as page:
        await page.goto(f"/e/{slug}")
        await page.get_by_label("Nimi *").fill("Linja Esimerkki")
        await page.get_by_label("Sähköposti *").fill(address)
        await page.get_by_label("Olen lukenut").check()
        keys: list[str] = []

        async def taken_and_cut(route: object) -> None:
            keys.append(route.request.headers["idempotency-key"])
            await route.fetch()
            await route.abort()

        await page.route("**/registrations", taken_and_cut)
        await page.get_by_role("button", name="Ilmoittaudu").click()
        await page.get_by_text("Yhteys ei onnistunut").wait_for()
        await focused(page, "Yhteys ei onnistunut")
        await page.unroute("**/registrations")
        page.on(
            "request",
            lambda sent: keys.append(sent.headers.get("idempotency-key", "")) if sent.method == "POST" else None,
        )
        await page.get_by_role("button", name="Ilmoittaudu").click()
        await page.get_by_role("heading", name="Ilmoittautumisesi on otettu vastaan").wait_for()
    assert len(keys) == 2
    assert keys[0] == keys[1]


async def test_another_language_leaves_what_is_typed(window, slug):
    async with window() as page:
        await page.goto(f"/e/{slug}")
        await page.get_by_label("Nimi *").fill("Kieli Esimerkki")
        await page.get_by_label("Organisaatio", exact=True).fill("Keksitty yhdistys")
        await page.get_by_role("link", name="Svenska").click()
        await page.get_by_role("heading", name="Anmäl dig").wait_for()
        assert await page.get_by_label("Namn *").input_value() == "Kieli Esimerkki"
        assert await page.get_by_label("Organisation", exact=True).input_value() == "Keksitty yhdistys"
        assert await page.get_by_label("Meddelandenas språk").input_value() == "sv"
        assert await page.evaluate("document.documentElement.lang") == "sv"
        assert page.url.endswith("?lang=sv")


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
@pytest.mark.parametrize("width", [320, 1280])
async def test_axe_finds_nothing_on_the_page_of_an_event(window, slug, language, width):
    async with window(width=width, language=language) as page:
        await page.goto(f"/e/{slug}?lang={language}")
        await page.locator("form").first.wait_for()
        assert await violations(page) == []
        assert await overflow(page) <= 0


async def test_axe_finds_a_label_that_is_taken_away(window, slug):
    async with window() as page:
        await page.goto(f"/e/{slug}")
        await page.get_by_label("Nimi *").wait_for()
        await page.evaluate("document.querySelector('label[for=name]').remove()")
        assert [found.split(":")[0] for found in await violations(page)] == ["label"]
