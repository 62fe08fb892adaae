"""Whatever call of a write fails, and whenever it is killed: old files or new ones, and an error that helps.

The long forms are ``benchmarks/trust/failing_calls.py`` and ``benchmarks/trust/torn.py``.
"""

from __future__ import annotations

import errno
import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from pitchplan.errors import OutputError
from pitchplan.files import writing
from pitchplan.files.ledger import LEDGER, check_published, write_many_guarded, write_published
from pitchplan.files.writing import write_atomically, write_many
from pitchplan.sheets.tables import write_table

Writer = Callable[[Path, int], object]
TEXTS = (b"old" * 100_000, b"new" * 100_000)


def _published(folder: Path, version: int) -> Path:
    listed = {"title": "T", "issued": "2026-05-20", "replaces": "moved" if version else ""}
    return write_published(folder / "map.pdf", TEXTS[version], **listed)


def _set(folder: Path, version: int) -> dict[Path, bytes]:
    return {folder / name: TEXTS[version] for name in ("a.json", "b.json", "c.json")}


WRITERS: dict[str, Writer] = {
    "one file": lambda folder, v: write_atomically(folder / "map.svg", TEXTS[v]),
    "a set": lambda folder, v: write_many(_set(folder, v)),
    "a guarded set": lambda folder, v: write_many_guarded(_set(folder, v)),
    "published": _published,
    "a table": lambda folder, v: write_table(pd.DataFrame({"n": range(v + 3)}), folder / "t.csv"),
}
STEPS = ("open", "fsync", "chmod", "replace", "link")
ERRORS = (errno.ENOSPC, errno.EACCES, errno.EIO, errno.EROFS)


def _files(folder: Path) -> dict[str, bytes]:
    return {p.name: p.read_bytes() for p in folder.iterdir()}


def _failing(patch: pytest.MonkeyPatch, step: str, at: int, code: int) -> list[object]:
    """Let one call fail; return the calls, which grow."""
    real, calls = getattr(os, step), []

    def call(*given: object, **options: object) -> object:
        calls.append(given)
        if len(calls) == at:
            raise OSError(code, os.strerror(code))
        return real(*given, **options)

    patch.setattr(writing.os, step, call)
    return calls


def _said(write: Writer, folder: Path) -> str:
    try:
        write(folder, 1)
    except OutputError as error:
        return str(error)
    return ""


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("name", WRITERS)
def test_the_kth_call_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, step: str) -> None:
    write, refused, at = WRITERS[name], 0, 0
    write(tmp_path, 0)
    old = _files(tmp_path)
    while True:
        at += 1
        for path in tmp_path.iterdir():
            path.unlink()
        for file, data in old.items():
            (tmp_path / file).write_bytes(data)
        code = ERRORS[at % len(ERRORS)]
        with monkeypatch.context() as patch:
            calls = _failing(patch, step, at, code)
            said = _said(write, tmp_path)
        if said:
            refused += 1
            assert any(str(tmp_path / file) in said for file in old)
            assert os.strerror(code) in said
            assert "untouched" in said
            assert _files(tmp_path) == old
            continue
        left = _files(tmp_path)
        assert left.keys() == old.keys()
        assert all(left[file] != old[file] for file in old)
        if len(calls) < at:
            break
    # A lock, a folder's own sync and a second name are good to have, and no reason to refuse.
    assert refused >= (step != "link")
    assert at > 1 or (step == "link" and len(old) == 1)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.parametrize("name", ["one file", "a set", "published"])
@pytest.mark.parametrize("wait_s", [0.0, 0.0005, 0.001, 0.002, 0.004])
def test_a_killed_write_tears_no_file(tmp_path: Path, name: str, wait_s: float) -> None:
    write = WRITERS[name]
    write(tmp_path, 0)
    ready, begun = os.pipe()
    child = os.fork()
    if child == 0:
        os.write(begun, b"!")
        try:
            write(tmp_path, 1)
        finally:
            os._exit(0)
    os.read(ready, 1)
    time.sleep(wait_s)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    os.close(ready)
    os.close(begun)
    seen = {n: d for n, d in _files(tmp_path).items() if not n.startswith(".pitchplan-")}
    assert all(data in TEXTS for file, data in seen.items() if file != LEDGER)
    if LEDGER in seen:
        assert check_published(tmp_path)["state"].iloc[0] in ("as published", "replaced only in the ledger")
    write(tmp_path, 1)
    assert {d for n, d in _files(tmp_path).items() if n in seen and n != LEDGER} == {TEXTS[1]}
