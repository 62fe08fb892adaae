"""Mutation testing: how many small faults, made one at a time, the tests notice.

    python -m pytest -n 2 --cov --cov-context=test --junitxml=.coverage.xml      # which test runs which line
    python benchmarks/trust/mutation.py --jobs 2                     # then: 300 mutants of all rooms
    python benchmarks/trust/mutation.py --count 60 files auditing/places.py       # of a room and a file
    python benchmarks/trust/mutation.py --again survived.txt         # those that an earlier run printed

A mutant is one change in one line: a comparison, a sign, a number by one, an ``and`` for an ``or``, a
condition turned round, a statement left out, nothing returned. Rooms: ``auditing``, ``rules``, ``harvest``
and ``files``. Tried are the tests that run the line, those of its room and the quickest first, for at most a
minute of their usual time, up to the first that fails; each mutant lives in a copy of the package, so that
nothing here changes. Mutants that survive are listed with line and change: a test is missing, or it is no
fault.
"""

from __future__ import annotations

import argparse
import ast
import copy
import os
import random
import shutil
import signal
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from textwrap import shorten
from xml.etree import ElementTree

os.environ.setdefault("OMP_NUM_THREADS", "1")

# Loaded once for all mutants, which are processes forked from this one; pitchplan is not.
import coverage
import geopandas  # noqa: F401
import highspy  # noqa: F401
import hypothesis  # noqa: F401
import pulp  # noqa: F401
import pytest
import scipy.optimize
import scipy.sparse
import scipy.stats  # noqa: F401

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "src" / "pitchplan"
ROOMS = {"auditing": "auditing", "rules": "rules", "harvest": "demand/harvest.py", "files": "files"}
_COMPARISONS = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is,
}  # fmt: skip
_SIGNS = {ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult}
_USUAL_S = 60.0
_PER_MUTANT_S = 240
_NOTHING = "nothing"
_FAILED, _NO_SUCH_TEST, _NONE_RUN = 1, 4, 5
"""What pytest ends with; no such test is also where the tests' own set-up cannot be imported."""


