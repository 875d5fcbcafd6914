"""The words on the pages for operators and developers; those for the public stand in `web/src/words`."""

from collections.abc import Mapping
from typing import Final

from .in_three_languages import in_three

WORDS: Final[Mapping[str, Mapping[str, str]]] = {
    "start_title": in_three("Vipu on käynnissä", "Vipu är i gång", "Vipu is running"),
    "start_lead": in_three(
        "Kansallisen koordinaatiohankkeen taustapalvelut. Tästä pääset alkuun.",
        "Bakgrundstjänster för ett nationellt samordningsprojekt. Börja här.",
        "The backend of a national coordination project. Start here.",
    ),
    "start_docs": in_three("Rajapinnan kuvaus", "Gränssnittets dokumentation", "API documentation"),
    "start_docs_hint": in_three(
        "Kaikki palvelut yhdellä sivulla.", "Alla tjänster på en sida.", "All services on one page."
    ),
    "start_dashboard": in_three("Koordinaatiohankkeiden tulokset", "Samordningsprojektens resultat", "Dashboard API"),
    "start_dashboard_hint": in_three(
        "Vaatii tunnisteen, jonka saat komennolla", "Kräver en token; du får den med", "Needs a token; print one with"
    ),
    "start_events": in_three("Julkiset tapahtumat", "Offentliga evenemang", "Public events"),
    "start_events_hint": in_three("Avoin kaikille, JSON.", "Öppet för alla, JSON.", "Open to all, JSON."),
    "start_mailbox": in_three("Postilaatikko", "Brevlåda", "Mailbox"),
    "start_mailbox_hint": in_three(
        "Viestit, jotka Vipu olisi lähettänyt.",
        "Meddelandena som Vipu skulle ha skickat.",
        "The mails Vipu would have sent.",
    ),
    "start_health": in_three("Palvelujen tila", "Tjänsternas läge", "Health"),
    "start_health_hint": in_three(
        "Onko jokainen palvelu valmis.", "Om varje tjänst är redo.", "Whether every service is ready."
    ),
    "start_metrics": in_three("Mittaukset", "Mätvärden", "Metrics"),
    "start_metrics_hint": in_three("Prometheus-muodossa.", "I Prometheus-format.", "In the Prometheus format."),
    "missing_title": in_three("Sivua ei löydy", "Sidan hittades inte", "Page not found"),
    "missing_lead": in_three("Tarkista osoite.", "Kontrollera adressen.", "Check the address."),
    "missing_start": in_three("Etusivulle", "Till startsidan", "To the start page"),
    "docs_title": in_three("Rajapinnan kuvaus", "Gränssnittets dokumentation", "API documentation"),
    "docs_lead": in_three(
        "OpenAPI-kuvaukset koneille (vipu.json sisältää kaikki palvelut):",
        "OpenAPI-dokument för maskiner (vipu.json omfattar alla tjänster):",
        "OpenAPI documents for machines (vipu.json holds all services):",
    ),
    "docs_no_viewer": in_three(
        "Selattavaa näkymää ei ole asennettu; kuvaukset ovat yllä.",
        "Den läsbara vyn är inte installerad; dokumenten finns ovan.",
        "The viewer is not installed; the documents stand above.",
    ),
    "mailbox_title": in_three("Postilaatikko", "Brevlåda", "Mailbox"),
    "mailbox_lead": in_three(
        "Täällä ovat viestit, jotka Vipu olisi lähettänyt. Mitään ei ole lähetetty.",
        "Här finns meddelandena som Vipu skulle ha skickat. Inget har skickats.",
        "These are the mails Vipu would have sent. Nothing was sent.",
    ),
    "mailbox_empty": in_three("Ei viestejä.", "Inga meddelanden.", "No mails."),
    "mailbox_subject": in_three("Aihe", "Ämne", "Subject"),
    "mailbox_to": in_three("Vastaanottaja", "Mottagare", "To"),
    "mailbox_at": in_three("Aika (UTC)", "Tid (UTC)", "Time (UTC)"),
    "mailbox_back": in_three("Takaisin postilaatikkoon", "Tillbaka till brevlådan", "Back to the mailbox"),
    "mailbox_text": in_three("Tekstinä", "Som text", "As text"),
    "mailbox_html": in_three("HTML-muodossa", "I HTML-format", "As HTML"),
    "mailbox_calendar": in_three("Kalenterimerkintä", "Kalenderpost", "Calendar entry"),
    "mailbox_ics": in_three("Lataa kalenterimerkintä", "Ladda ner kalenderposten", "Download the calendar entry"),
}
