"""Pages for people: a start page, the API documentation, the mailbox, three small forms. No build step, no CDN."""

from .site import build_pages
from .upstreams import Siblings

__all__ = ["Siblings", "build_pages"]
