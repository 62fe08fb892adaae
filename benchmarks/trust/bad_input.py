"""What becomes of spoilt files: sound files of every reader, changed at random, and read.

    python benchmarks/trust/bad_input.py --cases 50000

Prints a row per reader: cases, refused (by one of pitchplan's errors), accepted (and their objects print),
escaped (any other error, a crash, or no answer within 20 s), the slowest case in CPU seconds and the
most memory a case took, MB. What escapes is shown, and the command then ends with 1; so also where a case
took more than 2 CPU seconds or 500 MB.
"""

from __future__ import annotations

import argparse
import faulthandler
import multiprocessing as mp
import resource
import sys
import time
import warnings
from collections import Counter
from multiprocessing.connection import Connection
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

from mutants import mutant
from sound_files import Sound, World, sound_world

import pitchplan as pp

__all__ = ["outcome"]

_LONGEST_S = 20.0
_MOST_S = 2.0
_MOST_MB = 500.0
_TABLES = (".csv", ".xlsx", ".toml", ".json")
_PAGE = resource.getpagesize()


def outcome(sound: Sound, number: int) -> tuple[str, str]:
    """Read one spoilt copy of a sound file in its place: refused, accepted or escaped, and the text of it."""
    whole = sound.path.read_bytes()
    sound.path.write_bytes(mutant(sound.path, number))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return "accepted", repr(sound.read(sound.path))
    except pp.InputError as error:
        dumb = [f for f in error.faults if not f.what or not f.fix]
        return ("escaped", f"a fault without a fix: {dumb[0]}") if dumb else ("refused", str(error))
    except pp.PitchplanError as error:
        return "refused", str(error)
    except Exception as error:
        return "escaped", f"{type(error).__name__}: {error}"
    finally:
        sound.path.write_bytes(whole)


def _rss_mb() -> float:
    return int(Path("/proc/self/statm").read_text().split()[1]) * _PAGE / 2**20


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _work(pipe: Connection, readers: list[str]) -> None:
    """Read the cases that are asked for, one after the other."""
    faulthandler.enable()  # where a library crashes, it says where
    with TemporaryDirectory() as folder:
        world: World = sound_world(Path(folder))
        for sound in world.files.values():
            repr(sound.read(sound.path))  # what is loaded once is no case's cost
        pipe.send("ready")
        while (number := pipe.recv()) is not None:
            sound = world.files[readers[number % len(readers)]]
            before, high, start = _rss_mb(), _peak_mb(), time.process_time()
            what, text = outcome(sound, number)
            seconds = time.process_time() - start
            grown = _peak_mb() - before if _peak_mb() > high else 0.0
            pipe.send((what, text, seconds, grown))


def _start(readers: list[str]) -> tuple[Any, Connection]:
    ours, theirs = mp.Pipe()
    process = mp.get_context("spawn").Process(target=_work, args=(theirs, readers), daemon=True)
    process.start()
    theirs.close()
    ours.recv()
    return process, ours


def _ask(process: Any, pipe: Connection, number: int) -> tuple[str, str, float, float]:
    """Let a process read a case; one that ends or does not answer has let the case escape."""
    try:
        pipe.send(number)
        if pipe.poll(_LONGEST_S):
            answer: tuple[str, str, float, float] = pipe.recv()
            return answer
    except (EOFError, OSError):
        process.join(5)
        return "escaped", f"the process ended with {process.exitcode}", 0.0, 0.0
    return "escaped", "no answer", _LONGEST_S, 0.0


def _run(cases: int, first: int, readers: list[str], until: float) -> dict[str, dict[str, Any]]:
    rows = {r: {"counts": Counter(), "slowest": 0.0, "peak": 0.0, "shown": {}, "dear": []} for r in readers}
    process, pipe = _start(readers)
    for number in range(first, first + cases):
        if time.perf_counter() > until:
            break
        row = rows[readers[number % len(readers)]]
        what, text, seconds, grown = _ask(process, pipe, number)
        row["counts"][what] += 1
        row["slowest"], row["peak"] = max(row["slowest"], seconds), max(row["peak"], grown)
        if seconds > _MOST_S or grown > _MOST_MB:
            row["dear"].append(f"case {number}: {seconds:.2f} s, {grown:.0f} MB")
        if what == "escaped":
            row["shown"].setdefault(text.split(":")[0] + text[-60:], f"case {number}: {text[:300]}")
        if text.startswith(("no answer", "the process ended")):
            process.kill()
            process, pipe = _start(readers)
            # Alone in a new process: does the case itself do this, or what came before it?
            row["shown"][f"again {number}"] = f"case {number} again: {_ask(process, pipe, number)[:2]}"
    pipe.send(None)
    return rows


def _mixed(world: World) -> list[str]:
    """Name the readers in the order of the cases: tables, which are read faster, come more often."""
    tables = [name for name, sound in world.files.items() if sound.path.suffix in _TABLES]
    return [*world.files, *tables, *tables, *tables]


def main() -> int:
    """Print what became of the cases, by reader."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--cases", type=int, default=50_000)
    parser.add_argument("--first", type=int, default=0, help="number of the first case")
    parser.add_argument("--readers", nargs="*", default=None, help="only these")
    parser.add_argument("--minutes", type=float, default=float("inf"), help="stop after so many")
    said = parser.parse_args()
    with TemporaryDirectory() as folder:
        readers = said.readers or _mixed(sound_world(Path(folder)))
    start = time.perf_counter()
    rows = _run(said.cases, said.first, readers, start + 60 * said.minutes)
    print("reader               cases  refused accepted escaped slowest s  peak MB")
    total: Counter[str] = Counter()
    for name, row in rows.items():
        count = row["counts"]
        total += count
        print(
            f"{name:18} {count.total():7} {count['refused']:8} {count['accepted']:8} {count['escaped']:7}"
            f" {row['slowest']:9.2f} {row['peak']:8.0f}"
        )
    slowest, peak = max(r["slowest"] for r in rows.values()), max(r["peak"] for r in rows.values())
    print(
        f"{'all':18} {total.total():7} {total['refused']:8} {total['accepted']:8} {total['escaped']:7}"
        f" {slowest:9.2f} {peak:8.0f}   in {time.perf_counter() - start:.0f} s"
    )
    for name, row in rows.items():
        for text in row["shown"].values():
            print(f"escaped from {name}, {text}")
    for name, row in rows.items():
        for text in row["dear"]:
            print(f"too dear in {name}, {text}")
    return 1 if total["escaped"] or any(row["dear"] for row in rows.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
