"""Ctrl-C at moments by lot while the example runs: it ends soon, with a word, and leaves nothing half done.

    python benchmarks/trust/ctrl_c.py         # 50 moments
    python benchmarks/trust/ctrl_c.py 10

Each run finds the files of another run in its folder, and a folder for temporary files of its own. Ctrl-C
goes to every process of the terminal, as it does. Looked at: seconds until the example has ended, what it
said, processes that live on, temporary files, and whether its folder holds the old set of files or the new.
It ends with 1 where something is amiss, or no moment fell into the search or into the time before it.
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import pitchplan as pp

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "watermelon_map.py"
BEST = "best_so_far.geojson"
MOST_S = 3.0
SEARCH_S = 6.0
"""Seconds the search may take: about half of the run, so that moments fall everywhere."""
FIRST_S = 0.3
"""Before this the interpreter itself is started, and says what it likes."""


def started(out: Path, scratch: Path, *options: str) -> subprocess.Popen[str]:
    """Start the example in a session of its own, as a terminal does."""
    return subprocess.Popen(
        [sys.executable, str(EXAMPLE), "--out", str(out), "--time-limit", str(SEARCH_S), *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        env={**os.environ, "TMPDIR": str(scratch)},
    )


def files_of(folder: Path) -> dict[str, bytes]:
    """Read every file of a folder; none where there is no folder."""
    return {p.name: p.read_bytes() for p in folder.iterdir()} if folder.is_dir() else {}


def living(session: int) -> list[int]:
    """List the processes of a session."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[3]) == session and fields[0] != "Z":
            found.append(int(stat.parent.name))
    return found


def amiss(code: int, said: tuple[str, str], old: dict[str, bytes], now: dict[str, bytes]) -> list[str]:
    """List what is wrong with how a run ended."""
    out = []
    best = now.pop(BEST, None)
    same = [now.get(name) == data for name, data in old.items()]
    if now.keys() != old.keys() or not (all(same) or not any(same)):
        out.append(f"files of two runs: {sorted(now)}, {sum(same)} as they were")
    if "Traceback" in said[1]:
        out.append("a traceback")
    # A press while the interpreter shuts down, with all done, ends it without a word.
    if code == 0 or (code == -signal.SIGINT and not any(same)):
        return out + (["nothing new after an end without a word"] if all(same) else [])
    stopped = code == 130 and said[1].startswith("Stopped (Ctrl-C).")
    early = code == 1 and said[1].startswith("NonePlanFound: the search was stopped (Ctrl-C)")
    if not (stopped or early) or said[1].count("\n") != 1:
        out.append(f"exit code {code}, said {said[1][:200]!r}")
    if not all(same) and "last written" not in said[1]:
        out.append("other files were to be as they were")
    if (best is not None) != (BEST in said[1]):
        out.append("the best plan is written, or said to be, but not both")
    return out


def main() -> int:
    """Press at every moment and judge."""
    times = int(sys.argv[1]) if len(sys.argv) > 1 else 50
    rng, words, slow, wrong = random.Random(0), Counter[str](), 0.0, 0
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        scratch = root / "scratch"
        scratch.mkdir()
        assert started(root / "old", scratch, "--level", "0.5").wait() == 0
        began = time.monotonic()
        assert started(root / "whole", scratch).wait() == 0
        whole = time.monotonic() - began
        old = files_of(root / "old")
        for k in range(times):
            out = root / f"out{k}"
            shutil.copytree(root / "old", out)
            run = started(out, scratch)
            wait = rng.uniform(FIRST_S, whole)
            time.sleep(wait)
            pressed = time.monotonic()
            if run.poll() is None:
                os.killpg(run.pid, signal.SIGINT)
            said = run.communicate(timeout=120)
            took = time.monotonic() - pressed
            now = files_of(out)
            best = BEST in now
            if best:
                assert len(pp.read_plan(out / BEST).pitches)
            faults = amiss(run.returncode, said, old, now)
            faults += [f"process {p} lives on" for p in living(run.pid)]
            faults += [f"temporary file {p.name}" for p in scratch.iterdir()]
            faults += [f"{took:.1f} s"] if took > MOST_S else []
            word = (
                "done before"
                if run.returncode in (0, -signal.SIGINT)
                else "best plan kept"
                if best
                else "stopped"
            )
            words[word] += 1
            slow = max(slow, took)
            wrong += bool(faults)
            print(f"{wait:5.2f} s: {word} after {took:.2f} s {'; '.join(faults)}", flush=True)
            shutil.rmtree(out)
    print(f"{times} moments of {whole:.1f} s: {dict(words)}; slowest end {slow:.2f} s; {wrong} amiss")
    return int(wrong > 0 or not {"stopped", "best plan kept"} <= words.keys())


if __name__ == "__main__":
    sys.exit(main())
