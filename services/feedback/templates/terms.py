"""Vocabulary of templates."""

from enum import StrEnum


class TemplateKey(StrEnum):
    """The question sets of Vipu."""

    event_core = "event_core"
