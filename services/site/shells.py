"""Shells: the public pages as the server sends them, with what search engines and chat previews read."""

import asyncio
from collections.abc import Mapping
from typing import Final
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from services.contracts.vocabulary import OrganisationKind
from services.contracts.words import LANGUAGES, Phrase
from services.kernel.text import pick

from .failures import show_missing
from .rendering import language_of, page
from .upstreams import upstreams_of

_NO_EVENT: Final = ("event_missing", "event_missing_text")
_NO_SURVEY: Final = ("answer_missing", "answer_missing_text")
_DESCRIPTION_LENGTH: Final = 200
_KINDS: Final = {
    kind.value: {tag: Phrase(f"organisation-kinds.kind_{kind.value}").in_language(tag) for tag in LANGUAGES}
    for kind in OrganisationKind
}


async def event(request: Request) -> Response:
    """Return the page of an event; it carries the public answer of the events service, where that answers in time."""
    ref = request.path_params["ref"]
    path = f"/v1/events/{quote(ref, safe='')}"
    upstreams, language = upstreams_of(request), language_of(request)
    answer, described = await asyncio.gather(
        upstreams.public_answer("events", path),
        upstreams.public_answer("events", f"{path}/event.jsonld", language=language),
    )
    if answer.is_missing:
        return show_missing(request, _NO_EVENT)
    shown = answer.data or {}
    return page(
        request,
        "event.html",
        ref=ref,
        title=_text(shown.get("title"), language),
        description=" ".join(_text(shown.get("description"), language).split())[:_DESCRIPTION_LENGTH],
        contact=shown.get("contact_email"),
        embedded={"event": answer.data, "kinds": _KINDS},
        json_ld=described.data,
    )


def _text(texts: object, language: str) -> str:
    """Return a text of the data in the reader's language, else in another one; empty where there is none."""
    return pick(texts, [language])[0] if isinstance(texts, Mapping) and texts else ""


async def manage(request: Request) -> Response:
    """Return the page of a person's own registration; the secret of the link stays in the browser, behind the `#`."""
    return page(request, "manage.html")


async def answer(request: Request) -> Response:
    """Return the page of a survey to answer; the ticket stays in the browser, behind the `#`."""
    survey = request.path_params["survey"]
    window = await upstreams_of(request).public_answer("feedback", f"/v1/surveys/{survey}/window")
    return show_missing(request, _NO_SURVEY) if window.is_missing else page(request, "answer.html", survey=survey)


async def no_survey(request: Request) -> Response:
    """Return the answer to an address that cannot be that of a survey."""
    return show_missing(request, _NO_SURVEY)


ROUTES: Final = (
    Route("/e/{ref}", event),
    Route("/manage", manage),
    Route("/answer/{survey:uuid}", answer),
    Route("/answer/{survey}", no_survey),
)
