"""The portal as the public reaches it: a real nginx with deploy/nginx in front of a real granian."""

import contextlib
import http.client
import shutil
import socket
import ssl
import subprocess
import sys
import time
from pathlib import Path

from cryptography import x509

from bench.certificates import write_certificate
from bench.servers import free_port
from portal.settings.settings import ROOT

NAME = "portal.example.org"
FILES = ROOT / "deploy" / "nginx"
STARTED_WITHIN = 60
ENDED_WITHIN = "10"  # granian can lose a SIGTERM that comes while a worker starts
MAIN = """
daemon off;
worker_processes 1;
pid {folder}/nginx.pid;
error_log {folder}/nginx-main.log error;
{user}
events {{ worker_connections 768; }}
http {{
    include /etc/nginx/mime.types;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include portal.conf;
}}
"""


class Front:
    """A running nginx: its ports, and how a browser sends requests to it."""

    def __init__(self, folder, upstream_port):
        self.folder = folder
        self.upstream_port = upstream_port
        self.https_port, self.http_port, self.internal_port = free_port(), free_port(), free_port()

    def ask(self, path, method="GET", *, body=None, **headers):
        """Send a request over TLS; return the status, the headers by lower-case name, the cookies, and the body."""
        connection = http.client.HTTPSConnection(NAME, self.https_port, timeout=15, context=self.trusting())
        # The name is the certificate's; the address is this machine's.
        connection._create_connection = lambda *_args, **_kwargs: dial(self.https_port)
        return _answer(connection, method, path, body, {"Host": NAME, **headers})

    def trusting(self):
        """The TLS context of a browser that trusts its certificate."""
        return ssl.create_default_context(cafile=self.folder / "portal" / "certificate.pem")

    def dial(self, context, name=NAME, address="127.0.0.1"):
        """Open a TLS connection, as a browser at an address (127.…) that wants a name."""
        line = dial(self.https_port, address)
        try:
            return context.wrap_socket(line, server_hostname=name)
        except OSError:
            line.close()
            raise

    def ask_plainly(self, path, port=None):
        """Send a request without TLS."""
        connection = http.client.HTTPConnection("127.0.0.1", port or self.http_port, timeout=15)
        return _answer(connection, "GET", path, None, {"Host": NAME})

    def write(self):
        """Write the files of deploy/nginx with this machine's ports and folders in them."""
        shutil.copytree(FILES / "portal", self.folder / "portal")
        (self.folder / "portal" / "brotli.conf").unlink()  # a module of its own
        for path in [*(self.folder / "portal").iterdir(), FILES / "portal.conf"]:
            where = self.folder / "portal" / path.name if path.parent != FILES else self.folder / path.name
            where.write_text(self._here(path.read_text()))
        user = "user root;" if Path("/proc/self").owner() == "root" else ""
        (self.folder / "nginx.conf").write_text(MAIN.format(folder=self.folder, user=user))
        write_certificate(self.folder / "portal", x509.DNSName(NAME))

    def _here(self, text):
        lines = [line for line in text.splitlines(keepends=True) if "[::]" not in line]
        text = "".join(lines).replace("/srv/portal", str(ROOT)).replace("/var/log/nginx", str(self.folder))
        text = text.replace("/etc/nginx/portal", str(self.folder / "portal"))
        for port in (8000, 8001):
            text = text.replace(f"127.0.0.1:{port}", f"127.0.0.1:{self.upstream_port}")
        text = text.replace("listen 80;", f"listen 127.0.0.1:{self.http_port};")
        text = text.replace("listen 443 ", f"listen 127.0.0.1:{self.https_port} ")
        return text.replace("127.0.0.1:8081", f"127.0.0.1:{self.internal_port}")


@contextlib.contextmanager
def nginx(folder, upstream_port):
    """Run nginx in a folder in front of a port; yield the Front."""
    front = Front(folder, upstream_port)
    front.write()
    process = subprocess.Popen(["/usr/sbin/nginx", "-p", str(folder), "-c", str(folder / "nginx.conf")])
    try:
        _wait_for(front.https_port, process)
        yield front
    finally:
        process.terminate()
        process.wait()


@contextlib.contextmanager
def granian(environment, log, *more):
    """Run the portal as deploy/systemd does, with fewer workers; yield its port."""
    port = free_port()
    line = [str(Path(sys.executable).parent / "granian"), "--interface", "rsgi", "--no-ws", "--http", "1"]
    line += ["--host", "127.0.0.1", "--port", str(port), "--workers", "1", "--log-level", "warning", *more]
    line += ["--workers-kill-timeout", ENDED_WITHIN, "wsgi:app"]
    with log.open("w") as output:
        process = subprocess.Popen(line, cwd=ROOT, env=environment, stdout=output, stderr=output)
    try:
        _wait_for(port, process)
        yield port
    finally:
        process.terminate()
        process.wait()


def _wait_for(port, process):
    end = time.monotonic() + STARTED_WITHIN
    while time.monotonic() < end:
        assert process.poll() is None, "it ended at once"
        with contextlib.suppress(OSError):
            dial(port).close()
            return
        time.sleep(0.05)
    raise TimeoutError(port)


def dial(port, address="127.0.0.1"):
    """Open a connection to a port of this machine, from an address of it."""
    return socket.create_connection(("127.0.0.1", port), 15, (address, 0))


def _answer(connection, method, path, body, headers):
    with contextlib.closing(connection):
        connection.request(method, path, body=body, headers=headers)
        answer = connection.getresponse()
        content = answer.read()
    found = {name.lower(): value for name, value in answer.getheaders()}
    return answer.status, found, tuple(answer.headers.get_all("Set-Cookie") or ()), content
