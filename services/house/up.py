"""`vipu up`: the address taken first, progress told, then everything launched."""

import socket
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

from services.house.addresses import Address
from services.house.errors import HouseError
from services.house.installation import Installation, installation_in
from services.house.serving import bound_socket, terminable
from services.kernel import log
from services.postgres import default_data_folder


@dataclass(slots=True)
class Progress:
    """Tells on standard error what takes more than a moment, with the seconds since the start."""

    began_at: float = field(default_factory=time.monotonic)

    @property
    def seconds(self) -> float:
        """How long it has taken so far."""
        return time.monotonic() - self.began_at

    def tell(self, sentence: str) -> None:
        """Say one sentence."""
        sys.stderr.write(f"{self.seconds:6.1f} s  {sentence}\n")
        sys.stderr.flush()


def up(address: Address, *, data: Path | None, demo: bool, split: bool, level: str) -> None:
    """Run everything until a signal ends it. Raises HouseError, EmbeddedError."""
    progress = Progress()
    installation = installation_in(data)
    log.configure(level=level)

    def when_ready(token: str) -> None:
        sys.stdout.write(_welcome(installation, address.url, token, seconds=progress.seconds))
        sys.stdout.flush()

    with terminable(), _taken(address, installation) as bound:
        from services.house.launch import Launch, run_in_one_process  # noqa: PLC0415  A busy port is told at once.

        launch = Launch(installation, address, demo=demo, tell=progress.tell, level=level, when_ready=when_ready)
        if split:
            from services.house.split import run_split  # noqa: PLC0415  Only this shape needs a proxy.

            run_split(launch, bound)
        else:
            run_in_one_process(launch, bound)
    progress.tell("Stopped.")


def _taken(address: Address, installation: Installation) -> socket.socket:
    try:
        return bound_socket(address.host, address.port)
    except OSError as error:
        if installation.is_served() and installation.address == address.url:
            message = f"Vipu is running already on this data, at {installation.address}. Use it, or stop it first."
        else:
            message = f"{address.host}:{address.port} cannot be had: {error.strerror}. Say another one with --port."
        raise HouseError(message) from error


def _welcome(installation: Installation, url: str, token: str, *, seconds: float) -> str:
    here = "" if installation.folder == default_data_folder() else f" --data {installation.folder}"
    return f"""
Vipu is ready ({seconds:.1f} s).

  Start page      {url}/
  Dashboard API   {url}/api/dashboard/v1/coordinations
  API docs        {url}/docs
  Mailbox         {url}/mailbox
  Data            {installation.folder}

Try this; the token is good for 15 minutes, `./vipu token --role coordinator{here}` prints a new one:

curl -H 'Authorization: Bearer {token}' {url}/api/dashboard/v1/coordinations

Ctrl-C stops everything.
"""
