"""Rendering: a template in the reader's language, with the headers that a page needs."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from starlette.requests import Request
from starlette.responses import HTMLResponse

from services.kernel.text import FALLBACK, reader_languages

from .web_files import build, shell_words
from .words import WORDS

_FOLDER = Path(__file__).parent
STATIC: Final = _FOLDER / "static"
_TEMPLATES = Environment(
    loader=FileSystemLoader(_FOLDER / "templates"),
    undefined=StrictUndefined,
    autoescape=select_autoescape(),
    trim_blocks=True,
    lstrip_blocks=True,
)
_POLICY: Final = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "connect-src": "'self'",
    "frame-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
    "require-trusted-types-for": "'script'",
}
# HTML mails set styles on elements.
STYLED: Final = {"style-src": "'self' 'unsafe-inline'"}
# Swagger UI writes HTML too; its page holds no token.
SWAGGER: Final = {**STYLED, "require-trusted-types-for": None}


def language_of(request: Request) -> str:
    """Return the page's language: what the address says, else what the browser wants, else Finnish."""
    asked = request.query_params.get("lang", "")
    return next(language for language in (asked, *reader_languages(request)) if language in FALLBACK)


def page(
    request: Request,
    template: str,
    *,
    status: int = 200,
    policy: Mapping[str, str | None] | None = None,
    **values: object,
) -> HTMLResponse:
    """Return the rendered template. `t` in it holds the words in the language of the reader."""
    language = language_of(request)
    words = {key: texts[language] for key, texts in WORDS.items()}
    body = _TEMPLATES.get_template(template).render(
        t={**words, **shell_words()[language]},
        web=build().base,
        language=language,
        path=request.url.path,
        **values,
    )
    headers = {
        "Content-Language": language,
        "Content-Security-Policy": "; ".join(
            f"{name} {value}" for name, value in {**_POLICY, **(policy or {})}.items() if value
        ),
        "Vary": "Accept-Language",
        "Cache-Control": "no-cache",
    }
    return HTMLResponse(body, status_code=status, headers=headers)
