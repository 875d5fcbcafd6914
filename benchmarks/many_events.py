"""Fill the calendar of an embedded installation up to a number of invented events, to measure its lists.

Each event is a copy of an existing one, two hours after the one before. One statement makes them all: it announces
nothing and sends no mail. Use a separate installation, because no command removes the events.
"""

import argparse
import asyncio
from pathlib import Path

import asyncpg

from services.installation.installation import database_url, installation_in, opened

_MOST = 100_000
_FILL = """
INSERT INTO events (id, slug, coordination_id, type, title, sort_key, description, publication_status, marked_as,
                    scope, areas, themes, languages, mode, venue, address, starts_at, ends_at, time_zone, capacity,
                    waiting_list, ical_uid, published_at)
SELECT gen_random_uuid(), 'mittaus-' || number, of.coordination_id,
       (ARRAY['hankekahvit', 'webinar', 'network_day', 'workshop', 'training'])[1 + number % 5],
       of.title, of.sort_key, of.description, 'published', 'invented',
       of.scope, of.areas, of.themes, of.languages, of.mode, of.venue, of.address,
       begins_at, begins_at + (of.ends_at - of.starts_at), of.time_zone, 10 + number % 90,
       CASE WHEN number % 3 = 0 THEN 'auto' ELSE 'off' END, 'mittaus-' || number || '@vipu', clock_timestamp()
FROM (SELECT *, row_number() OVER (ORDER BY id) AS place, count(*) OVER () AS many FROM events
      WHERE slug NOT LIKE 'mittaus-%') AS of
JOIN generate_series((SELECT count(*) FROM events) + 1, $1::int) AS number ON number % of.many = of.place - 1
CROSS JOIN LATERAL (
  SELECT date_trunc('hour', clock_timestamp()) + (number - $1 / 2) * interval '2 hours'
) AS at(begins_at)
"""


async def _fill(url: str, count: int) -> str:
    connection = await asyncpg.connect(url, server_settings={"search_path": "events,public"})
    try:
        status = await connection.execute(_FILL, count)
        await connection.execute("ANALYZE events")
    finally:
        await connection.close()
    return status.rpartition(" ")[2]


def main() -> None:
    """Enter the missing events."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="The data folder of the installation")
    parser.add_argument("--count", type=int, default=10_000, help=f"Events in the calendar then (at most {_MOST})")
    options = parser.parse_args()
    if not 1 <= options.count <= _MOST:
        parser.error(f"--count is between 1 and {_MOST}")
    installation = installation_in(options.data)
    with opened(installation, tell=print) as cluster:
        entered = asyncio.run(_fill(database_url(cluster, installation.keys, "events"), options.count))
    print(f"{entered} events entered")


main()
