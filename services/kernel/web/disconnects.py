"""Callers who hang up before their request is whole: no failure of the service, and no one is left to answer."""

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send

log = structlog.get_logger()

# Nginx's status for it, in the log and in the metrics. No caller gets it.
CLIENT_CLOSED_REQUEST = 499


class DisconnectMiddleware:
    """Count a request whose caller hung up while sending the body as abandoned, whatever it has led to inside."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        is_whole = is_abandoned = False

        async def receive_and_note() -> Message:
            nonlocal is_whole, is_abandoned
            message = await receive()
            is_whole |= message["type"] == "http.request" and not message.get("more_body", False)
            is_abandoned |= message["type"] == "http.disconnect" and not is_whole
            return message

        async def send_to_who_is_there(message: Message) -> None:
            if not is_abandoned:
                await send(message)

        try:
            await self.app(scope, receive_and_note, send_to_who_is_there)
        except Exception:
            if not is_abandoned:
                raise
        if is_abandoned:
            log.info("request.abandoned")
            await send({"type": "http.response.start", "status": CLIENT_CLOSED_REQUEST, "headers": []})
            await send({"type": "http.response.body", "body": b""})
