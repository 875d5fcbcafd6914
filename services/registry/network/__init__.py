"""The network of a coordination project: its projects, their relations and their parties."""
