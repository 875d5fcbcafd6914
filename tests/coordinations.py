"""The coordination projects of the tests, which the events service knows from the beginning."""

from uuid import UUID

COORDINATION = UUID("0192f0c1-7a52-7cc0-8f3c-0b7c2f4a9d11")
ELSEWHERE = UUID("0192f0c1-7a52-7cc0-8f3c-0b7c2f4a9d22")

# As if they had been announced after every listing: the registry does not have them.
ANNOUNCED = """
INSERT INTO events.coordinations (id, slug, name, version, copied_at)
SELECT id, slug, $3, 0, clock_timestamp() + interval '1 day'
FROM (VALUES ($1::uuid, 'hanke'), ($2::uuid, 'muu-hanke')) AS known (id, slug)
"""
