"""A published file never changes silently, whatever fails and wherever the power goes."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from pitchplan import schemas
from pitchplan.errors import InputError, OutputError
from pitchplan.files import ledger, writing
from pitchplan.files.ledger import LEDGER, check_published, write_guarded, write_many_guarded, write_published

FIRST = {"title": "西瓜地图 2026", "issued": "2026-05-20"}
SECOND = {"title": "西瓜地图 2026", "issued": "2026-06-10"}


def sha(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def entries(folder: Path) -> dict:
    return json.loads((folder / LEDGER).read_text(encoding="utf-8"))["files"]


def states(folder: Path) -> dict[str, str]:
    report = check_published(folder)
    assert list(report.columns) == schemas.PUBLISHED.names
    return dict(zip(report["file"], report["state"], strict=True))


def test_what_is_published_is_listed_and_kept(tmp_path: Path) -> None:
    target = tmp_path / "地图.pdf"
    assert write_published(target, b"one", **FIRST) == target
    assert entries(tmp_path) == {"地图.pdf": {**FIRST, "sha256": sha(b"one"), "history": []}}
    assert "地图.pdf" in (tmp_path / LEDGER).read_text(encoding="utf-8")
    ledger = (tmp_path / LEDGER).read_bytes()
    for change in (
        lambda: write_published(target, b"two", **SECOND),
        lambda: write_guarded(target, b"two"),
    ):
        with pytest.raises(OutputError, match=r"published on 2026-05-20.*another name, such as 地图-2\.pdf"):
            change()
        assert target.read_bytes() == b"one"
        assert (tmp_path / LEDGER).read_bytes() == ledger
    # The same bytes are fine, from whomever.
    write_published(target, b"one", **SECOND)
    write_guarded(target, b"one")
    assert (tmp_path / LEDGER).read_bytes() == ledger
    write_guarded(tmp_path / "draft.pdf", b"three")
    assert states(tmp_path) == {"地图.pdf": "as published"}


def test_a_reason_replaces_and_is_kept_with_the_old_hash(tmp_path: Path) -> None:
    target = tmp_path / "map.pdf"
    write_published(target, b"one", **FIRST)
    write_published(target, b"two", **SECOND, replaces="12号点移到路对面")
    write_published(target, b"three", title="T", issued="2026-07-01", replaces="moved back")
    entry = entries(tmp_path)["map.pdf"]
    assert entry["sha256"] == sha(b"three")
    assert entry["history"] == [
        {**FIRST, "sha256": sha(b"one"), "replaced_because": "12号点移到路对面"},
        {**SECOND, "sha256": sha(b"two"), "replaced_because": "moved back"},
    ]
    assert check_published(tmp_path)["replaced"].tolist() == [2]
    # Only what was replaced last may still lie there: the ledger was written, and the power went.
    for data, state in ((b"two", "replaced only in the ledger"), (b"one", "changed")):
        target.write_bytes(data)
        assert states(tmp_path) == {"map.pdf": state}
    target.write_bytes(b"three")
    # An earlier version does not come back silently either.
    with pytest.raises(OutputError, match="published on 2026-07-01"):
        write_published(target, b"one", **FIRST)
    with pytest.raises(InputError, match=r"nothing was published as other\.pdf.*map\.pdf"):
        write_published(tmp_path / "other.pdf", b"x", **FIRST, replaces="why")
    assert not (tmp_path / "other.pdf").exists()


@pytest.mark.parametrize("many", [0, 1, 10, 11])
def test_where_a_name_is_none_of_those_published_ten_of_them_are_told(tmp_path: Path, many: int) -> None:
    names = [f"map-{k:02d}.pdf" for k in range(many)]
    for name in names:
        write_published(tmp_path / name, name.encode(), **FIRST)
    with pytest.raises(InputError) as error:
        write_published(tmp_path / "other.pdf", b"x", **FIRST, replaces="why")
    told = ", ".join(names[:10]) + (" …" if many == 11 else "") or "none"
    assert error.value.faults[0].fix == f"Leave replaces out, or check the name; published are: {told}"


def test_the_report_names_what_changed_and_what_is_missing(tmp_path: Path) -> None:
    for name in ("a.pdf", "b.pdf", "c.pdf"):
        write_published(tmp_path / name, name.encode(), **FIRST)
    (tmp_path / "a.pdf").write_bytes(b"someone was here")
    (tmp_path / "b.pdf").unlink()
    assert states(tmp_path) == {"a.pdf": "changed", "b.pdf": "missing", "c.pdf": "as published"}
    report = check_published(tmp_path).set_index("file")
    assert report.loc["a.pdf", "found_sha256"] == sha(b"someone was here")
    write_published(tmp_path / "b.pdf", b"b.pdf", **FIRST)
    assert states(tmp_path)["b.pdf"] == "as published"
    with pytest.raises(InputError, match="there is no published"):
        check_published(tmp_path / "nowhere")


@pytest.mark.parametrize("code", [errno.EACCES, errno.EIO, errno.ENOENT])
def test_what_cannot_be_read_is_not_called_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    write_published(tmp_path / "a.pdf", b"one", **FIRST)
    read = Path.read_bytes

    def refused(path: Path) -> bytes:
        if path.name == "a.pdf":
            raise OSError(code, os.strerror(code))
        return read(path)

    monkeypatch.setattr(Path, "read_bytes", refused)
    assert states(tmp_path) == {"a.pdf": "missing" if code == errno.ENOENT else "not readable"}
    assert check_published(tmp_path)["found_sha256"].tolist() == [""]


@pytest.mark.parametrize("code", [errno.EACCES, errno.EIO])
def test_a_ledger_that_cannot_be_looked_at_is_not_overlooked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    """Else what was published would be overwritten silently."""
    write_published(tmp_path / "a.pdf", b"one", **FIRST)
    stat = Path.stat

    def refused(path: Path, **options: bool) -> os.stat_result:
        if path.name == LEDGER:
            raise OSError(code, os.strerror(code))
        return stat(path, **options)

    with monkeypatch.context() as patched:
        patched.setattr(Path, "stat", refused)
        with pytest.raises(OutputError, match=f"cannot be told.*{os.strerror(code)}"):
            write_guarded(tmp_path / "a.pdf", b"two")
    assert states(tmp_path) == {"a.pdf": "as published"}


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", '{"ledger": "other/1", "files": {}}', '{"ledger": "pitchplan-published/1"}',
     '{"ledger": "pitchplan-published/1", "files": {"a.pdf": {}}}',
     '{"ledger": "pitchplan-published/1", "files": {"../a.pdf": {"title": "", "issued": "2026-05-20", '
     '"sha256": "' + "0" * 64 + '", "history": []}}}'],
)  # fmt: skip
def test_a_damaged_ledger_stops_every_write_and_is_never_overwritten(tmp_path: Path, text: str) -> None:
    (tmp_path / LEDGER).write_text(text)
    for write in (
        lambda: write_guarded(tmp_path / "a.pdf", b"x"),
        lambda: write_published(tmp_path / "a.pdf", b"x", **FIRST),
    ):
        with pytest.raises(OutputError, match="cannot be told"):
            write()
    with pytest.raises(InputError):
        check_published(tmp_path)
    assert (tmp_path / LEDGER).read_text() == text
    assert not (tmp_path / "a.pdf").exists()


def test_a_link_with_another_case_is_the_same_file(tmp_path: Path) -> None:
    """As on systems that take MAP.PDF and map.pdf for one name."""
    write_published(tmp_path / "map.pdf", b"one", **FIRST)
    (tmp_path / "MAP.pdf").hardlink_to(tmp_path / "map.pdf")
    with pytest.raises(OutputError, match=r"published as map\.pdf"):
        write_guarded(tmp_path / "MAP.pdf", b"two")
    (tmp_path / "Map.pdf").write_bytes(b"another file")
    write_guarded(tmp_path / "Map.pdf", b"two")


# --- faults -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("step", ["replace", "fsync", "chmod"])
@pytest.mark.parametrize("fails_at", [1, 2, 3])
@pytest.mark.parametrize("replacing", [False, True])
def test_a_failure_leaves_file_and_ledger_as_they_were(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str, fails_at: int, replacing: bool
) -> None:
    target = tmp_path / "map.pdf"
    if replacing:
        write_published(target, b"one", **FIRST)
    before = {p.name: p.read_bytes() for p in tmp_path.iterdir()}
    real, calls = getattr(writing.os, step), []

    def fail(*args: object) -> object:
        calls.append(args)
        if len(calls) == fails_at:
            raise OSError(28, "No space left on device")
        return real(*args)

    with monkeypatch.context() as patched:
        patched.setattr(writing.os, step, fail)
        reason = {"replaces": "why"} if replacing else {}
        try:
            write_published(target, b"two", **SECOND, **reason)
        except OutputError:
            assert {p.name: p.read_bytes() for p in tmp_path.iterdir()} == before
        else:
            assert states(tmp_path) == {"map.pdf": "as published"}
            assert target.read_bytes() == b"two"


_CRASH = """
import os, sys
from pathlib import Path
from pitchplan.files import ledger, writing
from pitchplan.files.ledger import write_published
folder, at, replaces = Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
calls = 0
def counted(real):
    def call(*args, **kwargs):
        global calls
        calls += 1
        if calls == at:
            os._exit(9)
        return real(*args, **kwargs)
    return call
