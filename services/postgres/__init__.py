"""The PostgreSQL that Vipu brings along, for trying, developing and small installations.

One cluster per data folder, shared by all processes of this machine: the first one starts it, the others
adopt it, and the last one to leave stops it. Killing any of them, or the server, costs nothing but a restart.
"""

from .binaries import bindir_for_tools
from .cluster import Cluster, running_cluster
from .errors import EmbeddedError
from .folder import default_data_folder

__all__ = ["Cluster", "EmbeddedError", "bindir_for_tools", "default_data_folder", "running_cluster"]
