"""Pages for people: a start page, the API documentation, the mailbox, three small forms. No build step, no CDN."""

from .siblings import Siblings
from .site import build_pages

__all__ = ["Siblings", "build_pages"]
