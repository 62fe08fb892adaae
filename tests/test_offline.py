"""The tests themselves: no call leaves this machine."""

import asyncio
import socket
import urllib.request

import pytest


@pytest.mark.parametrize("host", ["192.0.2.1", "example.org", b"example.org", "2001:db8::1"])
def test_nobody_is_called(host):
    with pytest.raises(Exception, match="without a network"):
        socket.create_connection((host, 80), timeout=5)
    with pytest.raises(Exception, match="without a network"):
        socket.getaddrinfo(host, 80)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as datagrams:
        with pytest.raises(Exception, match="without a network"):
            datagrams.sendto(b"x", ("192.0.2.1", 53))
        with pytest.raises(Exception, match="without a network"):
            datagrams.connect_ex(("192.0.2.1", 53))


def test_nothing_is_fetched():
    with pytest.raises(Exception, match="without a network"):
        urllib.request.urlopen("http://example.org/", timeout=5)

    async def fetch():
        await asyncio.open_connection("192.0.2.1", 80)

    with pytest.raises(Exception, match="without a network"):
        asyncio.run(fetch())


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_this_machine_may_talk_to_itself(host):
    server = socket.create_server(("127.0.0.1", 0))
    with server, socket.create_connection((host, server.getsockname()[1]), timeout=5) as caller:
        assert caller.getpeername()[0] == "127.0.0.1"
    one, other = socket.socketpair()
    with one, other:
        one.sendall(b"x")
        assert other.recv(1) == b"x"
