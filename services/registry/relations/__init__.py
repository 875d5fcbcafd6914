"""Relations between projects, such as `coordinates` and `continues`, and since when they are known."""
