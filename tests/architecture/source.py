"""The source of the services, parsed once for all tests of the architecture."""

import ast
from functools import cache
from pathlib import Path

from services.kernel.settings import ROOT

SERVICES = ROOT / "services"


@cache
def trees() -> dict[Path, ast.Module]:
    return {file: ast.parse(file.read_text(encoding="utf-8")) for file in sorted(SERVICES.rglob("*.py"))}


def module_of(file: Path) -> str:
    return ".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
