"""The reference of PostgreSQL itself: pgbench with one statement per registration on one hot row.

R32 is at 32 clients, R1 at one. The tables are copies of those of events with all indexes, in a schema that is dropped
at the end; commits are as durable as those of the installation.
"""

import argparse
import os
import re
import subprocess
import tempfile
from pathlib import Path

from benchmarks.measuring import print_machine
from services.installation.installation import DATABASE
from services.postgres import running_cluster

_MAKE = """
DROP SCHEMA IF EXISTS reference CASCADE;
CREATE SCHEMA reference;
CREATE TABLE reference.events (LIKE events.events INCLUDING ALL);
CREATE TABLE reference.registrations (LIKE events.registrations INCLUDING ALL);
INSERT INTO reference.events SELECT * FROM events.events ORDER BY id LIMIT 1;
UPDATE reference.events SET capacity = NULL, confirmed_count = 0, waiting_count = 0;
"""
_REGISTER = """
WITH seat AS (
  UPDATE reference.events SET confirmed_count = confirmed_count + 1
  WHERE waiting_count = 0 AND (capacity IS NULL OR confirmed_count < capacity) RETURNING id)
INSERT INTO reference.registrations
  (id, event_id, state, name, sort_key, email, person_key, organisation, organisation_key, language, origin,
   confirmed_at)
SELECT gen_random_uuid(), seat.id, 'confirmed', 'Mittaaja', 'mittaaja  1 Mittaaja', 'mittaaja@mittaus.example',
  decode(md5(random()::text), 'hex'), 'Yritys Oy', 'yritys oy', 'fi', 'public', clock_timestamp() FROM seat;
"""


def _run(words: list[str]) -> str:
    return subprocess.run(words, capture_output=True, text=True, check=True).stdout  # noqa: S603 - All words come from this module.


def main() -> None:
    """Make the tables, measure, drop them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="The installation's data folder")
    parser.add_argument("--pgbench", default="pgbench", help="The program")
    parser.add_argument("--psql", default="psql", help="The program")
    parser.add_argument("--seconds", type=int, choices=range(1, 31), default=5, metavar="1..30")
    options = parser.parse_args()
    print_machine()
    with running_cluster(options.data.absolute()) as cluster, tempfile.NamedTemporaryFile("w", suffix=".sql") as script:
        url = cluster.url(DATABASE)
        script.write(_REGISTER)
        script.flush()
        for clients in (32, 1):
            _run([options.psql, "-q", "-v", "ON_ERROR_STOP=1", "-c", _MAKE, url])
            words = [options.pgbench, "-n", "-M", "prepared", "-T", str(options.seconds), "-f", script.name]
            output = _run([*words, "-c", str(clients), "-j", str(min(clients, os.cpu_count() or 1)), url])
            rate = re.search(r"^tps = ([0-9.]+)", output, re.MULTILINE)
            print(f"R{clients:<3} {float(rate[1]) if rate else 0:8.0f}/s")
        _run([options.psql, "-q", "-c", "DROP SCHEMA reference CASCADE", url])


main()
