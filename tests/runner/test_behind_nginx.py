"""`vipu up` behind a proxy: each caller of the proxy has a limit of its own, and none can take another address."""

import os
import shutil
import signal
import subprocess
import sys
from contextlib import ExitStack, contextmanager

import httpx
import pytest

from services.kernel.settings import ROOT
from services.runner.serving import free_port
from tests.ports import own_port
from tests.runner.test_running import read_until
from tests.runner.test_running_long import status, until

NGINX = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
pytestmark = [pytest.mark.slow, pytest.mark.skipif(NGINX is None, reason="nginx is not installed")]

FORM = {"grant_type": "client_credentials", "client_id": "x", "client_secret": "x"}
CONFIGURATION = """
daemon off;
pid {folder}/nginx.pid;
error_log stderr crit;
events {{ worker_connections 64; }}
http {{
  access_log off;
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
  proxy_set_header Host $http_host;
  server {{
    listen 127.0.0.1:{replacing};
    location / {{ proxy_set_header X-Forwarded-For $remote_addr; proxy_pass http://127.0.0.1:{up}; }}
  }}
  server {{
    listen 127.0.0.1:{adding};
    location / {{ proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for; proxy_pass http://127.0.0.1:{up}; }}
  }}
}}
"""


@contextmanager
def running(words, *, stop=signal.SIGTERM, **more):
    process = subprocess.Popen(words, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **more)  # noqa: S603
    with process:
        try:
            yield process
        finally:
            process.send_signal(stop)
            process.communicate(timeout=30)


def asks(address, caller, **headers):
    """The status of a request for a token that comes from this address of the machine."""
    with httpx.Client(transport=httpx.HTTPTransport(local_address=caller), base_url=address) as client:
        return client.post("/oauth/token", data=FORM, headers=headers).status_code


@pytest.mark.parametrize("shape", [[], ["--split"]], ids=["one-process", "split"])
def test_two_callers_of_the_proxy_have_two_limits(shared_folder, tmp_path, shape):
    up = own_port()
    # Those of the services of `--split` follow that of the front.
    replacing = free_port("127.0.0.1", after=up + 20)
    adding = free_port("127.0.0.1", after=replacing)
    # Below the folder that the database's own user may enter.
    data = shared_folder / f"behind-nginx-{os.getpid()}"
    words = [sys.executable, "-m", "services.cli", "up", "--no-demo", "--data", str(data), "--port", str(up), *shape]
    limits = {**os.environ, "VIPU_PUBLIC_RATE": "2/minute"}
    written = CONFIGURATION.format(folder=tmp_path, up=up, replacing=replacing, adding=adding)
    (tmp_path / "nginx.conf").write_text(written)
    with ExitStack() as stack:
        vipu = stack.enter_context(running(words, env=limits, stop=signal.SIGINT))
        stack.enter_context(running([NGINX, "-p", str(tmp_path), "-c", str(tmp_path / "nginx.conf")]))
        read_until(vipu, "Ctrl-C stops everything")
        until(lambda: status(f"http://127.0.0.1:{adding}/healthz") == 200)
        front, appending, direct = (f"http://127.0.0.1:{port}" for port in (replacing, adding, up))
        # Each caller of the proxy is counted alone.
        assert [asks(front, "127.0.0.2") for _ in range(3)] == [401, 401, 429]
        assert [asks(front, "127.0.0.3") for _ in range(3)] == [401, 401, 429]
        # What a caller writes into the header does not help, whether the proxy replaces it or adds to it.
        lies = [
            {"X-Forwarded-For": f"198.51.100.{number}", "Forwarded": f"for=198.51.100.{number}"} for number in (1, 2)
        ]
        assert [asks(front, "127.0.0.2", **lie) for lie in lies] == [429, 429]
        assert [asks(appending, "127.0.0.3", **lie) for lie in lies] == [429, 429]
        assert asks(appending, "127.0.0.4", **lies[0]) == 401
        # A peer that is no trusted proxy names nobody: not itself as another one, and not the victim of its requests.
        assert [asks(direct, "127.0.0.5", **{"X-Forwarded-For": "127.0.0.4"}) for _ in range(3)] == [401, 401, 429]
        assert asks(direct, "127.0.0.5", **lies[1]) == 429
        assert asks(front, "127.0.0.4") == 401
    shutil.rmtree(data)
