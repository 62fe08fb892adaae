"""Mutation testing: how many small faults, made one at a time, the tests notice.

    python -m pytest -n 2 --cov --cov-context=test --junitxml=.coverage.xml      # which test runs which line
    python benchmarks/trust/mutation.py                              # then: 300 mutants of all rooms
    python benchmarks/trust/mutation.py --count 60 files rules       # of some

A mutant is one change in one line: a comparison, a sign, a number by one, an ``and`` for an ``or``, a
condition turned round, a statement left out, nothing returned. Rooms: ``auditing``, ``rules``, ``harvest``
and ``files``. Tried are the tests that run the line, the quickest first, for at most a minute of their usual
time, up to the first that fails; each mutant lives in a copy of the package, so that nothing here changes.
Mutants that survive are listed with their line: a test that is missing, or no fault at all.
"""

from __future__ import annotations

import argparse
import ast
import copy
import os
import random
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import coverage

ROOT = Path(__file__).resolve().parents[2]
ROOMS = {"auditing": "auditing", "rules": "rules", "harvest": "demand/harvest.py", "files": "files"}
_COMPARISONS = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is,
}  # fmt: skip
_SIGNS = {ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult}
_USUAL_S = 60.0
_PER_MUTANT_S = 240
_FAILED, _INTERRUPTED, _NO_SUCH_TEST = 1, 2, 4
"""What pytest ends with; interrupted is what a module that cannot be imported comes to."""


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


def mutants_of(path: Path) -> list[tuple[int, str, str]]:
    """List line, kind and the whole text of each mutant of a file."""
    source = path.read_text(encoding="utf-8")
    out = []
    for k, (_, kind) in enumerate(list(places(ast.parse(source)))):
        tree = ast.parse(source)
        node = list(places(tree))[k][0]
        new = change(node, kind)
        if new is not None:
            text = ast.unparse(ast.fix_missing_locations(_Swap(node, new).visit(tree)))
            out.append((node.lineno, kind, text))
    return out


def main() -> int:
    """Try mutants by lot and print the share that was noticed."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("rooms", nargs="*", default=[*ROOMS], metavar="room")
    parser.add_argument("--count", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    drawn, noticed, survived = Counter(), Counter(), []
    with tempfile.TemporaryDirectory() as folder:
        package = Path(folder) / "src" / "pitchplan"
        shutil.copytree(ROOT / "src" / "pitchplan", package, ignore=shutil.ignore_patterns("__pycache__"))
        for name in ("tests", "data", "examples", "benchmarks", "pyproject.toml"):
            (Path(folder) / name).symlink_to(ROOT / name)
        some = [(room, path, m) for room in options.rooms for path in _files(room) for m in mutants_of(path)]
        tests = Tests()
        for room, path, (line, kind, text) in random.Random(options.seed).sample(
            some, min(options.count, len(some))
        ):
            target = package / path.relative_to(ROOT / "src" / "pitchplan")
            whole = target.read_text(encoding="utf-8")
            target.write_text(text, encoding="utf-8")
            drawn[room] += 1
            if _is_noticed(Path(folder), tests.of(path, line)):
                noticed[room] += 1
            else:
                survived.append((room, f"{path.relative_to(ROOT)}:{line}", kind))
                print("survived", *survived[-1], flush=True)
            target.write_text(whole, encoding="utf-8")
    for room in drawn:
        print(f"{room}: {noticed[room]} of {drawn[room]} noticed ({noticed[room] / drawn[room]:.0%})")
    total = sum(noticed.values()) / max(1, sum(drawn.values()))
    print(f"all: {total:.1%} of {sum(drawn.values())} (of {len(some)} there are)")
    return 0 if total >= 0.9 else 1


def _files(room: str) -> list[Path]:
    place = ROOT / "src" / "pitchplan" / ROOMS[room]
    return [place] if place.is_file() else sorted(p for p in place.rglob("*.py") if p.name != "__init__.py")


def _is_noticed(folder: Path, tests: list[str]) -> bool:
    """Run tests up to the first that fails."""
    if not tests:
        return False
    command = [sys.executable, "-m", "pytest", "-x", "-q", "--no-header", "-p", "no:cacheprovider", *tests]
    environment = {**os.environ, "PYTHONPATH": str(folder / "src"), "PYTHONDONTWRITEBYTECODE": "1"}
    try:
        done = subprocess.run(
            command, cwd=folder, env=environment, capture_output=True, timeout=_PER_MUTANT_S, check=False
        )
    except subprocess.TimeoutExpired:
        return True
    if done.returncode == _NO_SUCH_TEST:
        raise SystemExit(
            f"the coverage is not of these tests, measure it again:\n{done.stdout.decode()[-500:]}"
        )
    return done.returncode in (_FAILED, _INTERRUPTED)


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

    def of(self, path: Path, line: int) -> list[str]:
        """Return the tests of a line, or of the file where only its import runs the line."""
        if path not in self.lines:
            self.lines[path] = self.data.contexts_by_lineno(str(path))
        by_line = self.lines[path]
        found = self._quickest(by_line.get(line, []))
        return found or self._quickest([name for names in by_line.values() for name in names])

    def _quickest(self, contexts: list[str]) -> list[str]:
        names = {c.rpartition("|")[0] for c in contexts} & self.seconds.keys()
        out, spent = [], 0.0
        for name in sorted(names, key=lambda n: (self.seconds[n], n)):
            spent += self.seconds[name]
            if spent > _USUAL_S and out:
                break
            out.append(name)
        return out


if __name__ == "__main__":
    sys.exit(main())
