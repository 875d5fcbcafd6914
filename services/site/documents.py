"""The API's documentation: the merged document and a page to read and try it."""

from importlib.util import find_spec
from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, Response

from services.kernel.settings import ROOT

from .rendering import STYLED, page

_DOCUMENTS = ROOT / "openapi"
_NAMES = frozenset({"vipu", "registry", "events", "feedback", "dashboard"})
_VIEWER_FILES = {"swagger-ui-bundle.js": "text/javascript", "swagger-ui.css": "text/css"}


async def read_document(request: Request) -> Response:
    """Return one OpenAPI document: of all services together, or of one."""
    name = request.path_params.get("name", "vipu")
    path = _DOCUMENTS / f"{name}.json"
    if name not in _NAMES or not path.exists():
        raise HTTPException(404)
    return FileResponse(path, media_type="application/json", headers={"Cache-Control": "no-cache"})


async def show_docs(request: Request) -> Response:
    """Return the page with the viewer; without the viewer's files, with links to the documents."""
    return page(request, "docs.html", policy=STYLED, has_viewer=viewer_folder() is not None)


async def viewer_file(request: Request) -> Response:
    """Return a file of Swagger UI, as the package that carries it has it."""
    name, folder = request.path_params["name"], viewer_folder()
    if folder is None or name not in _VIEWER_FILES:
        raise HTTPException(404)
    return FileResponse(folder / name, media_type=_VIEWER_FILES[name], headers={"Cache-Control": "max-age=86400"})


def viewer_folder() -> Path | None:
    """Return where Swagger UI lies. The package is not imported: only its files are wanted."""
    spec = find_spec("fastapi_offline")
    folder = Path(spec.origin).parent / "static" if spec is not None and spec.origin is not None else None
    return folder if folder is not None and (folder / "swagger-ui-bundle.js").exists() else None
