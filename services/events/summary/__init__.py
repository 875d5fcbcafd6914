"""The summary: the events of a coordination project and a period in short."""