for name in ("replace", "fsync", "chmod", "fdopen"):
    setattr(writing.os, name, counted(getattr(os, name)))
write_published(folder / "map.pdf", b"two", title="T", issued="2026-06-10", replaces=replaces)
print(calls)
"""


@pytest.mark.parametrize("replacing", [False, True])
def test_wherever_the_power_goes_nothing_is_published_unlisted(tmp_path: Path, replacing: bool) -> None:
    seen, at = set(), 0
    while True:
        at += 1
        folder = tmp_path / str(at)
        folder.mkdir()
        target = folder / "map.pdf"
        if replacing:
            write_published(target, b"one", **FIRST)
        command = [sys.executable, "-c", _CRASH, str(folder), str(at), "why" if replacing else ""]
        done = subprocess.run(command, capture_output=True, text=True)
        assert done.returncode in (0, 9), done.stderr
        state = states(folder)["map.pdf"] if (folder / LEDGER).exists() else "nothing"
        file = target.read_bytes() if target.exists() else b""
        listed = entries(folder)["map.pdf"]["sha256"] if state != "nothing" else ""
        # The new bytes are never there without the ledger that lists them.
        assert file != b"two" or listed == sha(b"two")
        if listed == sha(b"two") and file != b"two":
            assert state == ("replaced only in the ledger" if replacing else "missing")
            with pytest.raises(OutputError, match="published on 2026-06-10"):
                write_guarded(target, b"three")
        seen.add((state, file))
        # The same call again completes it.
        write_published(target, b"two", title="T", issued="2026-06-10", replaces="why" if replacing else "")
        assert states(folder) == {"map.pdf": "as published"}
        assert len(entries(folder)["map.pdf"]["history"]) == replacing
        if done.returncode == 0:
            break
    old = ("as published", b"one") if replacing else ("nothing", b"")
    between = ("replaced only in the ledger", b"one") if replacing else ("missing", b"")
    assert seen == {old, between, ("as published", b"two")}
    assert at > 6


def test_two_at_once_lose_no_entry(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from pitchplan.files.ledger import write_published\n"
        "for k in range(15): write_published(Path(sys.argv[1]) / f'{sys.argv[2]}{k}.pdf', b'x', title='T', "
        "issued='2026-05-20')"
    )
    pytest.importorskip("fcntl")
    runs = [subprocess.Popen([sys.executable, "-c", code, str(tmp_path), name]) for name in "ab"]
    assert [run.wait() for run in runs] == [0, 0]
    assert len(entries(tmp_path)) == 30


def test_who_writes_waits_for_who_writes_already(tmp_path: Path) -> None:
    fcntl = pytest.importorskip("fcntl")
    code = "import sys; from pathlib import Path; from pitchplan.files.ledger import write_guarded\n"
    code += "print('now', flush=True); write_guarded(Path(sys.argv[1]) / 'map.pdf', b'x')"
    handle = os.open(tmp_path, os.O_RDONLY)
    fcntl.flock(handle, fcntl.LOCK_EX)
    with subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], stdout=subprocess.PIPE) as run:
        assert run.stdout is not None
        assert run.stdout.readline() == b"now\n"
        with pytest.raises(subprocess.TimeoutExpired):
            run.wait(1.0)
        assert list(tmp_path.iterdir()) == []
        os.close(handle)
        assert run.wait(20) == 0
    assert (tmp_path / "map.pdf").read_bytes() == b"x"


def test_of_several_files_none_is_written_where_one_is_published(tmp_path: Path) -> None:
    write_published(tmp_path / "a.json", b"one", **FIRST)
    with pytest.raises(OutputError, match=r"a\.json: not written, because it was published"):
        write_many_guarded({tmp_path / "b.json": b"x", tmp_path / "a.json": b"two"})
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.json", LEDGER]
    write_many_guarded({tmp_path / "b.json": b"x", tmp_path / "a.json": b"one"})
    assert (tmp_path / "b.json").read_bytes() == b"x"


def test_what_is_first_published_while_a_draft_is_written_is_not_lost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The draft's writer found no ledger; before it has the folder to itself, another one publishes."""
    alone = ledger._alone

    def late(folder: Path) -> object:
        monkeypatch.setattr(ledger, "_alone", alone)
        write_published(tmp_path / "map.pdf", b"one", **FIRST)
        return alone(folder)

    monkeypatch.setattr(ledger, "_alone", late)
    with pytest.raises(OutputError, match="published on"):
        write_guarded(tmp_path / "map.pdf", b"draft")
    assert (tmp_path / "map.pdf").read_bytes() == b"one"


