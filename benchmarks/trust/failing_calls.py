"""No torn file when the system refuses: the k-th call of each kind that a write makes fails.

    python benchmarks/trust/failing_calls.py                   # every writer; needs Linux and strace
    python benchmarks/trust/failing_calls.py .csv letters      # some

A child is forked for each failure. strace makes the k-th system call of one kind in it fail, once or from
then on, for k = 1, 2, 3 … until the write passes untouched; from some k on in steps of a third of it, as
a library writes a file in a thousand pieces. Calls inside of GDAL, SQLite and typst fail too. What is made
in memory is made once beforehand.

After each failure: every file is the old one or all are the new ones; where they are not, the error or
`check_published` names those that are new, and the same write completes them. A write that failed changed
nothing, its error is pitchplan's own and names the file and a way out, and no temporary file is left unless
taking it away was what the system refused. Ends with 1 where any of it does not hold, or where a kind of
call that a writer makes was never made to fail. Where a call failed that was for a file of another program,
such as a font, only that no file is torn is looked at; so it is where GDAL crashes, which it does when it
cannot open the ``.cpg`` of a shapefile.
"""

from __future__ import annotations

import mmap
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from writers import Writer, files_in, laid_out, of_bytes, of_office, of_sets, of_suffix

from pitchplan.errors import PitchplanError
from pitchplan.files.ledger import LEDGER, check_published
from pitchplan.sheets import render
from pitchplan.sheets.formats import FORMATS
from pitchplan.sheets.pdf import printing_fonts

CALLS = {
    "open": (["openat"], ["ENOSPC", "EACCES", "EROFS", "EIO"]),
    "write": (["write", "pwrite64"], ["ENOSPC", "EIO"]),
    "sync": (["fsync", "fdatasync"], ["EIO", "ENOSPC"]),
    "cut": (["ftruncate"], ["EIO", "ENOSPC"]),
    "rename": (["rename", "renameat"], ["EACCES", "EIO", "EROFS", "ENOSPC"]),
    "link": (["link", "linkat"], ["EPERM", "ENOSPC"]),
    "mkdir": (["mkdir", "mkdirat"], ["EACCES", "ENOSPC", "EROFS"]),
    "chmod": (["chmod", "fchmodat"], ["EPERM", "EROFS"]),
    "unlink": (["unlink", "unlinkat", "rmdir"], ["EACCES", "EIO"]),
    "look": (["lstat", "stat", "newfstatat"], ["EACCES", "EIO"]),
    "read": (["read"], ["EIO"]),
}
"""System calls and errors by kind. `?` before a name: not every processor has it."""
SCRATCH = (".pdf", ".png", ".gpkg", ".fgb", ".shp.zip", "letters", "permit cards")
SETS = ("write_cds", "write_many", "guarded set", "letters")
MAKES_FOLDER = ("write_cds", "letters")
TAKES_AWAY = re.compile(
    r'\b(unlink|unlinkat|rmdir|newfstatat|lstat)\(|openat\(.*/pitchplan-\w+("|>, "\w+"), O_RDONLY'
)
WAY_OUT = re.compile(r"Make |Check |Try again|write to another|name another|Put back|Make it first")
_EVERY = 2
"""Each error is tried once and from then on up to this call; one of them at each call after it."""
_ALL, _MANY, _FEW = 100, 4, 2
"""Calls that fail one by one before steps get larger: ours; a library's that writes; what it looks at."""
_SECONDS = 60
REPLACED = "replaced only in the ledger"


@dataclass
class Tally:
    """What came of the failures of one writer."""

    failures: Counter[str] = field(default_factory=Counter)
    refused: int = 0
    passed: int = 0
    left: int = 0
    crashed: int = 0
    faults: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Place:
    """A writer, the files it writes, and where it may write."""

    name: str
    write: Writer
    root: Path
    old: dict[str, bytes]
    new: dict[str, bytes]

    @property
    def folder(self) -> Path:
        """Where the files are."""
        return self.root / "out"

    @property
    def scratch(self) -> Path:
        """Where temporary files of other libraries are."""
        return self.root / "scratch"

    def lay(self, files: dict[str, bytes]) -> None:
        """Put files into the emptied folders."""
        for folder in (self.folder, self.scratch):
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
        for name, data in files.items():
            (self.folder / name).parent.mkdir(exist_ok=True)
            (self.folder / name).write_bytes(data)


