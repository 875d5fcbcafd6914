"""Projects: programmes, coordination projects and what they coordinate, with their whole history."""