def test_a_folder_said_in_two_ways_does_not_wait_for_itself(tmp_path: Path) -> None:
    (tmp_path / "here").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "here")
    files = [tmp_path / "here" / "a", tmp_path / "link" / "b", tmp_path / "here" / ".." / "here" / "c"]
    code = (
        "import sys; from pathlib import Path; from pitchplan.files.ledger import write_many_guarded\n"
        "write_many_guarded({Path(p): b'x' for p in sys.argv[1:]})"
    )
    subprocess.run([sys.executable, "-c", code, *map(str, files)], check=True, timeout=60)
    assert sorted(p.name for p in (tmp_path / "here").iterdir()) == ["a", "b", "c"]


def test_what_was_changed_by_hand_stays_in_the_history_by_its_hash(tmp_path: Path) -> None:
    target = tmp_path / "map.pdf"
    write_published(target, b"one", **FIRST)
    target.write_bytes(b"by hand")
    write_published(target, b"two", **SECOND, replaces="why")
    (past,) = entries(tmp_path)["map.pdf"]["history"]
    assert past["changed_to_sha256"] == sha(b"by hand")
    write_published(target, b"three", **SECOND, replaces="why")
    assert "changed_to_sha256" not in entries(tmp_path)["map.pdf"]["history"][1]
    assert states(tmp_path) == {"map.pdf": "as published"}
