"""Relations between projects: who coordinates, continues or belongs to whom, and since when that is known."""
