"""Uploaded files as they wait for their dry run: in parts, so that no copy of a whole file is made on its way."""

import io
from typing import Final
from uuid import UUID

from sqlalchemy import Select, delete, insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from .models import ImportFile

_PART_BYTES: Final = 1 << 20


async def store(session: AsyncSession, import_id: UUID, content: bytes) -> None:
    """Store the file of an import."""
    for part, begin in enumerate(range(0, len(content), _PART_BYTES)):
        values = {"import_id": import_id, "part": part, "content": content[begin : begin + _PART_BYTES]}
        await session.execute(insert(ImportFile).values(values))


async def read(session: AsyncSession, import_id: UUID) -> bytes:
    """Return the file of an import."""
    content = io.BytesIO()
    parts = await session.scalars(
        select(ImportFile.part).where(ImportFile.import_id == import_id).order_by(ImportFile.part)
    )
    for part in parts.all():
        content.write(await session.scalar(_content_of(import_id, part)) or b"")
    return content.getvalue()


def _content_of(import_id: UUID, part: int) -> Select[bytes]:
    return select(ImportFile.content).where(ImportFile.import_id == import_id, ImportFile.part == part)


async def remove(session: AsyncSession, import_id: UUID) -> None:
    """Remove the file of an import."""
    await session.execute(delete(ImportFile).where(ImportFile.import_id == import_id))
