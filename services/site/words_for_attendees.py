"""The words on the page of an event, and of its registration form."""

from collections.abc import Mapping
from typing import Final

from .in_three_languages import in_three

FOR_ATTENDEES: Final[Mapping[str, Mapping[str, str]]] = {
    "event_title": in_three(
        "Tapahtuma",
        "Evenemang",
        "Event",
    ),
    "event_register": in_three(
        "Ilmoittaudu",
        "Anmäl dig",
        "Register",
    ),
    "event_name": in_three(
        "Nimi",
        "Namn",
        "Name",
    ),
    "event_email": in_three(
        "Sähköposti",
        "E-post",
        "E-mail",
    ),
    "event_email_hint": in_three(
        "Lähetämme vahvistuksen ja linkin, jolla voit perua.",
        "Vi skickar en bekräftelse och en länk för avbokning.",
        "We send a confirmation and a link for cancelling.",
    ),
    "event_organisation": in_three(
        "Organisaatio",
        "Organisation",
        "Organisation",
    ),
    "event_kind": in_three(
        "Organisaation tyyppi",
        "Typ av organisation",
        "Kind of organisation",
    ),
    "event_kind_none": in_three(
        "En kerro",
        "Jag uppger inte",
        "I leave it out",
    ),
    "event_mode": in_three(
        "Miten osallistut?",
        "Hur deltar du?",
        "How do you take part?",
    ),
    "event_mode_onsite": in_three(
        "Paikan päällä",
        "På plats",
        "On site",
    ),
    "event_mode_online": in_three(
        "Etänä",
        "På distans",
        "Online",
    ),
    "event_language": in_three(
        "Viestien kieli",
        "Meddelandenas språk",
        "Language of the mails",
    ),
    "event_privacy_title": in_three(
        "Miten tietojasi käsitellään",
        "Så behandlas dina uppgifter",
        "How your data are handled",
    ),
    "event_privacy_text": in_three(
        "Tapahtuman järjestäjä käyttää tietojasi ilmoittautumisen hoitamiseen, osallistumisen kirjaamiseen "
        "ja palautekyselyn lähettämiseen. Palaute on nimetön. Voit perua ilmoittautumisesi viestissä "
        "olevasta linkistä.",
        "Arrangören använder dina uppgifter för att sköta anmälan, notera deltagandet och skicka en enkät. "
        "Enkätsvaren är anonyma. Du kan avboka via länken i meddelandet.",
        "The organiser uses your data to handle the registration, note attendance and send a feedback "
        "survey. Feedback is anonymous. You can cancel with the link in the mail.",
    ),
    "event_privacy": in_three(
        "Olen lukenut, miten tietojani käsitellään",
        "Jag har läst hur mina uppgifter behandlas",
        "I have read how my data are handled",
    ),
    "event_send": in_three(
        "Ilmoittaudu",
        "Anmäl mig",
        "Register",
    ),
    "event_missing": in_three(
        "Tapahtumaa ei löydy",
        "Evenemanget hittades inte",
        "The event was not found",
    ),
    "event_missing_text": in_three(
        "Tarkista osoite. Tapahtuma on voitu myös poistaa.",
        "Kontrollera adressen. Evenemanget kan också ha tagits bort.",
        "Check the address. The event may also have been removed.",
    ),
    "event_when": in_three(
        "Aika",
        "Tid",
        "Time",
    ),
    "event_where": in_three(
        "Paikka",
        "Plats",
        "Place",
    ),
    "event_online": in_three(
        "Verkossa",
        "På nätet",
        "Online",
    ),
    "event_or_online": in_three(
        "tai verkossa",
        "eller på nätet",
        "or online",
    ),
    "event_organiser": in_three(
        "Järjestäjä",
        "Arrangör",
        "Organiser",
    ),
    "event_seats": in_three(
        "Paikkoja jäljellä",
        "Platser kvar",
        "Seats left",
    ),
    "event_closes": in_three(
        "Ilmoittautuminen päättyy",
        "Anmälan stänger",
        "Registration closes",
    ),
    "event_invented": in_three(
        "Tämä on keksitty esimerkkitapahtuma.",
        "Detta är ett påhittat exempel.",
        "This is an invented example event.",
    ),
    "event_waitlist_title": in_three(
        "Paikat ovat täynnä",
        "Alla platser är tagna",
        "All seats are taken",
    ),
    "event_waitlist_text": in_three(
        "Voit ilmoittautua jonoon. Saat paikan, jos joku peruu.",
        "Du kan ställa dig i kö. Du får en plats om någon avbokar.",
        "You can join the queue. You get a seat when another person cancels.",
    ),
    "event_not_open": in_three(
        "Ilmoittautuminen ei ole vielä auki",
        "Anmälan har inte öppnat",
        "Registration is not open yet",
    ),
    "event_opens": in_three(
        "Ilmoittautuminen avautuu {time}.",
        "Anmälan öppnar {time}.",
        "Registration opens on {time}.",
    ),
    "event_full": in_three(
        "Tapahtuma on täynnä",
        "Evenemanget är fullt",
        "The event is full",
    ),
    "event_closed": in_three(
        "Ilmoittautuminen on päättynyt",
        "Anmälan har stängt",
        "Registration is closed",
    ),
    "event_cancelled": in_three(
        "Tapahtuma on peruttu",
        "Evenemanget är inställt",
        "The event is cancelled",
    ),
    "event_postponed": in_three(
        "Tapahtuma on lykätty",
        "Evenemanget är uppskjutet",
        "The event is postponed",
    ),
    "event_new_date": in_three(
        "Uusi aika ilmoitetaan myöhemmin.",
        "Den nya tiden meddelas senare.",
        "The new date will be announced later.",
    ),
    "event_none_required": in_three(
        "Ilmoittautumista ei tarvita. Tervetuloa!",
        "Ingen anmälan behövs. Välkommen!",
        "No registration is needed. Welcome!",
    ),
    "event_name_missing": in_three(
        "Kirjoita nimesi",
        "Skriv ditt namn",
        "Enter your name",
    ),
    "event_email_missing": in_three(
        "Kirjoita sähköpostiosoitteesi",
        "Skriv din e-postadress",
        "Enter your e-mail address",
    ),
    "event_email_wrong": in_three(
        "Tarkista sähköpostiosoite",
        "Kontrollera e-postadressen",
        "Check the e-mail address",
    ),
    "event_mode_missing": in_three(
        "Valitse, miten osallistut",
        "Välj hur du deltar",
        "Choose how you take part",
    ),
    "event_privacy_missing": in_three(
        "Vahvista, että olet lukenut, miten tietojasi käsitellään",
        "Bekräfta att du har läst hur dina uppgifter behandlas",
        "Confirm that you have read how your data are handled",
    ),
    "event_confirmed": in_three(
        "Sinulla on paikka",
        "Du har en plats",
        "You have a seat",
    ),
    "event_queued": in_three(
        "Olet jonossa",
        "Du står i kö",
        "You are in the queue",
    ),
    "event_queue_place": in_three(
        "Paikkasi jonossa: {place}.",
        "Din plats i kön: {place}.",
        "Your place in the queue: {place}.",
    ),
    "event_received": in_three(
        "Ilmoittautumisesi on otettu vastaan",
        "Vi har tagit emot din anmälan",
        "We have received your registration",
    ),
    "event_mailed": in_three(
        "Lähetimme osoitteeseen {email} viestin, joka kertoo, onko sinulla paikka vai oletko jonossa.",
        "Vi skickade ett meddelande till {email}: där står om du har en plats eller står i kö.",
        "We sent a mail to {email}. It tells whether you have a seat or are on the waiting list.",
    ),
    "event_contact": in_three(
        "Kysyttävää?",
        "Frågor?",
        "Questions?",
    ),
    "link_title": in_three(
        "Oletko jo ilmoittautunut?",
        "Har du redan anmält dig?",
        "Have you registered already?",
    ),
    "link_hint": in_three(
        "Kirjoita osoite, jolla ilmoittauduit. Lähetämme siihen linkin ilmoittautumiseesi.",
        "Skriv adressen som du anmälde dig med. Vi skickar en länk där du ser din anmälan och kan avboka den.",
        "Write the address with which you registered. We mail a link that shows your registration and cancels it.",
    ),
    "link_send": in_three(
        "Lähetä linkki",
        "Skicka länken",
        "Send the link",
    ),
    "link_sent": in_three(
        "Jos osoitteella on ilmoittauduttu, linkki on lähetetty siihen.",
        "Om någon har anmält sig med adressen har länken skickats dit.",
        "If anybody has registered with the address, the link has been sent to it.",
    ),
}
