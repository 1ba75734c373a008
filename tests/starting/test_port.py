"""A port that is in use is not shared."""

import socket

import pytest

from bench.servers import free_port
from tests.starting.running import another_portal
from tools.starting import port
from tools.starting.light import Refused

HERE = "127.0.0.1"


@pytest.fixture
def taken():
    """The port of a server that answers as a portal does."""
    with another_portal() as number:
        yield number


@pytest.mark.parametrize("address", [HERE, "0.0.0.0"])
def test_a_port_of_taken_is_refused_with_what_to_do(taken, address):
    with pytest.raises(Refused) as refusal:
        port.require_free(address, taken)

    said = str(refusal.value)
    assert said.startswith(f"Port {taken} is in use by another portal (process ")
    assert said.endswith(f"make run PORT={taken + 1}")


def test_a_port_that_somebody_would_share_but_does_not_listen_on_yet_is_refused():
    with socket.socket() as sharing:
        sharing.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        sharing.bind((HERE, 0))
        with pytest.raises(Refused, match="in use by another program"):
            port.require_free(HERE, sharing.getsockname()[1])


def test_a_port_of_the_other_localhost_is_refused():
    with socket.create_server(("::1", 0), family=socket.AF_INET6) as other, pytest.raises(Refused, match="in use by"):
        port.require_free(HERE, other.getsockname()[1])


def test_a_port_whose_last_connections_are_just_over_is_free():
    with socket.create_server((HERE, 0)) as server:
        number = server.getsockname()[1]
        with socket.create_connection((HERE, number)), server.accept()[0] as line:
            line.shutdown(socket.SHUT_RDWR)

    port.require_free(HERE, number)


def test_two_starts_at_the_same_instant_do_not_both_get_the_port():
    number = free_port()
    with port.claim(HERE, number), pytest.raises(Refused, match=f"starting at port {number} just now"):
        port.claim(HERE, number)


@pytest.mark.parametrize("text", ["", "0", "65536", "eight", "-1", "٨٠"])
def test_what_is_no_port_is_refused(text):
    with pytest.raises(Refused, match="PORT must be a number from 1 to 65535"):
        port.number_of(text)


def test_what_is_no_address_of_this_machine_is_refused():
    with pytest.raises(Refused, match="HOST must be an address"):
        port.address_of("no such host.invalid")
    with pytest.raises(Refused, match="cannot listen on 192.0.2.1"):
        port.require_free("192.0.2.1", free_port())