def places(tree: ast.AST) -> Iterator[tuple[ast.AST, str]]:
    """Go through what can be changed in a module, docstrings and annotations left out."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Compare) and len(node.ops) == 1 and type(node.ops[0]) in _COMPARISONS:
            yield node, "comparison"
        elif (
            isinstance(node, ast.BinOp)
            and type(node.op) in _SIGNS
            and not isinstance(node.left, ast.Constant)
        ):
            yield node, "sign"
        elif isinstance(node, ast.BoolOp):
            yield node, "and/or"
        elif isinstance(node, ast.If | ast.IfExp | ast.While):
            # Imports for types alone may as well be made.
            if not (isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"):
                yield node, "condition"
        elif isinstance(node, ast.Constant) and type(node.value) in (int, float):
            yield node, "number"
        elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
            yield node, "statement"
        elif isinstance(node, ast.Return) and node.value is not None:
            yield node, "return"


def change(node: ast.AST, kind: str) -> ast.AST | None:
    """Return the changed copy of a node."""
    new = copy.deepcopy(node)
    if kind == "comparison":
        new.ops = [_COMPARISONS[type(new.ops[0])]()]
    elif kind == "sign":
        new.op = _SIGNS[type(new.op)]()
    elif kind == "and/or":
        new.op = ast.Or() if isinstance(new.op, ast.And) else ast.And()
    elif kind == "condition":
        new.test = ast.UnaryOp(ast.Not(), new.test)
    elif kind == "number":
        new.value = new.value + 1
    elif kind == "statement":
        new = ast.Pass()
    elif kind == "return":
        # Nothing and an empty text are the same to who asks whether there is something.
        if isinstance(node.value, ast.Constant) and not node.value.value:
            return None
        new.value = ast.Constant(None)
    return ast.copy_location(new, node)


class _Swap(ast.NodeTransformer):
    def __init__(self, old: ast.AST, new: ast.AST) -> None:
        self.old, self.new = old, new

    def visit(self, node: ast.AST) -> ast.AST:
        return self.new if node is self.old else self.generic_visit(node)


@dataclass(frozen=True)
class Mutant:
    """One change: where, what is changed, and the whole module with it."""

    place: str
    path: Path
    line: int
    kind: str
    change: str
    text: str
    lines: range
    """Lines whose tests are tried: its own, or the body of the function it is a default of. None: what is
    run by importing the module."""

    def __str__(self) -> str:
        return f"{self.path.relative_to(ROOT)}:{self.line} {self.kind}: {self.change}"


def mutants_of(place: str) -> Iterator[Mutant]:
    """Go through the mutants of a room, or of a file of the package."""
    root = PACKAGE / ROOMS.get(place, place)
    for path in [root] if root.is_file() else sorted(root.rglob("*.py")):
        source = path.read_text(encoding="utf-8")
        for k, (_, kind) in enumerate(places(ast.parse(source)) if path.name != "__init__.py" else ()):
            tree = ast.parse(source)
            node = list(places(tree))[k][0]
            new = change(node, kind)
            if new is not None:
                text = ast.unparse(ast.fix_missing_locations(_Swap(node, new).visit(tree)))
                was, now = (shorten(ast.unparse(getattr(n, "test", n)), 60) for n in (node, new))
                yield Mutant(place, path, node.lineno, kind, f"{was} → {now}", text, tried_by(tree, node))


def tried_by(tree: ast.AST, node: ast.AST) -> range:
    """Return the lines whose tests may notice a change; none of what importing the module runs."""
    functions = [f for f in ast.walk(tree) if isinstance(f, ast.FunctionDef | ast.Lambda)]
    around = [f for f in functions if f.lineno <= node.lineno <= f.end_lineno]
    if not around:
        return range(0)
    inner = max(around, key=lambda f: f.lineno)
    if isinstance(inner, ast.FunctionDef) and node.lineno < inner.body[0].lineno:
        return range(inner.body[0].lineno, inner.end_lineno + 1)
    return range(node.lineno, node.lineno + 1)


class Lane:
    """A copy of the package, in which one mutant at a time is tried by a process of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.pid, self.until = folder, 0, 0.0
        self.package = folder / "src" / "pitchplan"
        shutil.copytree(PACKAGE, self.package, ignore=shutil.ignore_patterns("__pycache__"))
        for name in ("tests", "data", "examples", "benchmarks", "pyproject.toml"):
            (folder / name).symlink_to(ROOT / name)

    def begin(self, mutant: Mutant, tests: list[str]) -> None:
        """Run tests up to the first that fails; the libraries are loaded already."""
        self.mutant, self.until = mutant, time.monotonic() + _PER_MUTANT_S
        self.target = self.package / mutant.path.relative_to(PACKAGE)
        self.whole = self.target.read_text(encoding="utf-8")
        self.target.write_text(mutant.text, encoding="utf-8")
        self.pid = os.fork()
        if self.pid:
            return
        code = _FAILED
        try:
            os.setsid()
            os.chdir(self.folder)
            sys.path[:] = [str(self.folder / "src"), *(p for p in sys.path if p != str(ROOT / "src"))]
            os.environ |= {"PYTHONPATH": str(self.folder / "src"), "PYTHONDONTWRITEBYTECODE": "1"}
            os.environ.setdefault("PITCHPLAN_DATA", str(ROOT.parent / "shared" / "data"))
            sys.dont_write_bytecode = True
            said = os.open(self.folder / "said.txt", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
            os.dup2(said, 1)
            os.dup2(said, 2)
            options = ["-x", "-q", "--no-header", "-p", "no:cacheprovider", "-p", "no:xdist"]
            # What is loaded already has its own assertions as they are.
            options += ["-W", "ignore::pytest.PytestAssertRewriteWarning"]
            code = int(pytest.main([*options, *tests]))
        except BaseException:
            traceback.print_exc()
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(code)

    def ended(self) -> bool | None:
        """Tell whether the mutant was noticed; None while that is open. Too slow is noticed too."""
        pid, status = os.waitpid(self.pid, os.WNOHANG)
        if not pid and time.monotonic() < self.until:
            return None
        if not pid:
            os.killpg(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
        self.pid = 0
        self.target.write_text(self.whole, encoding="utf-8")
        code = os.waitstatus_to_exitcode(status) if pid else _FAILED
        if code == _NONE_RUN or (code == _NO_SUCH_TEST and "not found" in self.said()):
            raise SystemExit(f"the coverage is not of these tests, measure it again:\n{self.said()}")
        return code != 0

    def said(self) -> str:
        """Return the end of what pytest said last."""
        return (self.folder / "said.txt").read_text(encoding="utf-8")[-500:]


def main() -> int:
    """Try mutants by lot and print the share that was noticed."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("places", nargs="*", default=[*ROOMS], metavar="place")
    parser.add_argument("--count", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--again", type=Path, help="what an earlier run printed: try its survivors alone")
    options = parser.parse_args()
    some = [m for place in options.places for m in mutants_of(place)]
    if options.again:
        told = options.again.read_text(encoding="utf-8").splitlines()
        some = [m for m in some if any(line.endswith(f" {m}") for line in told)]
    waiting = random.Random(options.seed).sample(some, min(options.count, len(some)))
    drawn, noticed, tests = Counter(m.place for m in waiting), Counter[str](), Tests()
    # Last in the list and so tried first: a module of each place as it is, which no test may notice.
    waiting += {m.place: replace(m, kind=_NOTHING, text=m.path.read_text("utf-8")) for m in waiting}.values()
    with tempfile.TemporaryDirectory() as folder:
        lanes = [Lane(Path(folder) / str(k)) for k in range(options.jobs)]
        while waiting or any(lane.pid for lane in lanes):
            for lane in lanes:
                found = lane.ended() if lane.pid else None
                if found is not None and lane.mutant.kind == _NOTHING:
                    if found:
                        raise SystemExit(f"the tests fail where nothing is changed:\n{lane.said()}")
                elif found:
                    noticed[lane.mutant.place] += 1
                elif found is not None:
                    print("survived", lane.mutant.place, lane.mutant, flush=True)
                while not lane.pid and waiting:
                    mutant = waiting.pop()
                    trying = tests.of(mutant)
                    if trying:
                        lane.begin(mutant, trying)
                    else:
                        print("no test runs", mutant.place, mutant, flush=True)
            time.sleep(0.05)
    for place, many in drawn.items():
        print(f"{place}: {noticed[place]} of {many} noticed ({noticed[place] / many:.0%})")
    total = noticed.total() / max(1, drawn.total())
    print(f"all: {total:.1%} of {drawn.total()} (of {len(some)} there are)")
    return 0 if total >= 0.9 else 1


class Tests:
    """Which tests run a line, by the coverage that was measured, and how long each takes."""

    def __init__(self) -> None:
        self.data = coverage.CoverageData(str(ROOT / ".coverage"))
        self.data.read()
        self.seconds: dict[str, float] = {}
        for case in ElementTree.parse(ROOT / ".coverage.xml").iter("testcase"):
            file = case.get("classname", "").replace(".", "/")
            self.seconds[f"{file}.py::{case.get('name')}"] = float(case.get("time", 0))
        self.lines: dict[Path, dict[int, list[str]]] = {}

    def of(self, mutant: Mutant) -> list[str]:
        """Return the tests of a line; of what an import runs, those of the file, and of its room."""
        path = mutant.path
        if path not in self.lines:
            self.lines[path] = self.data.contexts_by_lineno(str(path))
        by_line, room = self.lines[path], f"tests/{path.relative_to(PACKAGE).parts[0]}/"
        if mutant.lines:
            contexts = {c for line in mutant.lines for c in by_line.get(line, [])}
            told = {c.rpartition("|")[0] for c in contexts}
            # What is set up for a file is set up in the time of its first test, and looked at by others.
            files = {c.partition("::")[0] for c in contexts if c.endswith("|setup")}
            told |= {name for name in self.seconds if name.partition("::")[0] in files}
            return self._chosen(told, (room,))
        names = {c.rpartition("|")[0] for contexts in by_line.values() for c in contexts}
        names |= {n for n in self.seconds if n.startswith(room)}
        return self._chosen(names, (f"{room}test_{path.stem}.py", room))

    def _chosen(self, names: set[str], first: tuple[str, ...]) -> list[str]:
        """Return tests that together take a minute: those of some files first, then the quickest first."""
        names &= self.seconds.keys()
        out, spent = [], 0.0
        ranks = {n: (*(not n.startswith(f) for f in first), self.seconds[n], n) for n in names}
        for name in sorted(names, key=ranks.__getitem__):
            spent += self.seconds[name]
            if spent > _USUAL_S and out:
                break
            out.append(name)
        return out


if __name__ == "__main__":
    sys.exit(main())
