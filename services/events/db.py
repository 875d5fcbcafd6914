"""The metadata that the tables of this service share."""

from services.kernel.data.db import Model, new_metadata


class Base(Model):
    """The base of every model of the events service."""

    __abstract__ = True
    metadata = new_metadata()
