"""The real product with its demonstration, in a real browser."""

import importlib.util
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import httpx
import pytest
import pytest_asyncio

from services.checks.web import WEB
from services.contracts.roles import Grant, Role
from services.installation.keys import signing_key_file
from services.kernel.security.tokens import Issuer
from services.kernel.settings import ROOT
from tests.ports import own_port

AXE = WEB / "node_modules" / "axe-core" / "axe.min.js"
_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
_BROWSERS = ("chromium", "google-chrome", "msedge")
_HOW = "`./vipu web types` installs the last two, `apt-get install chromium` the browser"


@dataclass(frozen=True, slots=True)
class Product:
    """A running installation."""

    address: str
    data: Path

    def token(self, role: Role) -> str:
        """A token for the role, everywhere."""
        key = signing_key_file(self.data / "secrets").read_text(encoding="utf-8")
        return Issuer(key, issuer=self.address).mint(f"test:{role}", [Grant(role)])


@pytest.fixture(scope="session")
def browser_path() -> str:
    """The browser on this machine; without it the test is skipped, and where CI is set it fails."""
    found = os.environ.get("VIPU_CHROMIUM") or next(filter(None, map(shutil.which, _BROWSERS)), None)
    if found is None or not AXE.is_file() or importlib.util.find_spec("playwright") is None:
        (pytest.fail if os.environ.get("CI") else pytest.skip)(f"needs Chromium, playwright and axe: {_HOW}")
    return found


@pytest.fixture(scope="session")
def product(browser_path, shared_folder) -> Iterator[Product]:
    """A whole installation with the demonstration data."""
    data = shared_folder / f"web-{os.getpid()}"
    words = ["-m", "services.cli", "up", "--data", str(data), "--port", str(own_port())]
    with subprocess.Popen(  # noqa: S603
        [sys.executable, *words], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            said = ""
            for line in process.stdout:
                said += line
                if "Ctrl-C stops everything" in line:
                    break
            yield Product(re.search(r"http://127\.0\.0\.1:\d+", said)[0], data)
        finally:
            process.send_signal(signal.SIGINT)
    shutil.rmtree(data)


@pytest.fixture(scope="session")
def api(product) -> Iterator[httpx.Client]:
    """A client of the services of the installation, without a token."""
    with httpx.Client(base_url=product.address) as client:
        yield client


@pytest_asyncio.fixture(scope="session")
async def chromium(browser_path) -> AsyncIterator[object]:
    """The browser."""
    from playwright.async_api import async_playwright  # noqa: PLC0415  Of a lock of its own.

    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=browser_path, args=["--no-sandbox"])
        yield browser
        await browser.close()


Opened = Callable[..., AbstractAsyncContextManager[object]]


@pytest.fixture
def window(chromium, product) -> Opened:
    """Open a window of this width and language; at its end no error may stand in its console."""

    @asynccontextmanager
    async def opened(*, width: int = 390, language: str = "fi") -> AsyncIterator[object]:
        context = await chromium.new_context(
            base_url=product.address, viewport={"width": width, "height": 844}, locale=f"{language}-FI"
        )
        page = await context.new_page()
        page.set_default_timeout(5000)
        errors: list[str] = []
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", lambda line: errors.append(line.text) if _is_fault(line) else None)
        yield page
        await context.close()
        assert errors == []

    return opened


def _is_fault(line: object) -> bool:
    """Whether the line is more than a request that was refused or cut off, as tests want it to be."""
    return line.type == "error" and not line.text.startswith("Failed to load resource")


@cache
def _axe() -> str:
    return AXE.read_text(encoding="utf-8")


async def violations(page: object) -> list[str]:
    """What axe finds on the page: rule and place."""
    await page.evaluate(_axe())
    found = await page.evaluate("tags => axe.run(document, {runOnly: tags})", _TAGS)
    return [f"{each['id']}: {each['nodes'][0]['html'][:120]}" for each in found["violations"]]


async def overflow(page: object) -> int:
    """How many pixels the page is wider than its window."""
    width: int = await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return width


_FOCUSED = """text => {
  const { activeElement: focused, body } = document;
  return focused !== body && focused.id !== "main" && focused.textContent.includes(text);
}"""


async def focused(page: object, text: str) -> None:
    """Wait until the focus is on an element with this text: it moves a moment after the page has changed."""
    await page.wait_for_function(_FOCUSED, arg=text)
