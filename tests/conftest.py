"""Fixtures that are made once: the demonstration city and what follows from it."""

import os
import signal
import sys
from ipaddress import ip_address
from pathlib import Path

import pytest

import pitchplan as pp

ROOT = Path(__file__).resolve().parents[1]

# What a shell starts in the background hears no Ctrl-C; these tests press it.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_addoption(parser):
    parser.addoption("--whole", action="store_true", help="every trial of the oracles, not a part")


def pytest_generate_tests(metafunc):
    """Give oracles their chunks: ``CHUNKS`` of their module with ``--whole``, else an eighth of these."""
    every = getattr(metafunc.module, "CHUNKS", None)
    if "chunk" in metafunc.fixturenames and every:
        whole = metafunc.config.getoption("whole")
        metafunc.parametrize("chunk", range(every if whole else max(1, every // 8)))


@pytest.fixture
def trials(pytestconfig):
    """Return how many of so many random trials are made: all with ``--whole``, else a third."""
    return lambda many: many if pytestconfig.getoption("whole") else -(-many // 3)


class NetworkUsed(Exception):
    """A test reached for the network."""


def _is_here(host):
    """Tell whether a host is this machine: no name but its own is looked up."""
    if isinstance(host, bytes):
        host = host.decode("ascii", "replace")
    if host in (None, "", "localhost"):
        return True
    try:
        return ip_address(host).is_loopback or ip_address(host).is_unspecified
    except ValueError:
        return False


def refuse_network(event, args):
    """Refuse what leaves this machine; sockets that are files, and its own address, stay allowed."""
    if event == "socket.getaddrinfo" or event == "socket.gethostbyname":
        host = args[0]
    elif event in ("socket.connect", "socket.sendto", "socket.sendmsg"):
        host = args[1][0] if isinstance(args[1], tuple) else None
    else:
        return
    if not _is_here(host):
        raise NetworkUsed(f"{event} to {host!r}: tests do without a network")


@pytest.fixture(scope="session", autouse=True)
def no_network():
    """Keep the tests off the network, Python's own sockets that is; see tests/hostile for GDAL's."""
    # An audit hook also sees sockets that were imported before; it stays until the process ends.
    if not getattr(sys, "_pitchplan_tests_offline", False):
        sys.addaudithook(refuse_network)
        sys._pitchplan_tests_offline = True


@pytest.fixture(scope="session")
def spring():
    return pp.datasets.spring_city()


@pytest.fixture(scope="session")
def spring_candidates(spring):
    return pp.find_candidates(spring.city, spring.book, season=spring.season, decisions=spring.decisions)


@pytest.fixture(scope="session")
def real_data():
    """Folder with real cities; where it is absent the test is skipped, and `.ci/run` fails on that."""
    folder = Path(os.environ.get("PITCHPLAN_DATA", ROOT.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip(f"PITCHPLAN_DATA: no folder {folder}")
    return folder


@pytest.fixture(scope="session")
def spring_problem(spring, spring_candidates):
    forecast = pp.forecast_vendors(spring.survey, spring.season, gateways=spring.gateways)
    return pp.siting_problem(
        spring_candidates, spring.city, vendors=forecast.to_provide(0.9), decisions=spring.decisions
    )


@pytest.fixture(scope="session")
def spring_plan(spring_problem):
    return spring_problem.solve(time_limit_s=15)
