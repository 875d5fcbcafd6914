"""The words on the three pages for the public: an event, a person's registration, a survey."""

from collections.abc import Mapping
from typing import Final

from .in_three_languages import in_three
from .words_for_attendees import FOR_ATTENDEES

FOR_PEOPLE: Final[Mapping[str, Mapping[str, str]]] = {
    **FOR_ATTENDEES,
    "loading": in_three(
        "Ladataan…",
        "Laddar…",
        "Loading…",
    ),
    "form_required": in_three(
        "Tähdellä (*) merkityt kohdat ovat pakollisia.",
        "Punkter med stjärna (*) är obligatoriska.",
        "Fields marked with a star (*) are required.",
    ),
    "form_errors": in_three(
        "Tarkista nämä kohdat",
        "Kontrollera dessa punkter",
        "Please check the following",
    ),
    "failed_title": in_three(
        "Yhteys ei onnistunut",
        "Anslutningen misslyckades",
        "The connection failed",
    ),
    "failed_text": in_three(
        "Tarkista verkkoyhteys ja yritä uudelleen.",
        "Kontrollera nätanslutningen och försök igen.",
        "Check your connection and try again.",
    ),
    "try_again": in_three(
        "Yritä hetken kuluttua uudelleen.",
        "Försök igen om en stund.",
        "Please try again in a moment.",
    ),
    "manage_title": in_three(
        "Oma ilmoittautuminen",
        "Min anmälan",
        "My registration",
    ),
    "manage_no_link": in_three(
        "Linkki ei kelpaa",
        "Länken är ogiltig",
        "The link is not valid",
    ),
    "manage_use_link": in_three(
        "Avaa linkki saamastasi viestistä.",
        "Öppna länken i meddelandet du fick.",
        "Open the link in the mail you got.",
    ),
    "manage_until": in_three(
        "Peruttava viimeistään",
        "Avboka senast",
        "Cancel at the latest",
    ),
    "manage_join": in_three(
        "Liity kokoukseen",
        "Anslut till mötet",
        "Join the meeting",
    ),
    "manage_cancel": in_three(
        "Peru ilmoittautuminen",
        "Avboka anmälan",
        "Cancel the registration",
    ),
    "manage_sure": in_three(
        "Perutaanko ilmoittautuminen?",
        "Vill du avboka?",
        "Cancel the registration?",
    ),
    "manage_sure_hint": in_three(
        "Jos muita on jonossa, paikkasi voi siirtyä seuraavalle.",
        "Om andra står i kö kan din plats gå till nästa.",
        "If others are waiting, your seat can go to the next in the queue.",
    ),
    "manage_yes": in_three(
        "Kyllä, peru",
        "Ja, avboka",
        "Yes, cancel it",
    ),
    "manage_no": in_three(
        "Ei, pidä paikka",
        "Nej, behåll platsen",
        "No, keep it",
    ),
    "manage_cancelled": in_three(
        "Ilmoittautuminen on peruttu",
        "Anmälan är avbokad",
        "The registration is cancelled",
    ),
    "manage_cancelled_by_organiser": in_three(
        "Järjestäjä on perunut ilmoittautumisesi",
        "Arrangören har avbokat din anmälan",
        "The organiser has cancelled your registration",
    ),
    "answer_title": in_three(
        "Palaute",
        "Enkät",
        "Feedback",
    ),
    "answer_anonymous": in_three(
        "Vastaat nimettömästi. Vastauksesi salataan, ja siitä näytetään vain osa yhteenvetoa.",
        "Du svarar anonymt. Ditt svar krypteras, och det visas bara som en del av sammanfattningen.",
        "You answer anonymously. Your answer is encrypted, and is shown only as a part of the summary.",
    ),
    "answer_send": in_three(
        "Lähetä vastaukset",
        "Skicka svaren",
        "Send the answers",
    ),
    "answer_missing": in_three(
        "Kyselyä ei löydy",
        "Enkäten hittades inte",
        "The survey was not found",
    ),
    "answer_missing_text": in_three(
        "Tarkista, että osoite on kokonainen, tai avaa linkki saamastasi viestistä.",
        "Kontrollera att hela adressen är med, eller öppna länken i meddelandet du fick.",
        "Check that the address is whole, or open the link in the mail you got.",
    ),
    "answer_closed": in_three(
        "Kysely on päättynyt",
        "Enkäten har avslutats",
        "The survey has ended",
    ),
    "answer_closed_text": in_three(
        "Vastausaika on ohi, eikä vastauksia enää oteta vastaan.",
        "Svarstiden är slut, och inga fler svar tas emot.",
        "The time for answering is over. No more answers are taken.",
    ),
    "answer_not_open": in_three(
        "Kysely ei ole vielä auki",
        "Enkäten har inte öppnat",
        "The survey is not open yet",
    ),
    "answer_not_open_text": in_three(
        "Linkkisi pysyy voimassa: avaa se myöhemmin uudelleen. "
        "Jos tapahtuma on lykätty, voit vastata, kun sillä on uusi aika.",
        "Din länk gäller fortfarande: öppna den igen senare. "
        "Om evenemanget är uppskjutet kan du svara när det har en ny tid.",
        "Your link stays good: open it again later. If the event is postponed, you can answer when it has a new date.",
    ),
    "answer_mangled": in_three(
        "Linkki ei ole kokonainen",
        "Länken är inte hel",
        "The link is not whole",
    ),
    "answer_mangled_text": in_three(
        "Osa linkistä puuttuu tai on muuttunut. Avaa se uudelleen saamastasi viestistä, tai kopioi se kokonaan.",
        "En del av länken saknas eller har ändrats. Öppna den igen i meddelandet du fick, eller kopiera hela länken.",
        "A part of the link is missing or was changed. Open it again in the mail you got, or copy all of it.",
    ),
    "answer_unknown": in_three(
        "Linkki ei kuulu tähän kyselyyn",
        "Länken hör inte till den här enkäten",
        "The link is not of this survey",
    ),
    "answer_unknown_text": in_three(
        "Avaa linkki uudelleen saamastasi viestistä. Jos se ei auta, kysy tapahtuman järjestäjältä.",
        "Öppna länken igen i meddelandet du fick. Om det inte hjälper, fråga arrangören.",
        "Open the link again in the mail you got. If that does not help, ask the organiser of the event.",
    ),
    "answer_busy": in_three(
        "Pyyntöjä on juuri nyt liikaa",
        "Just nu kommer för många förfrågningar",
        "There are too many requests right now",
    ),
    "answer_before": in_three(
        "Vastauksesi on jo saatu",
        "Vi har redan fått ditt svar",
        "We have your answer already",
    ),
    "answer_before_text": in_three(
        "Tällä linkillä on vastattu aiemmin. Ensimmäinen vastaus jäi voimaan, eikä sitä voi muuttaa.",
        "Länken har använts för ett svar tidigare. Det första svaret gäller och kan inte ändras.",
        "This link was used for an answer before. The first answer was kept and cannot be changed.",
    ),
    "answer_no_ticket": in_three(
        "Vastauslinkki puuttuu",
        "Svarslänken saknas",
        "The answer link is missing",
    ),
    "answer_use_link": in_three(
        "Avaa linkki saamastasi viestistä.",
        "Öppna länken i meddelandet du fick.",
        "Open the link in the mail you got.",
    ),
    "answer_na": in_three(
        "Ei koske minua",
        "Berör inte mig",
        "Does not concern me",
    ),
    "answer_required": in_three(
        "vastaa tähän",
        "svara på frågan",
        "please answer",
    ),
    "answer_number": in_three(
        "kirjoita luku",
        "skriv ett tal",
        "please enter a number",
    ),
    "answer_thanks": in_three(
        "Kiitos vastauksestasi",
        "Tack för ditt svar",
        "Thank you for your answer",
    ),
    "answer_thanks_text": in_three(
        "Voit sulkea sivun.",
        "Du kan stänga sidan.",
        "You can close this page.",
    ),
}
