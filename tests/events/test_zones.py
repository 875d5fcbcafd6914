"""Time zones: the ones that the database knows, listed once."""

import pytest

from services.events.events import terms


def test_the_zones_are_listed_once_however_many_are_asked_for(monkeypatch):
    calls = []
    monkeypatch.setattr(terms, "available_timezones", lambda: calls.append(1) or {"Europe/Helsinki", "UTC"})
    terms._zones.cache_clear()  # noqa: SLF001
    try:
        assert [terms.known_zone(name) for name in ("Europe/Helsinki", "UTC")] == ["Europe/Helsinki", "UTC"]
        with pytest.raises(ValueError, match="time zone"):
            terms.known_zone("Europe/Turku")
        assert len(calls) == 1
    finally:
        terms._zones.cache_clear()  # noqa: SLF001
