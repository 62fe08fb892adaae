"""No torn file: writers are killed at random moments, and each file holds its old bytes or its new ones.

    python benchmarks/trust/torn.py          # 200 kills of each writer
    python benchmarks/trust/torn.py 20 .csv .fgb

Prints kills and torn files per writer; ends with 1 where a file is torn, or where a published file and
its ledger disagree in a way that `check_published` does not name or the same write does not mend.

A child is forked for each kill. What is written is made once beforehand: the first file is touched after
the last byte is made, so only the time from there on can tear one. Power cuts are not tried:
a kill leaves what the system has cached.
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import pitchplan as pp
from pitchplan.files.ledger import LEDGER, check_published, write_many_guarded
from pitchplan.files.writing import write_many
from pitchplan.sheets import sheet as sheets
from pitchplan.sheets import write_cds
from pitchplan.sheets.formats import FORMATS

Writer = Callable[[Path, int], object]
"""Writes the old (0) or the new (1) version into a folder."""
REPLACED = "replaced only in the ledger"


def laid_out() -> tuple[list[pp.Sheet], list[pp.Sheet]]:
    """Lay the demonstration city out in two versions, as drafts and as published."""
    spring = pp.datasets.spring_city()
    found = pp.find_candidates(spring.city, spring.book, season=spring.season, decisions=spring.decisions)
    plans = [
        pp.greedy_plan(pp.siting_problem(found, spring.city, vendors=n, decisions=spring.decisions))
        for n in (40, 30)
    ]
    drafts, published = (
        [
            pp.map_sheet(
                plans[k], spring.city, title=f"西瓜地图 {k}", publisher="P", date="2026-05-20", stage=stage
            )
            for k in (0, 1)
        ]
        for stage in ("draft", "published")
    )
    return drafts, published


def of_suffix(suffix: str, pair: list[pp.Sheet], reason: str) -> Writer:
    """Write a sheet in one format; its bytes are made once."""
    made = [sheets.render(one, suffix) for one in pair]

    def write(folder: Path, version: int) -> object:
        sheets.render = lambda *_, **__: made[version]
        why = reason if (folder / f"map{suffix}").exists() and version else ""
        return pp.write(pair[version], folder / f"map{suffix}", replaces=why)

    return write


def of_sets(drafts: list[pp.Sheet]) -> dict[str, Writer]:
    """Write sets of files: curb data, letters' worth of files, the outputs of an example."""
    sets = [{f"{k:02d}.html": f"{version} {k}\n".encode() * 20_000 for k in range(12)} for version in (0, 1)]

    def many(writer: Callable[[dict[Path, bytes]], object]) -> Writer:
        return lambda folder, v: writer({folder / name: data for name, data in sets[v].items()})

    return {
        "write_cds": lambda folder, v: write_cds(drafts[v], folder, author=f"author {v}"),
        "write_many": many(write_many),
        "guarded set": many(write_many_guarded),
    }


def files_in(folder: Path) -> dict[str, bytes]:
    """Read every file that a reader would see."""
    return {p.name: p.read_bytes() for p in folder.iterdir() if not p.name.startswith(".pitchplan-")}


def begun(write: Writer, folder: Path) -> tuple[int, int]:
    """Fork a child that writes the new version; return it, and where it says that it begins and is done."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.write(writer, b"!")
        try:
            write(folder, 1)
            os.write(writer, b".")
        finally:
            os._exit(0)
    os.close(writer)
    os.read(reader, 1)
    return child, reader


def seconds_of(write: Writer, folder: Path) -> float:
    """Measure how long a child writes that nobody kills."""
    child, reader = begun(write, folder)
    start = time.perf_counter()
    done = os.read(reader, 1)
    took = time.perf_counter() - start
    os.close(reader)
    os.waitpid(child, 0)
    assert done == b".", "the writer failed"
    return took


def kill(write: Writer, folder: Path, wait_s: float) -> None:
    """Kill a child a while after it began to write the new version."""
    child, reader = begun(write, folder)
    until = time.perf_counter() + wait_s
    while time.perf_counter() < until:
        pass
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    os.close(reader)


def tried(write: Writer, times: int, root: Path, rng: random.Random) -> tuple[int, int, int]:
    """Count the kills that left a temporary file, those that left the new bytes, and what was wrong."""
    whole = []
    for version in (0, 1):
        place = Path(tempfile.mkdtemp(dir=root))
        write(place, 0)
        write(place, version)
        whole.append(files_in(place))
    lives = []
    for _ in range(5):
        place = Path(tempfile.mkdtemp(dir=root))
        write(place, 0)
        lives.append(seconds_of(write, place))
    took = statistics.median(lives)
    amid = new = wrong = 0
    for k in range(times):
        folder = Path(tempfile.mkdtemp(dir=root))
        write(folder, 0)
        # Every other moment lies in the second half, where bytes are synced and names are given.
        kill(write, folder, took * (rng.uniform(0.0, 1.1) if k % 2 else rng.uniform(0.5, 1.1)))
        left = files_in(folder)
        amid += any(p.name.startswith(".pitchplan-") for p in folder.iterdir())
        new += left == whole[1]
        known = left.keys() == whole[0].keys()
        wrong += not known or not all(left[n] in (whole[0][n], whole[1][n]) for n in left)
        wrong += LEDGER in left and not ledger_is_right(write, folder, whole)
        shutil.rmtree(folder)
    return amid, new, wrong


def ledger_is_right(write: Writer, folder: Path, whole: list[dict[str, bytes]]) -> bool:
    """Tell whether ledger and file agree, or the report says what is amiss and the same write mends it."""
    (name,) = (n for n in whole[0] if n != LEDGER)
    left = files_in(folder)
    new = left[LEDGER] == whole[1][LEDGER], left[name] == whole[1][name]
    state = check_published(folder)["state"].tolist()
    agreed = state == ["as published"] if new[0] == new[1] else new[0] and state == [REPLACED]
    write(folder, 1)
    return (
        agreed
        and files_in(folder) == whole[1]
        and check_published(folder)["state"].tolist() == ["as published"]
    )


def main() -> None:
    """Try every writer."""
    times = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    drafts, published = laid_out()
    writers = {suffix: of_suffix(suffix, drafts, "") for suffix in FORMATS}
    writers |= {f"published {s}": of_suffix(s, published, "moved") for s in (".geojson", ".pdf")}
    writers |= of_sets(drafts)
    asked = sys.argv[2:]
    writers = {name: write for name, write in writers.items() if name in asked or not asked}
    rng, torn, covered = random.Random(0), 0, []
    for name, write in writers.items():
        with tempfile.TemporaryDirectory() as root:
            amid, new, wrong = tried(write, times, Path(root), rng)
        torn += wrong
        at = f"{amid} left a temporary file, {new} the new bytes"
        print(f"{name:<20} {times} kills ({at}): {wrong} torn", flush=True)
        covered.append(0 < new < times)
    print(f"{len(writers)} writers, {times} kills each: {torn} torn")
    if not all(covered):
        print("a writer was always killed too early, or always too late: nothing is shown of it")
    raise SystemExit(torn > 0 or not all(covered))


if __name__ == "__main__":
    main()
