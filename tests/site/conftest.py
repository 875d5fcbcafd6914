"""Browsers before the pages for people."""

from collections.abc import AsyncIterator

import httpx
import pytest_asyncio

from services.installation.addresses import INNER, Address
from services.runner.front import Front
from services.site import Upstreams, build_pages


@pytest_asyncio.fixture
async def browser(applications) -> AsyncIterator[httpx.AsyncClient]:
    """A browser before all services and the site."""
    pages = build_pages(Upstreams(applications.client, INNER), has_mailbox=True)
    front = Front(applications.apps, pages, hosts=Address("127.0.0.1", 8000).names)
    transport = httpx.ASGITransport(app=front)
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as client:
        client.headers["Accept"] = "text/html"
        yield client


@pytest_asyncio.fixture
async def reader() -> AsyncIterator[httpx.AsyncClient]:
    """A browser before the pages alone, as `vipu serve site` has them."""
    async with httpx.AsyncClient() as inner:
        transport = httpx.ASGITransport(app=build_pages(Upstreams(inner, {}), has_mailbox=False))
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as client:
            client.headers["Accept"] = "text/html"
            yield client