def said_by_child(write: Writer, folder: Path, traced: list[str] | None = None) -> str:
    """Let a child write the new version, traced or not; return its error, "" where it wrote all."""
    said = mmap.mmap(-1, 1 << 16)
    child = os.fork()
    if child == 0:
        signal.alarm(_SECONDS)
        try:
            os.kill(os.getpid(), signal.SIGSTOP)
            write(folder, 1)
            said.write(b"done")
        except PitchplanError as error:
            said.write(f"{type(error).__name__}: {error}".encode()[: 1 << 15])
        except BaseException as error:
            said.write(f"not ours: {type(error).__name__}: {error}".encode()[: 1 << 15])
        finally:
            os._exit(0)
    os.waitpid(child, os.WUNTRACED)
    tracer = subprocess.Popen([*traced, "-p", str(child)], stderr=subprocess.DEVNULL) if traced else None
    status = Path(f"/proc/{child}/status")
    while tracer and "TracerPid:\t0\n" in status.read_text() and tracer.poll() is None:
        time.sleep(0.001)
    os.kill(child, signal.SIGCONT)
    _, status = os.waitpid(child, 0)
    if tracer:
        tracer.wait()
    text = said[:].rstrip(b"\0").decode(errors="replace")
    by = signal.Signals(os.WTERMSIG(status)).name if os.WIFSIGNALED(status) else "itself"
    return {"done": "", "": f"not ours: ended without a word by {by}"}.get(text, text)


def refused(place: Place, call: str, error: str, k: int, on: bool) -> tuple[str, list[str]]:
    """Write with one failure; return what the writer said, and the calls that were made to fail."""
    log = place.root / "strace"
    when = f"{k}+" if on else str(k)
    command = ["strace", "-f", "-y", "-qq", "-o", str(log)]
    traced = [*command, "-e", f"trace={call}", "-e", f"inject={call}:error={error}:when={when}"]
    said = said_by_child(place.write, place.folder, traced)
    return said, [line for line in log.read_text(errors="replace").splitlines() if "(INJECTED)" in line]


