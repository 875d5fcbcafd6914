"""Lists: pages, cursors, sorting, files, and JSON rows written by PostgreSQL."""
