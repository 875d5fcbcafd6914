"""Security in a document: how callers get and send a token, and the scopes that an operation needs."""

from collections.abc import Iterable, Mapping
from typing import Final

from services.contracts.roles import Scope
from services.kernel.openapi.parts import Json, JsonValue

_OAUTH2: Final = "oauth2"
_BEARER: Final = "bearer"
# The credentials themselves, for the operation that gives a token for them.
CLIENT: Final = "client"

_SCOPES: Final[Mapping[str, str]] = {
    "registry:read": "Read projects, organisations and their relations, also drafts within the caller's places.",
    "registry:write": "Enter and change projects, organisations and relations; import lists of projects.",
    "events:read": "Read events, their figures and outcomes, also drafts within the caller's places.",
    "events:write": "Enter, change, publish and cancel events.",
    "registrations:read": "Read the persons who have registered for an event.",
    "registrations:write": "Register, correct and cancel other persons.",
    "attendance:write": "Mark who came, and enter persons at the door.",
    "feedback:read": "Read surveys and released results.",
    "feedback:write": "Make, open and close surveys.",
    "feedback:text": "Read released open texts.",
    "dashboard:read": "Read the dashboard of a coordination project.",
    "partners:admin": "Make, change and switch off machine clients.",
    "audit:read": "Read who has read and changed data about persons.",
    "messages:write": "Deliver messages: between the services of Vipu alone.",
}


def security_schemes(used: Iterable[str]) -> dict[str, JsonValue]:
    """Return those of the security schemes that the operations of a document use, by name."""
    every = {_OAUTH2: _oauth2(), _BEARER: _bearer(), CLIENT: _client()}
    return {name: every[name] for name in sorted(set(used))}


def security_of(scopes: Iterable[str], *, reads_token: bool) -> list[JsonValue]:
    """Return the security of an operation.

    A public one can be called without a token; where it reads a token at all, a token may show the caller more.
    """
    needed: list[JsonValue] = [*scopes]
    with_token: list[JsonValue] = [{_OAUTH2: needed}, {_BEARER: []}]
    if needed:
        return with_token
    return [{}, *with_token] if reads_token else []


def _oauth2() -> Json:
    scopes: Json = {str(scope): _SCOPES[scope] for scope in Scope}
    flow: Json = {"tokenUrl": "/oauth/token", "scopes": scopes}
    return {
        "type": "oauth2",
        "description": "Partner systems get a token for 15 minutes with the client credentials that an administrator"
        " gave them.",
        "flows": {"clientCredentials": flow},
    }


def _bearer() -> Json:
    return {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "JWT",
        "description": "A token of Vipu's own issuer, however the caller got it.",
    }


def _client() -> Json:
    return {"type": "http", "scheme": "basic", "description": "The id and the secret of a machine client."}
