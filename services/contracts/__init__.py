"""The published language of the services: codes, periods, measures, roles. It imports no other package of Vipu."""
