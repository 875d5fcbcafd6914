"""Plans that PostgreSQL would choose on another day."""

import asyncpg

_OTHER_WAYS = ("hashjoin", "mergejoin", "hashagg", "sort", "material", "memoize")


async def leave_only_nested_loops(superuser: asyncpg.Connection, database_name: str, service: str) -> None:
    """Have the service's new connections look an inner query up anew for each row of the outer one."""
    for way in _OTHER_WAYS:
        await superuser.execute(f"ALTER ROLE vipu_{service} IN DATABASE {database_name} SET enable_{way} = off")
