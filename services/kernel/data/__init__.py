"""PostgreSQL: sessions, the tables that every service has, migrations, identifiers, advisory locks."""
