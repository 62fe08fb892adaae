"""A stage that counts served residents, in one form: least cost, and so many residents served."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import csr_array, vstack

from pitchplan.siting.follow import Covered, Served, Serving, maximum_service
from pitchplan.siting.program import is_continuous
from pitchplan.siting.solvers.highs import Stage

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from pitchplan.siting.problem import SitingProblem
    from pitchplan.siting.program import Rows

__all__ = ["Task", "implied_by_sizes", "serving_of", "task_of"]

# Rows that a run or a street keeps by itself: pricing obeys them without a multiplier.
_OWN = ("spot-least", "spot-most", "bay-open", "street-open")

_MANY_PAIRS = 1_000_000


@dataclass(frozen=True, eq=False)
class Task:
    """One stage as ``least costs @ design - worth @ served``, with ``shares @ served >= least``.

    Attributes
    ----------
    problem : SitingProblem
        The problem.
    serving : Serving
        Who may be served where.
    late : slice
        Columns that say who is.
    base : Stage
        Columns before the served ones, and the rows over them; ``costs`` is to be least.
    own : numpy.ndarray of bool, shape (rows of base,)
        Rows within one run, or between a run and its street.
    worth : numpy.ndarray of float, shape (groups,)
        What the goal gains by each resident served; 0 where it asks for other things.
    shares : numpy.ndarray of float, shape (requirements, groups)
        Which residents each requirement counts.
    least : numpy.ndarray of float, shape (requirements,)
        Residents that must be served.
    """

    problem: SitingProblem
    serving: Serving
    late: slice
    base: Stage
    own: NDArray[np.bool_]
    worth: NDArray[np.float64]
    shares: NDArray[np.float64]
    least: NDArray[np.float64]

    @property
    def most(self) -> bool:
        """Whether the goal itself is to be as great as possible."""
        return self.base.most

    @cached_property
    def residents(self) -> NDArray[np.float64]:
        """Residents of each group."""
        return self.serving.residents.astype(float)

    @cached_property
    def runs(self) -> int:
        """Runs of the problem."""
        block = self.problem.block("run")
        return int(block.stop - block.start)

    @cached_property
    def reach(self) -> csr_array:
        """Groups that can walk to each run."""
        serving = self.serving
        one = np.ones(len(serving.run), dtype=np.float64)
        return csr_array((one, (serving.run, serving.group)), shape=(self.runs, len(self.residents)))

    @property
    def has_many_pairs(self) -> bool:
        """Whether so many residents reach so many runs that every step over all of them takes long."""
        return bool(self.reach.nnz > _MANY_PAIRS)

    def capacities(self, x: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the residents each run can serve in a plan; all of them where no pitch has a limit."""
        bays = x[self.problem.block("pitch")]
        counts = np.bincount(self.problem.run_of_pitch, weights=bays, minlength=self.runs)
        each = self.serving.per_pitch or int(self.serving.residents.sum())
        return counts.astype(np.int64) * each

    def served(self, capacity: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return who is served, by late column, where runs can serve so many."""
        if self.serving.per_pitch is not None:
            return maximum_service(self.serving, capacity)
        reached = np.zeros(len(self.serving.residents), dtype=bool)
        reached[self.serving.group[capacity[self.serving.run] > 0]] = True
        return np.where(reached, self.serving.residents, 0)

    @cached_property
    def groups_of_runs(self) -> csr_array:
        """Transpose of ``reach``."""
        return csr_array(self.reach.T.tocsr())

    @cached_property
    def sizes(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Fewest and most pitches of each run that is open."""
        return np.maximum(_of_runs(self.problem, "spot-least", 1), 1), _most_of_runs(self.problem)

    @cached_property
    def guide(self) -> NDArray[np.float64]:
        """Return what a pitch of each run costs when it is used as far as it can be; a rough guide.

        Where pitches cost nothing, runs with many residents in reach come first.
        """
        bays, runs = self.problem.block("pitch"), self.problem.block("run")
        cheapest = np.full(self.runs, np.inf)
        np.minimum.at(cheapest, self.problem.run_of_pitch, self.base.costs[bays])
        reached = self.reach @ self.residents
        many = np.maximum(1.0, self.sizes[1].astype(float))
        q = self.serving.per_pitch
        if q is not None:
            many = np.maximum(1.0, np.minimum(many, reached / q))
            return np.asarray(self.base.costs[runs] / many + cheapest - 1e-9 * np.minimum(reached, q * many))
        return np.asarray((self.base.costs[runs] + cheapest + 1e-9) / np.maximum(1.0, reached))


def _most_of_runs(problem: SitingProblem) -> NDArray[np.int64]:
    runs, bays = problem.block("run"), problem.upper[problem.block("pitch")]
    room = np.bincount(problem.run_of_pitch, weights=bays, minlength=runs.stop - runs.start)
    return np.minimum(_of_runs(problem, "spot-most", 1 << 40), room.astype(np.int64))


def _of_runs(problem: SitingProblem, name: str, without: int) -> NDArray[np.int64]:
    """Return the sizes that a block of rows gives the runs: one row per run, its number as coefficient."""
    runs = problem.block("run")
    found = np.full(runs.stop - runs.start, without, dtype=np.int64)
    for rows in problem.rows:
        if rows.name == name:
            part = rows.matrix[:, runs].tocoo()
            found[part.col] = -part.data
    return found


def serving_of(problem: SitingProblem, stage: int) -> tuple[Serving, slice] | None:
    """Return who is served where in a stage, and the columns that say so.

    Returns
    -------
    tuple of (Serving, slice) or None
        None where the stage counts nobody, or counts them in more ways than one.
    """
    kinds, rows = problem.needed(stage + 1)
    late = [kind for kind in kinds if is_continuous(kind)]
    if len(late) != 1 or late[0] == "walk":
        return None
    columns = problem.block(late[0])
    mixed = [r for r in rows if not r.defines and late[0] in problem.kinds_of(r)]
    if any(problem.kinds_of(r) != {late[0]} or np.isfinite(r.upper).any() for r in mixed):
        return None
    if any(r.defines not in ("", late[0]) and late[0] in problem.kinds_of(r) for r in rows):
        return None
    for follower in problem.followers:
        if follower.columns == columns and isinstance(follower, Served):
            return follower.serving, columns
        if follower.columns == columns and isinstance(follower, Covered) and follower.times == 1:
            pairs = follower.reach.tocoo()
            return Serving(follower.residents, pairs.row, pairs.col, None), columns
    return None


def task_of(problem: SitingProblem, stage: int, reached: Sequence[int]) -> Task:
    """Return one stage as a task.

    Parameters
    ----------
    problem : SitingProblem
        Of which `serving_of` knows who is served.
    stage : int
        Which goal.
    reached : sequence of int
        Values of the goals before.

    Returns
    -------
    Task
        Arrays of its own.
    """
    found = serving_of(problem, stage)
    assert found is not None
    serving, late = found
    goal, d = problem.goals[stage], problem.designed
    _, rows = problem.needed(stage + 1)
    early = [r for r in rows if not any(is_continuous(k) for k in problem.kinds_of(r))]
    early = _without_weaker(problem, early)
    parts = [csr_array((0, d)), *(r.matrix[:, :d] for r in early)]
    lower, upper = [np.zeros(0), *(r.lower for r in early)], [np.zeros(0), *(r.upper for r in early)]
    own = [np.zeros(0, dtype=bool), *(np.full(r.matrix.shape[0], r.name in _OWN) for r in early)]
    shares, least = [], []
    for r in rows:
        if not r.defines and any(is_continuous(k) for k in problem.kinds_of(r)):
            shares += [_by_group(serving, r.matrix[[k]].toarray()[0][late]) for k in range(len(r.lower))]
            least += r.lower.tolist()
    for before, value in zip(problem.goals[:stage], reached, strict=False):
        bounds = before.kept(value)
        if before.costs[late].any():
            shares.append(_by_group(serving, before.costs[late]))
            least.append(bounds[0] - before.offset)
            continue
        parts.append(csr_array(before.costs[None, :d]))
        lower.append(np.array([bounds[0] - before.offset]))
        upper.append(np.array([bounds[1] - before.offset]))
        own.append(np.zeros(1, dtype=bool))
    if goal.sense == "least":
        # Where most residents are sought, what spots cost in part does not matter.
        matrix, top = implied_by_sizes(problem, csr_array(vstack(parts, format="csr")), np.concatenate(upper))
        parts.append(matrix)
        upper.append(top)
        lower.append(np.full(len(top), -np.inf))
        own.append(np.zeros(len(top), dtype=bool))
    sign = -1.0 if goal.sense == "most" else 1.0
    base = Stage(
        costs=sign * goal.costs[:d].astype(np.float64),
        most=goal.sense == "most",
        lower=problem.lower[:d].copy(),
        upper=problem.upper[:d].copy(),
        integer=problem.whole[:d].copy(),
        matrix=csr_array(vstack(parts, format="csr")),
        row_lower=np.concatenate(lower),
        row_upper=np.concatenate(upper),
    )
    worth = -sign * _by_group(serving, goal.costs[late])
    matrix = np.array(shares) if shares else np.zeros((0, len(worth)))
    return Task(
        problem, serving, late, base, np.concatenate(own), worth, matrix, np.array(least, dtype=float)
    )


def _without_weaker(problem: SitingProblem, rows: list[Rows]) -> list[Rows]:
    """Leave out the clashes on one street where rows say the same of the pitches and the street."""
    if not any(r.name == "clash-street" for r in rows):
        return rows
    kept = []
    for r in rows:
        if r.name == "clashes":
            street = problem.street_of_run[problem.run_of_pitch[r.matrix.indices]]
            start = r.matrix.indptr[:-1]
            low, high = np.minimum.reduceat(street, start), np.maximum.reduceat(street, start)
            some = np.flatnonzero((low != high) | (low < 0))
            r = replace(r, matrix=r.matrix[some], lower=r.lower[some], upper=r.upper[some])
        kept.append(r)
    return kept


def implied_by_sizes(
    problem: SitingProblem, matrix: csr_array, upper: NDArray[np.float64]
) -> tuple[csr_array, NDArray[np.float64]]:
    """Return rows that quotas and the largest spot imply together, for whole numbers of spots.

    At most q pitches in spots of at most m: with Y spots open, pitches <= r Y + floor(q / m) (m - r),
    where r is the remainder of q / m (mixed-integer rounding; Nemhauser and Wolsey, 1988, II.1.7).
    Without it a linear relaxation opens q / m spots, part of one, and pays for that part alone.
    """
    bays, runs = problem.block("pitch").stop, problem.block("run")
    most = _most_of_runs(problem)
    size, first = np.diff(matrix.indptr), matrix.indptr[:-1]
    of_row = np.repeat(np.arange(len(size)), size)
    plain = (matrix.data == 1) & (matrix.indices < bays)
    plain = np.bincount(of_row[plain], minlength=len(size)) == size
    rows: list[NDArray[np.int64]] = []
    columns: list[NDArray[np.int64]] = []
    values: list[NDArray[np.float64]] = []
    top: list[float] = []
    for row in np.flatnonzero(plain & (size > 1) & (upper >= 2) & np.isfinite(upper)):
        inside = matrix.indices[first[row] : first[row] + size[row]]
        spots = np.unique(problem.run_of_pitch[inside])
        m, q = int(most[spots].max()), int(upper[row])
        if m == 0 or q % m == 0 or q < m or len(spots) * m <= q:
            continue
        columns.append(np.concatenate([inside, runs.start + spots]))
        values.append(np.concatenate([np.ones(len(inside)), np.full(len(spots), -float(q % m))]))
        rows.append(np.full(len(columns[-1]), len(top)))
        top.append(float(q // m * (m - q % m)))
    if not top:
        return csr_array((0, matrix.shape[1])), np.zeros(0)
    at = (np.concatenate(rows), np.concatenate(columns))
    return csr_array((np.concatenate(values), at), shape=(len(top), matrix.shape[1])), np.array(top)


def _by_group(serving: Serving, costs: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return coefficients of residents by group, which are the same wherever a group is served."""
    of_group = np.zeros(len(serving.residents))
    of_group[np.arange(len(of_group)) if serving.per_pitch is None else serving.group] = costs
    return of_group
