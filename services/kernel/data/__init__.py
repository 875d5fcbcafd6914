"""PostgreSQL: sessions, tables every service has, migrations, identifiers, advisory locks."""
