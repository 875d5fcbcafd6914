"""The embedded PostgreSQL, for trials, development and small installations.

A data folder has one cluster, which all processes of the machine share: the first one starts it, the others adopt it,
and the last one to leave stops it. When a process or the server is killed, a new start repairs everything.
"""

from .binaries import bindir_for_tools
from .cluster import Cluster, running_cluster
from .errors import EmbeddedError
from .folder import default_data_folder

__all__ = ["Cluster", "EmbeddedError", "bindir_for_tools", "default_data_folder", "running_cluster"]
