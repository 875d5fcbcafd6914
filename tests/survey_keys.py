"""Keys of surveys for tests: a folder for each test process, whose pairs are made once and used until they are gone."""

from pathlib import Path
from uuid import UUID, uuid4

import asyncpg

from services.feedback.keys.folder import KeyFolder
from services.feedback.keys.pairs import new_pair
from services.feedback.keys.terms import KeyId

# More than a test needs; one that makes more surveys calls `fill` again.
READY = 24


class KeyStock:
    """The folder of private keys, and the public keys that belong to them."""

    def __init__(self, path: Path) -> None:
        self._folder = KeyFolder(path)
        self._marker: UUID = self._folder.mark()
        self._public: dict[KeyId, bytes] = {}

    async def fill(self, admin: asyncpg.Connection, count: int = READY) -> None:
        """Let the database know the folder and so many ready keys. A key that a test destroyed is made anew."""
        present = self._folder.key_ids()
        self._public = {key_id: public for key_id, public in self._public.items() if key_id in present}
        taken = {row["id"] for row in await admin.fetch("SELECT id FROM feedback.survey_keys")}
        free = [key_id for key_id in self._public if key_id not in taken][:count]
        free += [self._make() for _ in range(count - len(free))]
        await admin.execute("INSERT INTO feedback.key_folder (id) VALUES ($1) ON CONFLICT DO NOTHING", self._marker)
        await admin.execute(
            "INSERT INTO feedback.survey_keys (id, public_key) SELECT * FROM unnest($1::uuid[], $2::bytea[])",
            free,
            [self._public[key_id] for key_id in free],
        )

    def _make(self) -> KeyId:
        key_id, pair = KeyId(uuid4()), new_pair()
        self._folder.write(key_id, pair.private)
        self._public[key_id] = pair.public
        return key_id
