"""The sound files that are spoiled, and an eye on every file that is opened."""

import contextlib
import ctypes
import os
import struct
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "benchmarks" / "trust"))

from sound_files import sound_world

_OPENED = 0x20  # IN_OPEN of Linux' inotify


@pytest.fixture(scope="session")
def world(tmp_path_factory):
    return sound_world(tmp_path_factory.mktemp("sound"))


@contextlib.contextmanager
def _watching(path):
    """Give a function that tells whether the file was opened by anyone, C libraries included."""
    libc = ctypes.CDLL(None, use_errno=True)
    handle = libc.inotify_init1(os.O_NONBLOCK)
    assert handle >= 0
    assert libc.inotify_add_watch(handle, os.fsencode(path), _OPENED) >= 0

    def opened():
        try:
            return len(os.read(handle, 4096)) >= struct.calcsize("iIII")
        except BlockingIOError:
            return False

    try:
        yield opened
    finally:
        os.close(handle)


@pytest.fixture
def secret(tmp_path):
    """Give a file that nobody gave to read, and a function that tells whether it was opened."""
    path = tmp_path / "secret.csv"
    path.write_text('WKT,name\n"LINESTRING (117 36.65, 117.01 36.65)",a\n')
    with _watching(path) as opened:
        path.read_bytes()
        assert opened(), "the watch does not work"
        yield path, opened
