"""Files appear whole or not at all."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from pitchplan.errors import OutputError
from pitchplan.files import writing
from pitchplan.files.writing import make_folder, write_atomically, write_many


def _names(folder: Path) -> list[str]:
    return sorted(p.name for p in folder.iterdir())


def test_writes_and_replaces(tmp_path: Path) -> None:
    target = tmp_path / "地图.svg"
    assert write_atomically(target, b"one") == target
    write_atomically(str(target), b"two")
    assert target.read_bytes() == b"two"
    assert _names(tmp_path) == ["地图.svg"]


@pytest.mark.parametrize("step", ["replace", "fsync", "chmod"])
def test_a_failure_leaves_what_was_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str) -> None:
    target = tmp_path / "map.svg"
    target.write_bytes(b"old")

    def fail(*args: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(writing.os, step, fail)
    with pytest.raises(OutputError, match=r"map\.svg.*No space left"):
        write_atomically(target, b"new")
    assert target.read_bytes() == b"old"
    assert _names(tmp_path) == ["map.svg"]


def test_an_interrupt_leaves_no_temporary_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(*args: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(writing.os, "replace", stop)
    with pytest.raises(KeyboardInterrupt):
        write_atomically(tmp_path / "map.svg", b"new")
    assert _names(tmp_path) == []


def test_the_bytes_reach_the_disk_before_the_name_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps: list[str] = []
    fsync, replace = os.fsync, os.replace
    monkeypatch.setattr(writing.os, "fsync", lambda handle: (steps.append("fsync"), fsync(handle))[1])
    monkeypatch.setattr(writing.os, "replace", lambda a, b: (steps.append("replace"), replace(a, b))[1])
    write_atomically(tmp_path / "map.svg", b"new")
    assert steps[:2] == ["fsync", "replace"]


def test_many_are_staged_before_any_is_put_in_place(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"old")
    with pytest.raises(OutputError, match="does not exist"):
        write_many({tmp_path / "a": b"new", tmp_path / "missing" / "b": b"new"})
    assert (tmp_path / "a").read_bytes() == b"old"
    assert _names(tmp_path) == ["a"]
    assert write_many({tmp_path / "a": b"1", tmp_path / "b": b"2"}) == [tmp_path / "a", tmp_path / "b"]
    assert _names(tmp_path) == ["a", "b"]


@pytest.mark.parametrize("links", [True, False])
@pytest.mark.parametrize("bad", ["a", "b", "c"])
def test_of_many_none_changes_where_one_cannot_have_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, bad: str, links: bool
) -> None:
    """Old files are put back where the system knows second names; new ones go in any case."""
    (tmp_path / "b").write_bytes(b"old")
    (tmp_path / "c").write_bytes(b"old")
    replace = os.replace

    def refuse(*args: object) -> None:
        raise OSError(1, "Operation not permitted")

    def one_fails(a: Path, b: Path) -> None:
        if b.name == bad and a.read_bytes() != b"old":
            raise OSError(5, "Input/output error")
        replace(a, b)

    monkeypatch.setattr(writing.os, "replace", one_fails)
    if not links:
        monkeypatch.setattr(writing.os, "link", refuse)
    stays = bad == "c" and not links
    said = r"/c: not written.*disk\. But already replaced, each whole: .*b\. The same write" if stays else bad
    with pytest.raises(OutputError, match=said) as refused:
        write_many({tmp_path / name: b"new" for name in "abc"})
    assert ("already" in str(refused.value)) == stays
    assert {p.name: p.read_bytes() for p in tmp_path.iterdir()} == {
        "b": b"new" if stays else b"old",
        "c": b"old",
    }


def test_only_stale_temporary_files_are_swept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Those of a process that was killed an hour ago; not those of one that is writing now."""
    for name in (".pitchplan-of-another.tmp", "mine.tmp"):
        (tmp_path / name).write_bytes(b"x")
        os.utime(tmp_path / name, (0, 0))  # the second name of an old file is as old as its bytes
    write_atomically(tmp_path / "map.svg", b"x")
    assert _names(tmp_path) == [".pitchplan-of-another.tmp", "map.svg", "mine.tmp"]
    now = time.time()
    monkeypatch.setattr(writing.time, "time", lambda: now + 3700)
    write_atomically(tmp_path / "map.svg", b"x")
    assert _names(tmp_path) == ["map.svg", "mine.tmp"]


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    assert make_folder(tmp_path / "a" / "b") == make_folder(str(tmp_path / "a" / "b")) == tmp_path / "a" / "b"
    (tmp_path / "file").write_bytes(b"x")
    for folder, what in (("file", "a file has this name"), ("file/c", "could not be made.*Try again")):
        with pytest.raises(OutputError, match=what):
            make_folder(tmp_path / folder)
    with pytest.raises(OutputError, match=r"nowhere does not exist\. Make it first"):
        make_folder(tmp_path / "nowhere" / "c", parents=False)


