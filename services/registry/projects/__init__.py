"""Projects: programmes, coordination projects and the projects that they coordinate, with their whole history."""
