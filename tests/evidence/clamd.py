"""A clamd that speaks its protocol over a real socket: INSTREAM in chunks; it finds one word harmful."""

import socketserver
import threading
from contextlib import contextmanager

HARMFUL = b"221G-TEST-SIGNATURE"


class _Scanner(socketserver.BaseRequestHandler):
    def handle(self):
        line = self.request.makefile("rb")
        assert line.read(10) == b"zINSTREAM\0"
        content = b""
        while size := int.from_bytes(line.read(4), "big"):
            content += line.read(size)
        self.server.scanned.append(len(content))
        answer = self.server.answer or (b"stream: Test.File FOUND" if HARMFUL in content else b"stream: OK")
        self.request.sendall(answer + b"\0")


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address, daemon_threads = True, True
    answer = b""


@contextmanager
def running(answer=b""):
    """Give a server and its address; answer: what it says to everything."""
    with _Server(("127.0.0.1", 0), _Scanner) as server:
        server.scanned, server.answer = [], answer
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server, f"clamd://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()
