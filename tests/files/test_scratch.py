"""Folders for temporary files are gone whatever happens, and Ctrl-C waits for what must be whole."""

from __future__ import annotations

import os
import signal
import tempfile
import time
from pathlib import Path

import pytest

from pitchplan.errors import OutputError
from pitchplan.files import writing
from pitchplan.files.interrupts import undisturbed
from pitchplan.files.scratch import scratch_folder
from pitchplan.files.writing import making, write_many


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


@pytest.mark.parametrize("error", [None, OSError, KeyboardInterrupt])
def test_a_scratch_folder_is_taken_away(place: Path, error: type[BaseException] | None) -> None:
    try:
        with scratch_folder() as folder:
            (folder / "a").write_bytes(b"x")
            assert folder.stat().st_mode & 0o777 == 0o700
            if error:
                raise error
    except (OutputError, KeyboardInterrupt):
        assert error is not None
    assert list(place.iterdir()) == []


def test_only_what_a_killed_run_left_a_day_ago_is_swept(place: Path) -> None:
    for name, hours in (("pitchplan-old", 25), ("pitchplan-young", 23), ("others-old", 25)):
        (place / name).mkdir()
        past = time.time() - hours * 3600
        os.utime(place / name, (past, past))
    with scratch_folder():
        pass
    assert sorted(p.name for p in place.iterdir()) == ["others-old", "pitchplan-young"]


def test_a_scratch_folder_that_cannot_be_made_is_named_with_the_file(place: Path) -> None:
    tempfile.tempdir = str(place / "gone")
    said = r"gone, cannot be used \(No such file.*\)\. Make room in it, or name another one.*TMPDIR"
    with pytest.raises(OutputError, match=f"^The folder for temporary files, .*{said}"), scratch_folder():
        pass
    said = f"^{place}/map.gpkg: not written. What was there before is untouched. The folder .*{said}"
    with pytest.raises(OutputError, match=said), making(place / "map.gpkg"), scratch_folder():
        pass


def test_no_place_for_temporary_files_at_all_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    def nowhere() -> str:
        raise FileNotFoundError(2, "No usable temporary directory found in ['/tmp']")

    monkeypatch.setattr(tempfile, "gettempdir", nowhere)
    with pytest.raises(OutputError, match="No usable temporary directory"), scratch_folder():
        pass


def test_what_cannot_be_made_names_the_file_and_where_room_is_missing(place: Path) -> None:
    said = r"map\.gpkg: not written \(No space left.*: /scratch/a\)\. What was"
    with pytest.raises(OutputError, match=said), making(place / "map.gpkg"):
        raise OSError(28, "No space left on device", "/scratch/a")


def test_ctrl_c_waits_and_then_has_its_way() -> None:
    done = []

    def pressed() -> None:
        with undisturbed():
            os.kill(os.getpid(), signal.SIGINT)
            time.sleep(0.01)
            done.append(1)

    with pytest.raises(KeyboardInterrupt):
        pressed()
    assert done == [1]
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_what_hears_ctrl_c_hears_it_afterwards() -> None:
    heard: list[int] = []

    def hear(number: int, _: object) -> None:
        heard.append(number)

    before = signal.signal(signal.SIGINT, hear)
    try:
        with undisturbed():
            os.kill(os.getpid(), signal.SIGINT)
            time.sleep(0.01)
            assert heard == []
        assert heard == [signal.SIGINT]
        assert signal.getsignal(signal.SIGINT) is hear
    finally:
        signal.signal(signal.SIGINT, before)


@pytest.mark.parametrize("step", ["fsync", "chmod", "replace"])
@pytest.mark.parametrize("at", [1, 2, 3])
def test_ctrl_c_leaves_a_set_of_files_old_or_new(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str, at: int
) -> None:
    paths = [tmp_path / name for name in "abc"]
    write_many(dict.fromkeys(paths, b"old"))
    real, calls = getattr(os, step), []

    def pressed(*args: object) -> object:
        calls.append(args)
        if len(calls) == at:
            os.kill(os.getpid(), signal.SIGINT)
            time.sleep(0.01)
        return real(*args)

    monkeypatch.setattr(writing.os, step, pressed)
    with pytest.raises(KeyboardInterrupt):
        write_many(dict.fromkeys(paths, b"new"))
    assert {p.read_bytes() for p in paths} == {b"new" if step == "replace" else b"old"}
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a", "b", "c"]
