"""The published language of the services: codes, periods, measures, roles. It imports nothing of this code base."""
