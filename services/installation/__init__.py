"""An installation: its data folder, secrets, schemas, backups and tokens."""
