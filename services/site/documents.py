"""The API's documentation: the merged document and a page to read and try it."""

from importlib.util import find_spec
from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, Response

from services.kernel.settings import ROOT

from .rendering import SWAGGER, page
from .upstreams import Upstreams

_DOCUMENTS = ROOT / "openapi"
# The document of all services together.
_WHOLE = "vipu"
_VIEWER_FILES = {"swagger-ui-bundle.js": "text/javascript", "swagger-ui.css": "text/css"}


async def read_document(request: Request) -> Response:
    """Return one OpenAPI document: of all services together, or of one."""
    name = request.path_params.get("name", _WHOLE)
    path = _DOCUMENTS / f"{name}.json"
    if name not in _names(request) or not path.exists():
        raise HTTPException(404)
    return FileResponse(path, media_type="application/json", headers={"Cache-Control": "no-cache"})


async def show_docs(request: Request) -> Response:
    """Return the page with the viewer; where the files of the viewer are missing, with links to the documents alone."""
    return page(request, "docs.html", policy=SWAGGER, has_viewer=viewer_folder() is not None, names=_names(request))


def _names(request: Request) -> tuple[str, ...]:
    upstreams: Upstreams = request.app.state.upstreams
    return (_WHOLE, *upstreams.urls)


async def viewer_file(request: Request) -> Response:
    """Return a file of Swagger UI, from the package that contains it."""
    name, folder = request.path_params["name"], viewer_folder()
    if folder is None or name not in _VIEWER_FILES:
        raise HTTPException(404)
    return FileResponse(folder / name, media_type=_VIEWER_FILES[name], headers={"Cache-Control": "max-age=86400"})


def viewer_folder() -> Path | None:
    """Return the folder of Swagger UI. Only the files of the package are used; it is not imported."""
    spec = find_spec("fastapi_offline")
    folder = Path(spec.origin).parent / "static" if spec is not None and spec.origin is not None else None
    return folder if folder is not None and (folder / "swagger-ui-bundle.js").exists() else None
