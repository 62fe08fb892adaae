"""Why there is no plan, and what would have to give."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy.sparse import csr_array, hstack

from pitchplan.schemas import SHORTFALL
from pitchplan.siting.refused import refused_by_one_rule, refused_there
from pitchplan.siting.search.stages import Clock, staged
from pitchplan.siting.solvers.highs import solve_stage

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pitchplan.plan import Plan
    from pitchplan.siting.problem import SitingProblem
    from pitchplan.siting.program import IntegerProgram, Rows

__all__ = ["Change", "explain_shortfall", "least_change", "why_none"]

_SECONDS = 5.0
_SHOWN = 8


@dataclass(frozen=True)
class Change:
    """What one limit would have to give for a plan to exist.

    Attributes
    ----------
    name : str
        The limit or decision.
    asked : float
        Its bound.
    room : float
        The bound that could be kept.
    word : str
        "at least" or "at most".
    unit : str
        What is counted.
    rows : int
        How many of its rows would have to give.
    """

    name: str
    asked: float
    room: float
    word: str
    unit: str
    rows: int

    def __str__(self) -> str:
        if self.rows > 1:
            return f"{self.name}: {self.rows} of its {self.unit or 'rows'} cannot be kept"
        unit = f" {self.unit}" if self.unit else ""
        return f"{self.name}: {self.word} {self.asked:g}{unit} asked, {self.room:g} possible"


def least_change(program: IntegerProgram, time_limit_s: float = _SECONDS) -> list[Change] | None:
    """Find the least that limits and decisions would have to give for a plan to exist (an elastic program).

    Every row that somebody could take back may give way, at a price of its share of what is asked:
    a limit of 12 that becomes 9 costs 3/12.

    Parameters
    ----------
    program : IntegerProgram
        Of which no plan exists.
    time_limit_s : float
        Wall-clock seconds.

    Returns
    -------
    list of Change or None
        None if it was not found in time, or no plan exists even without any limit.
    """
    base = staged(program, None, [])
    which, row, sign, asked = _soft_rows(program)
    n = len(base.columns)
    give = csr_array((sign, (row, np.arange(len(row)))), shape=(base.stage.matrix.shape[0], len(row)))
    stage = replace(
        base.stage,
        costs=np.concatenate([np.zeros(n), 1000.0 / np.maximum(1.0, np.abs(asked))]),
        lower=np.append(base.stage.lower, np.zeros(len(row))),
        upper=np.append(base.stage.upper, np.full(len(row), np.inf)),
        integer=np.append(base.stage.integer, np.ones(len(row), dtype=bool)),
        matrix=csr_array(hstack([base.stage.matrix, give], format="csr")),
    )
    # Prices are no whole numbers: two changes may differ by far less than one.
    answer = solve_stage(stage, time_limit_s=max(0.1, time_limit_s), step=1e-3)
    if answer.status == "interrupted":
        raise KeyboardInterrupt
    if answer.values is None:
        return None
    given = np.rint(answer.values[n:]).astype(np.int64)
    return _changes(program, which, sign, asked, given)


def _soft_rows(
    program: IntegerProgram,
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64], NDArray[np.float64]]:
    """List what may give: row block, row of the stage, direction, bound."""
    which, row, sign, asked = [], [], [], []
    start = 0
    _, used = program.needed(0)
    place = {id(r): k for k, r in enumerate(program.rows)}
    for block in used:
        count = block.matrix.shape[0]
        if block.optional:
            for bound, direction in ((block.lower, 1.0), (block.upper, -1.0)):
                at = np.flatnonzero(np.isfinite(bound))
                which += [place[id(block)]] * len(at)
                row += (start + at).tolist()
                sign += [direction] * len(at)
                asked += bound[at].tolist()
        start += count
    return np.array(which, dtype=np.int64), np.array(row, dtype=np.int64), np.array(sign), np.array(asked)


def _changes(
    program: IntegerProgram,
    which: NDArray[np.int64],
    sign: NDArray[np.float64],
    asked: NDArray[np.float64],
    given: NDArray[np.int64],
) -> list[Change]:
    found = []
    for block in np.unique(which[given > 0]):
        mine = np.flatnonzero((which == block) & (given > 0))
        first = mine[0]
        rows = program.rows[block]
        found.append(
            Change(
                rows.name,
                float(asked[first]),
                float(asked[first] - sign[first] * given[first]),
                "at least" if sign[first] > 0 else "at most",
                rows.unit,
                len(mine),
            )
        )
    return found


def _possible(program: IntegerProgram, without: frozenset[int], seconds: float) -> bool | None:
    """Tell whether a plan exists without some row blocks; None where it was not found out in time.

    Raises
    ------
    KeyboardInterrupt
        Ctrl-C, which a solver keeps to itself.
    """
    stage = staged(program, None, [], without=without)
    answer = solve_stage(stage.stage, time_limit_s=max(0.1, seconds), first_is_enough=True)
    if answer.status == "interrupted":
        raise KeyboardInterrupt
    if answer.values is not None:
        return True
    return False if answer.status == "infeasible" else None


def contradiction(program: IntegerProgram, clock: Clock) -> list[Rows]:
    """Return limits that contradict each other together, none of which could be left out of the list.

    A deletion filter: each limit is left out in turn, for good where no plan exists even so.
    """
    soft = [k for k, rows in enumerate(program.rows) if rows.optional]
    left_out: frozenset[int] = frozenset()
    for k in soft:
        if clock.left <= 0:
            break
        if _possible(program, left_out | {k}, clock.left) is False:
            left_out |= {k}
    return [program.rows[k] for k in soft if k not in left_out]


def why_none(program: IntegerProgram, time_limit_s: float = 3 * _SECONDS) -> str:
    """Say which limits and decisions stand in the way of every plan, and the least change that helps.

    Parameters
    ----------
    program : IntegerProgram
        Of which no plan exists.
    time_limit_s : float
        Wall-clock seconds; Ctrl-C ends it sooner.
    """
    try:
        return _why_none(program, Clock(min(time_limit_s, 3 * _SECONDS)))
    except KeyboardInterrupt:
        return "no plan exists; stopped before it was found out which limits contradict each other"


def _why_none(program: IntegerProgram, clock: Clock) -> str:
    soft = frozenset(k for k, rows in enumerate(program.rows) if rows.optional)
    alone = _possible(program, soft, clock.left / 3)
    if alone is False or not soft:
        hard = ", ".join(r.name for r in program.rows if not r.optional and not r.defines)
        with_limits = ", with or without the limits" if soft else ""
        return f"no plan exists: bounds and fixed rows ({hard or 'none'}) leave none{with_limits}"
    clash = contradiction(program, Clock(clock.left / 2))
    names = "; ".join(r.name for r in clash[:_SHOWN])
    more = f"; and {len(clash) - _SHOWN} more" if len(clash) > _SHOWN else ""
    verdict = "this limit leaves none" if len(clash) == 1 else "these limits contradict each other"
    said = f"no plan exists: {verdict}: {names}{more}"
    changes = least_change(program, clock.left)
    if changes:
        facts = getattr(program, "facts", None)
        ground = None if facts is None else facts.statement.ground
        why = ["" if ground is None else refused_there(ground, c.name) for c in changes[:_SHOWN]]
        lines = [f"{c}{w}" for c, w in zip(changes, why, strict=False)]
        said += ". The least change that allows one: " + "; ".join(lines)
    return said


def explain_shortfall(problem: SitingProblem, plan: Plan, *, time_limit_s: float) -> pd.DataFrame:
    """Tell which limits and rules cost a plan the most vendors; see `SitingProblem.explain_shortfall`.

    Each limit that the plan uses up, and the clashes, are left out in turn and the vendors hosted
    anew; rules are counted by the places that they alone refuse.
    """
    from pitchplan.siting.goals import HostVendors
    from pitchplan.siting.model.statement import restated
    from pitchplan.siting.search.begin import choice_of_plan
    from pitchplan.siting.search.solve import Search, check_options, seek_all

    check_options(time_limit_s, 0.0, "auto")
    clock = Clock(time_limit_s)
    hosting = restated(problem, (HostVendors(),))
    x = hosting.completed(choice_of_plan(hosting, plan))
    short = hosting.goals[0].value(x)
    rows: list[tuple[str, str, int, int, str]] = []
    found = Search()
    tried = [k for k, r in enumerate(hosting.rows) if _is_used_up(r, x)] if short else []
    for n, k in enumerate(tried):
        block = hosting.rows[k]
        also = "clash-street" if block.name == "clashes" else None
        rest = tuple(r for r in hosting.rows if r is not block and r.name != also)
        looser = replace(hosting, rows=rest)
        found = Search(x=x, interrupted=found.interrupted)
        share = Clock(max(0.05, clock.left / (len(tried) - n)))
        seek_all(looser, found, clock=share, gap=0.0, solver="highs", log=False)
        assert found.x is not None
        bound = found.records[0].bound
        gained, most = short - looser.goals[0].value(found.x), short - int(bound)
        kind = "limit" if block.own else "clash" if block.name == "clashes" else block.name.split(" ")[0]
        rows.append((block.name, kind, gained, most, "solved anew"))
    for rule, places in refused_by_one_rule(problem.facts.statement.ground).items():
        most = min(short, places)
        rows.append((rule, "rule", most, most, "counted from the places it alone refuses"))
    table = pd.DataFrame(rows, columns=SHORTFALL.names)
    table = table[table["at_most"] > 0]
    return table.sort_values(
        ["hosts_more", "at_most", "what"], ascending=[False, False, True], kind="stable", ignore_index=True
    )


def _is_used_up(rows: Rows, x: NDArray[np.int64]) -> bool:
    """Tell whether a limit, or the clashes, leave a plan no room."""
    if not rows.optional and rows.name != "clashes":
        return False
    activity = rows.matrix @ x
    at_most = np.isfinite(rows.upper) & (activity >= rows.upper)
    return bool(at_most.any() or (np.isfinite(rows.lower) & (activity <= rows.lower)).any())
