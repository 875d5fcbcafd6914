"""The mailbox of the embedded default: what Vipu would have sent, readable in the browser. Never in production."""

import httpx
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from services.contracts.words import Phrase
from services.kernel.web.errors import Unavailable

from .rendering import STYLED, page
from .upstreams import Upstreams


async def show_mailbox(request: Request) -> Response:
    """Return the newest letters."""
    return page(request, "mailbox.html", letters=(await _ask(request, "/v1/mailbox"))["items"])


async def show_letter(request: Request) -> Response:
    """Return one letter: text, HTML in a sandbox, calendar."""
    return page(request, "letter.html", policy=STYLED, letter=await _letter(request))


async def download_calendar(request: Request) -> Response:
    """Return the letter's calendar part, for trying it in a calendar program."""
    calendar = (await _letter(request))["calendar"]
    if not calendar:
        raise HTTPException(404)
    headers = {"Content-Disposition": 'attachment; filename="invite.ics"', "Cache-Control": "no-store"}
    return Response(str(calendar).encode(), media_type="text/calendar", headers=headers)


async def _letter(request: Request) -> dict[str, object]:
    return await _ask(request, f"/v1/mailbox/{request.path_params['id']}")


async def _ask(request: Request, path: str) -> dict[str, object]:
    """Return what the events service says. Raises HTTPException, Unavailable."""
    upstreams: Upstreams = request.app.state.upstreams
    try:
        answer = await upstreams.client.get(upstreams.urls["events"] + path)
    except httpx.HTTPError as error:
        raise Unavailable(Phrase("details.events-service-silent"), headers={"Retry-After": "2"}) from error
    if answer.status_code != httpx.codes.OK:
        raise HTTPException(404)
    body: dict[str, object] = answer.json()
    return body


ROUTES = [
    Route("/mailbox", show_mailbox),
    Route("/mailbox/{id:uuid}", show_letter),
    Route("/mailbox/{id:uuid}/invite.ics", download_calendar),
]
