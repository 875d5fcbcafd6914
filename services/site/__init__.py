"""The site: a start page, the API documentation, the mailbox and three small forms. No build step, no CDN."""

from .site import build_pages
from .upstreams import Upstreams

__all__ = ["Upstreams", "build_pages"]
