"""Texts in several languages, as SQL."""

from sqlalchemy import func, select

from services.contracts.words import LANGUAGES

from .types import Column, Expression


def picked(texts: Column) -> Expression:
    """Return the text that `kernel.text.pick` chooses from a JSONB column, for a reader who states no language."""
    every = func.jsonb_each_text(texts).table_valued("key", "value")
    first = select(every.c.value).order_by(func.length(every.c.key), every.c.key.collate("C")).limit(1)
    return func.coalesce(*(texts[language].astext for language in LANGUAGES), first.scalar_subquery())
