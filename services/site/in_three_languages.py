"""Texts of the site in its three languages."""

from collections.abc import Mapping


def in_three(fi: str, sv: str, en: str) -> Mapping[str, str]:
    """Return the text in the three languages of the site."""
    return {"fi": fi, "sv": sv, "en": en}
