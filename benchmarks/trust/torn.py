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

from writers import Pair, Writer, files_in, laid_out, of_bytes, of_office, of_sets

from pitchplan.files.ledger import LEDGER, check_published
from pitchplan.sheets import cards, post
from pitchplan.sheets import sheet as sheets
from pitchplan.sheets.formats import FORMATS

REPLACED = "replaced only in the ledger"


def made_once(pair: Pair, suffix: str) -> tuple[bytes, bytes]:
    """Make both versions of a sheet in one format."""
    return sheets.render(pair[0], suffix), sheets.render(pair[1], suffix)


def remembered(make: Callable[..., bytes]) -> Callable[..., bytes]:
    """Return a maker that makes the same only once, so that a child makes nothing."""
    known: dict[object, bytes] = {}

    def made(*given: object) -> bytes:
        key = tuple(map(id, given))
        if key not in known:
            known[key] = make(*given)
        return known[key]

    return made


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
        if version:
            write(place, 1)
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
        amid += any(p.name.startswith(".pitchplan-") for p in folder.rglob("*"))
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
    plans, laid = laid_out()
    drafts, published = laid["draft"], laid["published"]
    post._FORMATS.update({suffix: remembered(make) for suffix, make in post._FORMATS.items()})
    cards.cards_pdf = remembered(cards.cards_pdf)
    writers = {suffix: of_bytes(suffix, drafts, made_once(drafts, suffix)) for suffix in FORMATS}
    for suffix in (".geojson", ".pdf"):
        made = made_once(published, suffix)
        writers[f"published {suffix}"] = of_bytes(suffix, published, made, "moved")
    writers |= of_sets(drafts) | of_office(plans, laid["office"])
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
