"""Take lists home as files: the time to the first byte and to the last one, and the memory that a file needs.

It adds cancelled registrations to one event with one statement: it announces nothing and sends no mail. Use a separate
installation, because no command removes them. The projects and the rows of imports are those of the installation.
"""

import asyncio
import time
from pathlib import Path

import asyncpg
import httpx

from benchmarks.measuring import Target, arguments, print_machine
from services.installation.installation import database_url, installation_in, opened

_FILL = """
INSERT INTO registrations (id, event_id, state, name, sort_key, email, person_key, organisation, language, origin,
                           entered_by, cancelled_by, ical_uid, created_at, confirmed_at, cancelled_at, version)
SELECT id, $1, 'cancelled', name, name, 'mittaaja.' || number || '@vipu.example', sha256(number::text::bytea),
       'Mittausosuuskunta ' || number % 100, 'fi', 'public', 'person', 'organiser', id || '@vipu',
       clock_timestamp(), clock_timestamp(), clock_timestamp(), 1
FROM (
  SELECT gen_random_uuid() AS id, number, 'Mittaaja ' || number AS name
  FROM generate_series((SELECT count(*) FROM registrations WHERE event_id = $1) + 1, $2::int) AS number
) AS person
"""
_FORMATS = (("csv", {}), ("csv", {"excel": "fi"}), ("xlsx", {}), ("jsonl", {}))


def _fill(data: Path, event: str, count: int) -> None:
    async def fill(url: str) -> None:
        connection = await asyncpg.connect(url, server_settings={"search_path": "events,public"})
        await connection.execute(_FILL, event, count)
        await connection.close()

    installation = installation_in(data)
    with opened(installation, tell=print) as cluster:
        asyncio.run(fill(database_url(cluster, installation.keys, "events")))


def _memory(process: int) -> dict[str, int]:
    """Return the present and the highest memory of the process in kilobytes."""
    lines = Path(f"/proc/{process}/status").read_text().splitlines()
    pairs = (line.split()[:2] for line in lines if line.startswith(("VmRSS", "VmHWM")))
    return {name.rstrip(":"): int(kilobytes) for name, kilobytes in pairs}


def _measure(client: httpx.Client, address: str, process: int, **params: str) -> None:
    Path(f"/proc/{process}/clear_refs").write_text("5")
    before = _memory(process)["VmRSS"]
    began, first, size = time.perf_counter(), 0.0, 0
    with client.stream("GET", address, params=params) as answer:
        answer.raise_for_status()
        for block in answer.iter_raw():
            first = first or time.perf_counter() - began
            size += len(block)
    took = time.perf_counter() - began
    grown = (_memory(process)["VmHWM"] - before) / 1024
    name = f"{address.rpartition('/')[2]} {' '.join(params.values())}"
    print(f"{name:24} first byte {first:6.2f} s  all {took:6.2f} s  {size / 1e6:6.1f} MB  memory + {grown:5.1f} MB")


def _main(target: Target, count: int, process: int) -> None:
    with httpx.Client(headers=target.bearer("--role", "admin"), timeout=300, trust_env=False) as client:
        event = client.get(f"{target.events}/v1/events", params={"limit": 1}).raise_for_status().json()["items"][0]
        assert target.data is not None
        _fill(Path(target.data), event["id"], count)
        print_machine()
        for form, further in _FORMATS:
            _measure(client, f"{target.events}/v1/events/{event['id']}/registrations", process, format=form, **further)
        for form, further in _FORMATS:
            _measure(client, f"{target.url}/api/registry/v1/projects", process, format=form, **further)


target, options = arguments(
    __doc__, registrations=(50_000, 200_000, "Registrations of the event"), pid=(0, 2**22, "Process of `vipu up`")
)
_main(target, options.registrations, options.pid)
