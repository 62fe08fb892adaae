"""Ctrl-C at moments by lot while an example runs: it ends soon, with a word, and leaves nothing half done.

    python benchmarks/trust/ctrl_c.py                        # 50 moments of the watermelon map
    python benchmarks/trust/ctrl_c.py --example season --moments 20

Each run of the map finds the files of another run in its folder; those of a season, which is published stage
by stage, begin with none. Each has a folder for temporary files of its own. Ctrl-C goes to every process of
the terminal, as it does. Looked at: seconds until the example has ended, what it said, processes that live
on, temporary files, and whether its folder holds the old set of files or the new; of a season, nothing but
files that a whole run writes. It ends with 1 where something is amiss, or too few kinds of moments were met.
"""

from __future__ import annotations

import argparse
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

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
OPTIONS = {"watermelon_map": ["--time-limit", "6"], "season": ["--time-limit", "5", "--weeks", "1"]}
"""Searches take about half of the run, so that moments fall everywhere."""
KINDS = {"watermelon_map": {"stopped", "best plan kept"}, "season": {"stopped"}}
BEST = "best_so_far.geojson"
MOST_S = 3.0
FIRST_S = 0.3
"""Before this the interpreter itself is started, and says what it likes."""


def started(example: str, out: Path, scratch: Path, *more: str) -> subprocess.Popen[str]:
    """Start an example in a session of its own, as a terminal does."""
    script = EXAMPLES / f"{example}.py"
    return subprocess.Popen(
        [sys.executable, str(script), "--out", str(out), *OPTIONS[example], *more],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        # What a shell starts in the background hears no Ctrl-C, and neither does what that starts.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        env={**os.environ, "TMPDIR": str(scratch)},
    )


def files_of(folder: Path) -> dict[str, bytes]:
    """Read every file of a folder; none where there is no folder."""
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


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
    """List what is wrong with how a run of the map ended."""
    out = []
    best = now.pop(BEST, None)
    same = [now.get(name) == data for name, data in old.items()]
    if now.keys() != old.keys() or not (all(same) or not any(same)):
        out.append(f"files of two runs: {sorted(now)}, {sum(same)} as they were")
    # A press while the interpreter shuts down, with all done, ends it without a word.
    if code == 0 or (code == -signal.SIGINT and not any(same)):
        return out + (["nothing new after an end without a word"] if all(same) else [])
    if not all(same) and "last written" not in said[1]:
        out.append("other files were to be as they were")
    if (best is not None) != (BEST in said[1]):
        out.append("the best plan is written, or said to be, but not both")
    return out + unlike_a_stop(code, said[1])


def amiss_of_stages(
    code: int, said: tuple[str, str], whole: dict[str, bytes], now: dict[str, bytes]
) -> list[str]:
    """List what is wrong with how a run of a season ended."""
    out = [f"a file that no whole run has: {name}" for name in now.keys() - whole.keys()]
    out += [f"an empty file: {name}" for name, data in now.items() if not data]
    if code in (0, -signal.SIGINT):
        return out + [f"a file is missing: {name}" for name in whole.keys() - now.keys()]
    return out + unlike_a_stop(code, said[1])


def unlike_a_stop(code: int, said: str) -> list[str]:
    """Tell where an end before the end is not the one that is promised."""
    stopped = code == 130 and said.startswith("Stopped (Ctrl-C).")
    early = code == 1 and said.startswith("NonePlanFound: the search was stopped (Ctrl-C)")
    return [] if (stopped or early) and said.count("\n") == 1 else [f"exit code {code}, said {said[:200]!r}"]


def main() -> int:
    """Press at every moment and judge."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--example", choices=OPTIONS, default="watermelon_map")
    parser.add_argument("--moments", type=int, default=50)
    options = parser.parse_args()
    example, is_map = options.example, options.example == "watermelon_map"
    rng, words, slow, wrong = random.Random(0), Counter[str](), 0.0, 0
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        scratch = root / "scratch"
        scratch.mkdir()
        if is_map:
            assert started(example, root / "old", scratch, "--level", "0.5").wait() == 0
        began = time.monotonic()
        assert started(example, root / "whole", scratch).wait() == 0
        whole = time.monotonic() - began
        before = files_of(root / ("old" if is_map else "whole"))
        for k in range(options.moments):
            out = root / f"out{k}"
            if is_map:
                shutil.copytree(root / "old", out)
            run = started(example, out, scratch)
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
            faults = (amiss if is_map else amiss_of_stages)(run.returncode, said, before, now)
            faults += ["a traceback"] if "Traceback" in said[1] else []
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
            shutil.rmtree(out, ignore_errors=True)
    times = options.moments
    print(f"{times} moments of {whole:.1f} s: {dict(words)}; slowest end {slow:.2f} s; {wrong} amiss")
    return int(wrong > 0 or not KINDS[example] <= words.keys())


if __name__ == "__main__":
    sys.exit(main())
