"""`vipu up`: takes the address first, then launches everything and reports the progress."""

import socket
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from services.installation.addresses import Address
from services.installation.errors import CannotRun
from services.installation.installation import Installation, Tell, installation_in
from services.installation.keys import Keys
from services.kernel import log
from services.postgres import Cluster, default_data_folder
from services.runner.serving import bound_socket, terminable


@dataclass(slots=True)
class Progress:
    """Reports on standard error the steps that take time, with the seconds since the start."""

    began_at: float = field(default_factory=time.monotonic)

    @property
    def seconds(self) -> float:
        """The time since the start."""
        return time.monotonic() - self.began_at

    def tell(self, sentence: str) -> None:
        """Write one sentence."""
        sys.stderr.write(f"{self.seconds:6.1f} s  {sentence}\n")
        sys.stderr.flush()


@dataclass(frozen=True, slots=True)
class Launch:
    """The choices of the operator, and the functions that the start calls."""

    installation: Installation
    address: Address
    demo: bool
    tell: Tell
    level: str
    trusted_proxies: str
    # Fills an empty installation with the demonstration: its database, its secrets and its public address.
    load_demo: Callable[[Cluster, Keys, str], None]
    # Receives a token for the example once everything answers.
    when_ready: Callable[[str], None]


def up(
    address: Address,
    *,
    data: Path | None,
    demo: bool,
    level: str,
    trusted_proxies: str,
    load_demo: Callable[[Cluster, Keys, str, Tell], None],
    start: Callable[[Launch, socket.socket], None],
) -> None:
    """Run everything until a signal ends it.

    `start` is called once the address is taken, and imports what it needs: a busy port is reported at once.
    Raises: CannotRun, EmbeddedError.
    """
    progress = Progress()
    installation = installation_in(data)
    log.configure(level=level)

    def when_ready(token: str) -> None:
        sys.stdout.write(_welcome(installation, address.url, token, seconds=progress.seconds))
        sys.stdout.flush()

    launch = Launch(
        installation,
        address,
        demo=demo,
        tell=progress.tell,
        level=level,
        trusted_proxies=trusted_proxies,
        load_demo=lambda cluster, keys, url: load_demo(cluster, keys, url, progress.tell),
        when_ready=when_ready,
    )
    with terminable(), _taken(address, installation) as bound:
        start(launch, bound)
    progress.tell("Stopped.")


def _taken(address: Address, installation: Installation) -> socket.socket:
    try:
        return bound_socket(address.host, address.port)
    except OSError as error:
        if installation.is_served() and installation.address == address.url:
            message = f"Vipu is running already on this data, at {installation.address}. Use it, or stop it first."
        else:
            message = f"{address.host}:{address.port} cannot be had: {error.strerror}. Say another one with --port."
        raise CannotRun(message) from error


def _welcome(installation: Installation, url: str, token: str, *, seconds: float) -> str:
    here = "" if installation.folder == default_data_folder() else f" --data {installation.folder}"
    return f"""
Vipu is ready ({seconds:.1f} s).

  Start page      {url}/
  Dashboard API   {url}/api/dashboard/v1/coordinations
  API docs        {url}/docs
  Mailbox         {url}/mailbox
  Data            {installation.folder}

Try this; the token is valid for 15 minutes, `./vipu token --role coordinator{here}` prints a new one:

curl -H 'Authorization: Bearer {token}' {url}/api/dashboard/v1/coordinations

Ctrl-C stops everything.
"""
