"""The audits of an installation or of a deployment: their verification and their retention."""

import asyncio
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from uuid import uuid4

import asyncpg
from pydantic import ValidationError

from services.contracts.services import STORING_SERVICES
from services.installation.audit_verification import Report, verify
from services.installation.deployment import MigrationSettings
from services.installation.errors import CannotRun
from services.installation.installation import DATABASE, Tell, installation_in, opened
from services.kernel.audit.provisioning import audit_schema_of
from services.kernel.audit.terms import AuditAction, AuditOutcome

_PRUNED_SEAL = "SELECT max(number) FROM {schema}.seals WHERE sealed_at < $1"
_PRUNE = """
DELETE FROM {schema}.entries WHERE id IN (SELECT unnest(entry_ids) FROM {schema}.seals WHERE number <= $1)
"""
_NOTE = "INSERT INTO {schema}.prunings (last_seal) VALUES ($1) ON CONFLICT DO NOTHING"
_RECORD = """
INSERT INTO {schema}.entries (subject, grants, action, noun, ids, method, route, request_id, outcome, times)
VALUES ('operator', '', $1, 'audit', '{{}}', 'CLI', 'vipu audit prune', $2, $3, 1)
"""


def verify_audits(data: Path | None, *, hashes: Collection[str], tell: Tell) -> bool:
    """Verify the audit of each service and say what was found. Returns whether all is whole.

    `hashes` are those of seals that were noted elsewhere; each must be the hash of a seal still. Without `data` the
    databases are those of the deployment, if it has settings, else that of the user's own installation.
    Raises: CannotRun.
    """
    with _addresses(data, tell=tell) as urls:
        reports = asyncio.run(_verify_all(urls))
    for report in reports:
        _describe(report, tell)
    known = {each for report in reports for each in report.hashes}
    lost = [each for each in hashes if each.strip().lower() not in known]
    for each in lost:
        tell(f"No seal has the hash {each}: the last seals were removed, or all were made anew.")
    return not lost and not any(report.findings for report in reports)


def prune_audits(data: Path | None, *, before: datetime, tell: Tell) -> None:
    """Remove the entries that were sealed before that time. Their seals stay, and later ones still follow from them.

    The removal is itself an entry. Raises: CannotRun, and removes nothing, where an audit is not whole.
    """
    with _addresses(data, tell=tell, as_administrator=True) as urls:
        for report in asyncio.run(_verify_all(urls)):
            if report.findings:
                _describe(report, tell)
                message = f"The audit of {report.service} is not whole; what shows it must not be removed."
                raise CannotRun(message)
        for service, url in urls.items():
            tell(f"{service}: {asyncio.run(_prune(url, service, before))} entries removed.")


@contextmanager
def _addresses(data: Path | None, *, tell: Tell, as_administrator: bool = False) -> Iterator[Mapping[str, str]]:
    """Yield the address of the database of each service. Raises CannotRun."""
    deployed = _deployed() if data is None else None
    if deployed is None:
        installation = installation_in(data)
        installation.require()
        with opened(installation, tell=tell) as cluster:
            yield dict.fromkeys(STORING_SERVICES, cluster.url(DATABASE))
        return
    administrator = deployed.admin_database_url.get_secret_value()
    if as_administrator and not administrator:
        raise CannotRun("Only the administrator may remove entries: set VIPU_ADMIN_DATABASE_URL.")
    yield dict.fromkeys(STORING_SERVICES, administrator) if as_administrator else deployed.urls


def _deployed() -> MigrationSettings | None:
    try:
        return MigrationSettings()
    except ValidationError:
        return None


async def _verify_all(urls: Mapping[str, str]) -> list[Report]:
    return [await _verified(service, url) for service, url in urls.items()]


async def _verified(service: str, url: str) -> Report:
    connection = await asyncpg.connect(url)
    try:
        return await verify(connection, service)
    except asyncpg.UndefinedTableError as failure:
        message = f"The audit of {service} has no tables yet: run `vipu migrate`."
        raise CannotRun(message) from failure
    finally:
        await connection.close()


def _describe(report: Report, tell: Tell) -> None:
    waiting = f", {report.waiting} not sealed yet, the oldest of {report.oldest_waiting}" if report.waiting else ""
    newest = f", the newest {report.newest_seal}" if report.seals else ""
    tell(f"{report.service}: entries: {report.entries}{waiting}; seals: {report.seals}{newest}")
    for finding in report.findings:
        tell(f"{report.service}: {finding}")


async def _prune(url: str, service: str, before: datetime) -> int:
    schema = audit_schema_of(service)
    connection = await asyncpg.connect(url)
    try:
        async with connection.transaction():
            last = await connection.fetchval(_PRUNED_SEAL.format(schema=schema), before)
            if last is None:
                return 0
            removed = await connection.execute(_PRUNE.format(schema=schema), last)
            await connection.execute(_NOTE.format(schema=schema), last)
            await connection.execute(_RECORD.format(schema=schema), AuditAction.change, uuid4(), AuditOutcome.answered)
            return int(removed.split()[-1])
    finally:
        await connection.close()
