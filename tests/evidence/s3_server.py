"""A server that speaks the language of S3 (moto's), as a process of its own: says its address, ends with its input."""

import subprocess
import sys
from contextlib import contextmanager

from moto.server import ThreadedMotoServer

REGION = "eu-west-1"


@contextmanager
def running():
    """Give the address of a server without buckets."""
    command = [sys.executable, "-W", "ignore", "-m", "tests.evidence.s3_server"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        yield process.stdout.readline().decode().strip()
        process.stdin.close()
        process.wait(10)


def main():
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    print(f"http://{host}:{port}", flush=True)
    sys.stdin.read()
    server.stop()


if __name__ == "__main__":
    main()