def moments(few: int) -> Iterator[int]:
    """Count 1, 2, 3 … and in larger steps from some number on."""
    k = 1
    while True:
        yield k
        k += 1 if k < few else max(1, k // 3)


def judge(place: Place, said: str, hit: list[str], what: str, tally: Tally) -> None:
    """Look at what one failure left."""
    left, faults = files_in(place.folder), []
    if said.endswith("by SIGSEGV") and any(".cpg" in line for line in hit):
        tally.crashed += 1
        tally.faults += [f"{what}: crashed, and the file is torn"] if left != place.old else []
        return
    ours = any(str(place.root) in line for line in hit)
    alone = all(str(place.root) in line for line in hit)  # not also the files of other programs
    temporary = [p for p in place.root.rglob("*") if p.name.startswith((".pitchplan-", "pitchplan-"))]
    kept = [p for p in temporary if any(p.name in line and TAKES_AWAY.search(line) for line in hit)]
    tally.left += bool(kept)
    faults += [f"left {p.name}" for p in temporary if p not in kept]
    if not said:
        tally.passed += ours
        if left != place.new and alone:
            faults.append("it said nothing and wrote not everything")
    else:
        tally.refused += ours
        names = [*{Path(n).name for n in place.new}, str(place.folder)]
        if alone and (said.startswith("not ours") or not any(n in said for n in names)):
            faults.append("the error is not ours, or names no file")
        elif alone and not WAY_OUT.search(said):
            faults.append("the error names no way out")
        if left != place.old:
            faults += mixed(place, left, said)
    tally.faults += [f"{what}: {fault} | {said} | {hit[0][:200]}" for fault in faults]


def mixed(place: Place, left: dict[str, bytes], said: str) -> list[str]:
    """Tell what is wrong where a write that failed changed something."""
    for name, data in left.items():
        if data not in (place.old.get(name), place.new.get(name)):
            return [f"{name} is torn"]
    changed = [name for name in place.new if left.get(name) != place.old.get(name)]
    told = all(str(place.folder / name) in said for name in changed)
    if LEDGER in left:
        states = check_published(place.folder).set_index("file")["state"]
        told = told or (changed == [LEDGER] and states.iloc[0] in ("missing", REPLACED))
    if not told:
        return [f"{changed} changed, and nothing says so"]
    again = said_by_child(place.write, place.folder)
    return [] if files_in(place.folder) == place.new else [f"the same write does not complete it: {again}"]


def needed(name: str) -> set[str]:
    """Return the kinds of calls that a writer is known to make."""
    kinds = {"open", "write", "sync", "rename", "chmod", "look"}
    if name.startswith("published") or name in SETS:
        kinds.add("link")
    if name in SCRATCH:
        kinds |= {"mkdir", "unlink"}
    if name in MAKES_FOLDER:
        kinds.add("mkdir")
    return kinds


def tried(name: str, write: Writer, root: Path) -> Tally:
    """Make every call of one writer fail."""
    place = Place(name, write, root, {}, {})
    tempfile.tempdir = str(place.scratch)
    place.lay({})
    if not name.startswith("first"):
        said_by_child(lambda folder, _: write(folder, 0), place.folder)
    old = files_in(place.folder)
    said = said_by_child(write, place.folder)
    place = Place(name, write, root, old, files_in(place.folder))
    assert not said, said
    assert place.new != old
    tally = Tally()
    for kind, (calls, errors) in CALLS.items():
        few = _ALL if name not in SCRATCH else _FEW if kind in ("look", "read") else _MANY
        before = {} if kind == "mkdir" else old
        for call in calls:
            for k in moments(few):
                chosen = errors if k <= _EVERY else [errors[k % len(errors)]]
                ways = [(e, on) for e in chosen for on in ((False, True) if k <= _EVERY else (k % 2 > 0,))]
                reached = False
                for error, on in ways:
                    place.lay(before)
                    said, hit = refused(Place(name, write, root, before, place.new), call, error, k, on)
                    reached = reached or bool(hit)
                    if hit:
                        tally.failures[kind] += any(str(root) in line for line in hit)
                        what = f"{name}, {call} {k}{'+' if on else ''} {error}"
                        judge(Place(name, write, root, before, place.new), said, hit, what, tally)
                if not reached:
                    break
    return tally


def main() -> None:
    """Try every writer, or those named."""
    if not shutil.which("strace"):
        raise SystemExit("strace is not installed: nothing was tried")
    plans, sheets = laid_out()
    # Libraries and fonts are loaded before the forks; typst's threads would not outlive them.
    printing_fonts("西瓜")
    for suffix in (".gpkg", ".fgb", ".shp.zip"):
        render(sheets["draft"][0], suffix)
    drafts, published = sheets["draft"], sheets["published"]
    made = (b"old" * 50_000, b"new" * 50_000)
    writers = {
        suffix: of_suffix(suffix, drafts) if suffix in SCRATCH else of_bytes(suffix, drafts, made)
        for suffix in FORMATS
    }
    writers |= {f"published {s}": of_bytes(s, published, made, "moved") for s in FORMATS}
    writers["first published .pdf"] = of_bytes(".pdf", published, made)
    writers |= of_sets(sheets["draft"]) | of_office(plans, sheets["office"])
    asked = sys.argv[1:]
    writers = {name: write for name, write in writers.items() if name in asked or not asked}
    failures: Counter[str] = Counter()
    faults, hollow = 0, []
    for name, write in writers.items():
        with tempfile.TemporaryDirectory(dir="/tmp") as root:
            tally = tried(name, write, Path(root))
        counts = ", ".join(f"{kind} {n}" for kind, n in tally.failures.items() if n)
        came = (
            f"{tally.refused} refused, {tally.passed} written all the same,"
            f" {tally.left} kept temporary files, {tally.crashed} crashes of GDAL"
        )
        print(f"{name:<22} {sum(tally.failures.values())} failures ({counts})")
        print(f"{'':<22} {came}, {len(tally.faults)} faults", flush=True)
        for fault in tally.faults[:8]:
            print(f"    {fault}")
        failures += tally.failures
        faults += len(tally.faults)
        hollow += [f"{name}: no {kind}" for kind in needed(name) if not tally.failures[kind]]
    total = sum(failures.values())
    print(f"{len(writers)} writers, {total} failing calls of {len(failures)} kinds: {faults} faults")
    if hollow:
        print(f"never made to fail: {'; '.join(hollow)}")
    raise SystemExit(faults > 0 or bool(hollow))


if __name__ == "__main__":
    main()
