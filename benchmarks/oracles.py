"""Many more random problems than the tests try: every answer against that of trying all plans.

    python benchmarks/oracles.py               # 20,000 problems: about eight minutes on one core
    python benchmarks/oracles.py 500 70000     # so many, of towns from this seed on

Problems are those of `tests/siting/instances.py`: every goal and limit, ties, contradictions. The
oracle is `exhaustive`, which shares the problem's rows with every solver; of small towns some
problems are also read from the tables and words alone (`tests/siting/meaning.py`). Prints what
differs and ends with 1 where something does. Seeds begin where those of the tests end.
"""

from __future__ import annotations

import importlib.util
import sys
import time
from collections import Counter
from pathlib import Path
from types import ModuleType
from typing import Any

TESTS = Path(__file__).parents[1] / "tests" / "siting"
PER_TOWN, SMALL, BY_MEANING = 25, 8, 5
"""Problems of a town; bays up to which plans are read by meaning too, and how many of a town's problems."""


def loaded(name: str) -> ModuleType:
    """Load a module of the tests."""
    spec = importlib.util.spec_from_file_location(f"siting_{name}", TESTS / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


instances, meaning, oracle = loaded("instances"), loaded("meaning"), loaded("test_oracle")


def answers(case: Any, by_meaning: bool) -> dict[str, list[int] | None]:
    """Return the best value of each goal as each way of seeking finds them; None where there is no plan."""
    found = {"solve": None, "trying all": None}
    if case.stated:
        found = {"solve": oracle.sought(case.problem), "trying all": oracle.best_of_all(case.problem)}
    if by_meaning:
        town = meaning.Town(case.city, case.found, case.vendors, case.decisions, case.detour)
        found["meaning"] = meaning.best(town, case.goals, case.limits)
    return found


def main(count: int, seed: int) -> int:
    """Compare so many problems and return how many differ."""
    began, seen = time.monotonic(), Counter[str]()
    while seen["problems"] < count:
        for number, case in enumerate(instances.series(seed, PER_TOWN)):
            by_meaning = len(case.found.pitches) <= SMALL and number < BY_MEANING
            try:
                found = answers(case, by_meaning)
                differ = any(a != found["solve"] for a in found.values())
            except Exception as error:
                found, differ = {"solve": None, "error": repr(error)}, True  # type: ignore[dict-item]
            if differ:
                print(f"town {seed}, problem {number}: {found}\n  {case.goals}\n  {case.limits}", flush=True)
            seen.update(problems=1, differ=differ, meaning=by_meaning, none=found["solve"] is None)
        seed += 1
    minutes = (time.monotonic() - began) / 60
    print(
        f"{seen['problems']} problems ({seen['none']} without a plan), {seen['meaning']} of them read by"
        f" meaning too: {seen['differ']} differ; {minutes:.1f} minutes"
    )
    return seen["differ"]


if __name__ == "__main__":
    words = [int(word) for word in sys.argv[1:]]
    sys.exit(main(*(words + [20_000, 50_000][len(words) :])) > 0)
