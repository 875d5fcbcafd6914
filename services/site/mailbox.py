"""The mailbox of the embedded default: the mails that Vipu would have sent, in the browser. Never in production."""

from typing import Final

import httpx
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from services.contracts.words import Phrase
from services.kernel.web.errors import Unavailable

from .rendering import STYLED, page
from .upstreams import Upstreams

_ANSWER_SECONDS: Final = 2.0


async def show_mailbox(request: Request) -> Response:
    """Return the newest mails."""
    return page(request, "mailbox.html", mails=(await _ask(request, "/v1/mailbox"))["items"])


async def show_mail(request: Request) -> Response:
    """Return one mail: text, HTML in a sandbox, calendar."""
    return page(request, "mail.html", policy=STYLED, mail=await _mail(request))


async def download_calendar(request: Request) -> Response:
    """Return the calendar part of the mail, to try it in a calendar program."""
    calendar = (await _mail(request))["calendar"]
    if not calendar:
        raise HTTPException(404)
    headers = {"Content-Disposition": 'attachment; filename="invite.ics"', "Cache-Control": "no-store"}
    return Response(str(calendar).encode(), media_type="text/calendar", headers=headers)


async def _mail(request: Request) -> dict[str, object]:
    return await _ask(request, f"/v1/mailbox/{request.path_params['id']}")


async def _ask(request: Request, path: str) -> dict[str, object]:
    """Return the answer of the events service. Raises HTTPException, Unavailable."""
    upstreams: Upstreams = request.app.state.upstreams
    try:
        response = await upstreams.client.get(upstreams.urls["events"] + path, timeout=_ANSWER_SECONDS)
    except httpx.HTTPError as error:
        raise Unavailable(Phrase("details.events-service-silent"), headers={"Retry-After": "2"}) from error
    if response.status_code == httpx.codes.NOT_FOUND:
        raise HTTPException(404)
    if response.status_code != httpx.codes.OK:
        raise Unavailable(Phrase("details.events-service-silent"), headers={"Retry-After": "2"})
    body: dict[str, object] = response.json()
    return body


ROUTES = [
    Route("/mailbox", show_mailbox),
    Route("/mailbox/{id:uuid}", show_mail),
    Route("/mailbox/{id:uuid}/invite.ics", download_calendar),
]
