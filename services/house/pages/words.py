"""The words on the pages, in the three languages of the house."""

from collections.abc import Mapping
from typing import Final


def _in(fi: str, sv: str, en: str) -> Mapping[str, str]:
    return {"fi": fi, "sv": sv, "en": en}


WORDS: Final[Mapping[str, Mapping[str, str]]] = {
    "skip": _in("Siirry sisältöön", "Hoppa till innehållet", "Skip to content"),
    "languages": _in("Kieli", "Språk", "Language"),
    "needs_script": _in("Sivu tarvitsee JavaScriptin.", "Sidan behöver JavaScript.", "This page needs JavaScript."),
    "start_title": _in("Vipu on käynnissä", "Vipu är i gång", "Vipu is running"),
    "start_lead": _in(
        "Kansallisen koordinaatiohankkeen taustapalvelut. Tästä pääset alkuun.",
        "Bakgrundstjänster för ett nationellt samordningsprojekt. Börja här.",
        "The backend of a national coordination project. Start here.",
    ),
    "start_docs": _in("Rajapinnan kuvaus", "Gränssnittets dokumentation", "API documentation"),
    "start_docs_hint": _in(
        "Kaikki palvelut yhdellä sivulla.", "Alla tjänster på en sida.", "All services on one page."
    ),
    "start_dashboard": _in("Koordinaatiohankkeiden tulokset", "Samordningsprojektens resultat", "Dashboard API"),
    "start_dashboard_hint": _in(
        "Vaatii tunnisteen, jonka saat komennolla", "Kräver en token; du får den med", "Needs a token; print one with"
    ),
    "start_events": _in("Julkiset tapahtumat", "Offentliga evenemang", "Public events"),
    "start_events_hint": _in("Avoin kaikille, JSON.", "Öppet för alla, JSON.", "Open to all, JSON."),
    "start_mailbox": _in("Postilaatikko", "Brevlåda", "Mailbox"),
    "start_mailbox_hint": _in(
        "Viestit, jotka Vipu olisi lähettänyt.",
        "Meddelandena som Vipu skulle ha skickat.",
        "The mails Vipu would have sent.",
    ),
    "start_health": _in("Palvelujen tila", "Tjänsternas läge", "Health"),
    "start_health_hint": _in(
        "Onko jokainen palvelu valmis.", "Om varje tjänst är redo.", "Whether every service is ready."
    ),
    "start_metrics": _in("Mittaukset", "Mätvärden", "Metrics"),
    "start_metrics_hint": _in("Prometheus-muodossa.", "I Prometheus-format.", "In the Prometheus format."),
    "missing_title": _in("Sivua ei löydy", "Sidan hittades inte", "Page not found"),
    "missing_lead": _in(
        "Tarkista osoite tai aloita alusta:", "Kontrollera adressen eller börja om:", "Check the address or start over:"
    ),
    "docs_title": _in("Rajapinnan kuvaus", "Gränssnittets dokumentation", "API documentation"),
    "docs_lead": _in(
        "OpenAPI-kuvaukset koneille (vipu.json sisältää kaikki palvelut):",
        "OpenAPI-dokument för maskiner (vipu.json omfattar alla tjänster):",
        "OpenAPI documents for machines (vipu.json holds all services):",
    ),
    "docs_no_viewer": _in(
        "Selattavaa näkymää ei ole asennettu; kuvaukset ovat yllä.",
        "Den läsbara vyn är inte installerad; dokumenten finns ovan.",
        "The viewer is not installed; the documents stand above.",
    ),
    "mailbox_title": _in("Postilaatikko", "Brevlåda", "Mailbox"),
    "mailbox_lead": _in(
        "Täällä ovat viestit, jotka Vipu olisi lähettänyt. Mitään ei ole lähetetty.",
        "Här finns meddelandena som Vipu skulle ha skickat. Inget har skickats.",
        "These are the mails Vipu would have sent. Nothing was sent.",
    ),
    "mailbox_empty": _in("Ei viestejä.", "Inga meddelanden.", "No mails."),
    "mailbox_subject": _in("Aihe", "Ämne", "Subject"),
    "mailbox_to": _in("Vastaanottaja", "Mottagare", "To"),
    "mailbox_at": _in("Aika (UTC)", "Tid (UTC)", "Time (UTC)"),
    "mailbox_back": _in("Takaisin postilaatikkoon", "Tillbaka till brevlådan", "Back to the mailbox"),
    "mailbox_text": _in("Tekstinä", "Som text", "As text"),
    "mailbox_html": _in("HTML-muodossa", "I HTML-format", "As HTML"),
    "mailbox_calendar": _in("Kalenterimerkintä", "Kalenderpost", "Calendar entry"),
    "mailbox_ics": _in("Lataa kalenterimerkintä", "Ladda ner kalenderposten", "Download the calendar entry"),
}