def test_the_mode_of_a_file_that_cannot_be_looked_at_is_not_guessed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file of the office's eyes alone would come out open to everybody."""
    target = write_atomically(tmp_path / "office.pdf", b"old")
    target.chmod(0o600)

    stat = Path.stat

    def fail(path: Path, **options: bool) -> os.stat_result:
        if path == target and any(tmp_path.glob(".pitchplan-*")):
            raise OSError(5, "Input/output error")
        return stat(path, **options)

    monkeypatch.setattr(Path, "stat", fail)
    with pytest.raises(OutputError, match="Input/output error"):
        write_atomically(target, b"new")
    monkeypatch.undo()
    assert (target.read_bytes(), target.stat().st_mode & 0o777) == (b"old", 0o600)


def test_a_folder_in_the_way_is_named(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="a folder has this name"):
        write_atomically(tmp_path, b"x")


@pytest.mark.parametrize(
    ("name", "what"),
    [
        ("a" * 300 + ".svg", "name is too long"),
        ("路" * 100 + ".svg", "name is too long"),
        ("a\0b.svg", "NUL"),
        ("a/" * 3000 + "b.svg", "name is too long"),
        ("map.svg/b.svg", "not written"),
    ],
)
def test_names_no_file_can_have_are_named(tmp_path: Path, name: str, what: str) -> None:
    (tmp_path / "map.svg").write_bytes(b"old")
    for write in (lambda p: write_atomically(p, b"x"), lambda p: write_many({tmp_path / "a": b"x", p: b"x"})):
        with pytest.raises(OutputError, match=what) as refused:
            write(tmp_path / name)
        # Enough of the path to know it by, not thousands of letters.
        assert str(tmp_path)[:60] in str(refused.value)
        assert len(str(refused.value)) < 250
    assert _names(tmp_path) == ["map.svg"]


def test_of_a_path_80_letters_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for many, told in ((76, ".svg"), (77, ".sv…")):
        with pytest.raises(OutputError) as error:
            write_atomically(Path("𠀀" * many + ".svg"), b"x")
        assert str(error.value).startswith("𠀀" * many + told + ": not written, because the name is too long")


def test_a_new_file_can_be_read_by_others_and_an_old_one_keeps_its_mode(tmp_path: Path) -> None:
    mask = os.umask(0o022)
    try:
        write_atomically(tmp_path / "a", b"x")
    finally:
        os.umask(mask)
    assert (tmp_path / "a").stat().st_mode & 0o777 == 0o644
    (tmp_path / "a").chmod(0o600)
    write_atomically(tmp_path / "a", b"y")
    assert (tmp_path / "a").stat().st_mode & 0o777 == 0o600


@contextmanager
def folder_of_another() -> Iterator[Path]:
    """Lend a folder that may be read but not written; root, who may write anywhere, is nobody meanwhile.

    No fixture: between the phases of a test, what measures coverage writes files of its own.
    """
    with TemporaryDirectory() as name:
        Path(name).chmod(0o555)
        is_root = os.geteuid() == 0
        if is_root:
            os.seteuid(65_534)
        try:
            yield Path(name)
        finally:
            if is_root:
                os.seteuid(0)
            Path(name).chmod(0o700)


@pytest.mark.skipif(os.name != "posix", reason="folders have no such modes")
def test_a_folder_that_may_not_be_written_is_named() -> None:
    with (
        folder_of_another() as folder,
        pytest.raises(OutputError, match="Permission denied") as refused,
    ):
        write_atomically(folder / "map.svg", b"x")
    assert str(folder) in str(refused.value)


def test_looking_at_the_umask_leaves_it_as_it_is(tmp_path: Path) -> None:
    mask = os.umask(0o027)
    try:
        write_atomically(tmp_path / "a", b"new")
        write_atomically(tmp_path / "b", b"new")
        assert os.umask(0o027) == 0o027
    finally:
        os.umask(mask)
    assert {(tmp_path / name).stat().st_mode & 0o777 for name in "ab"} == {0o640}


def test_no_write_leaves_a_file_open(tmp_path):
    def handles():
        return len(list(Path("/proc/self/fd").iterdir()))

    write_atomically(tmp_path / "a", b"1")
    before = handles()
    for k in range(20):
        write_many({tmp_path / "a": b"%d" % k, tmp_path / "b": b"2"})
    assert handles() == before


@pytest.mark.parametrize(
    ("named", "shown"),
    [("map.pdf", ""), (".map.tmp", ""), (None, ""), ("../elsewhere/part", ": {folder}/../elsewhere/part")],
)
def test_what_the_system_refused_is_named_where_it_is_another_file(tmp_path, named, shown):
    target = tmp_path / "map.pdf"
    path = None if named is None else str(tmp_path / named)
    with pytest.raises(OutputError) as error, writing.making(target):
        raise OSError(13, "Permission denied", path)
    said = str(error.value)
    assert said.startswith(
        f"{target}: not written (Permission denied{shown.format(folder=tmp_path)}). What was"
    )
