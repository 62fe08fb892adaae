"""Bettering a plan by taking part of it away and filling up again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pitchplan.siting.search.greedy import Builder, fill, is_legal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from pitchplan.siting.problem import SitingProblem
    from pitchplan.siting.search.stages import Clock

__all__ = ["Aim", "bettered", "exchanged"]

_SEED = 7


class Aim:
    """What makes one plan better than another in a stage.

    Parameters
    ----------
    hosted : int
        Fewest pitches.
    served : float
        Fewest residents served.
    most_served : bool
        Whether more residents served is better, before less obstruction.
    """

    def __init__(self, hosted: int, served: float, *, most_served: bool) -> None:
        self.hosted, self.served, self.most_served = hosted, served, most_served

    def key(self, pitches: int, served: int, obstruction: int) -> tuple[float, float, float]:
        """Return a key that is least for the best plan: first what is missing, then the aim."""
        missing = max(0, self.hosted - pitches) * 1e6 + max(0.0, self.served - served)
        return (missing, -served, obstruction) if self.most_served else (missing, obstruction, -served)


def exchanged(
    problem: SitingProblem,
    counts: NDArray[np.int64],
    aim: Aim,
    *,
    rounds: int,
    clock: Clock,
    enough: float = -np.inf,
) -> NDArray[np.int64]:
    """Return a plan that is at least as good.

    Each round closes a few open spots, or a street, and fills up again with a changing taste for
    little obstruction; the result is kept where it is legal and not worse.

    Parameters
    ----------
    problem : SitingProblem
        The problem.
    counts : numpy.ndarray of int64, shape (pitch columns,)
        A legal plan.
    aim : Aim
        What is better.
    rounds : int
        Most rounds.
    clock : Clock
        Ends it earlier.
    enough : float
        Value of the aim at which to stop.

    Returns
    -------
    numpy.ndarray of int64, shape (pitch columns,)
        Legal.
    """
    random = np.random.default_rng(_SEED)
    builder = Builder(problem)
    builder.load(counts)
    best, kept = aim.key(builder.total, builder.recount(), builder.obstruction()), counts.copy()
    usual = _usual_cost(builder)
    for _ in range(rounds):
        if clock.left <= 0 or (best[0] == 0 and best[1] <= enough) or not builder.in_run.any():
            break
        builder.load(kept)
        if best[0] > 0 and random.integers(2):
            _take_idle(builder, random)
        else:
            _close_some(builder, random)
        builder.recount()
        # A plan that serves too few needs residents first.
        taste = random.uniform(-3.0, 0.0) if best[0] > 0 else random.uniform(-1.5, 1.5)
        fill(builder, float(10**taste) / usual)
        key = aim.key(builder.total, builder.recount(), builder.obstruction())
        if key <= best and is_legal(problem, builder.count, late=False):
            best, kept = key, builder.count.copy()
    return kept


def bettered(
    problem: SitingProblem,
    x: NDArray[np.int64],
    reached: Sequence[int],
    stage: int,
    served: float,
    rounds: int,
    clock: Clock,
    enough: float,
) -> NDArray[np.int64]:
    """Return a plan that is at least as good in a goal of most served or of least obstruction.

    Parameters
    ----------
    problem : SitingProblem
        The problem.
    x : numpy.ndarray of int64, shape (columns,)
        A plan to begin from.
    reached : sequence of int
        Values of the goals before.
    stage : int
        Which goal.
    served : float
        Fewest residents served.
    rounds : int
        Most rounds.
    clock : Clock
        Ends it earlier.
    enough : float
        Value of the goal, without what it has beside the sum over columns, at which to stop.
    """
    hosted, goal = 0, problem.goals[stage]
    for before, value in zip(problem.goals[:stage], reached, strict=False):
        if before.whole is not None:
            hosted = int(before.whole - before.kept(value)[1])
    most = goal.sense == "most"
    aim = Aim(hosted, served, most_served=most)
    choice = exchanged(
        problem, x[problem.choice], aim, rounds=rounds, clock=clock, enough=-enough if most else enough
    )
    return problem.completed(choice)


def _usual_cost(builder: Builder) -> float:
    """Return the cost of a pitch in a plan: what one pitch's worth of residents is weighed against."""
    return max(1.0, builder.obstruction() / max(1, builder.total))


def _take_idle(builder: Builder, random: np.random.Generator) -> None:
    """Take a pitch from the runs whose pitches serve fewest: others may serve more."""
    served = builder.served_by_run()
    is_open = np.flatnonzero(builder.in_run > 0)
    idle = (builder.in_run * builder.per_pitch - served)[is_open] + random.uniform(
        0, 0.3, len(is_open)
    ) * builder.per_pitch
    many = int(random.integers(1, max(2, min(30, len(is_open) // 4 + 1))))
    for run in is_open[np.argsort(-idle, kind="stable")[:many]]:
        builder.shrink(int(run))


def _close_some(builder: Builder, random: np.random.Generator) -> None:
    """Close a few open runs: neighbours by residents, one street's, or any."""
    is_open = np.flatnonzero(builder.in_run > 0)
    seed = int(random.choice(is_open))
    many = int(random.integers(1, max(2, min(12, len(is_open) // 3 + 1))))
    how = random.integers(3)
    street = builder.problem.street_of_run
    if how == 0 and street[seed] >= 0:
        closing = is_open[street[is_open] == street[seed]][:12]
    elif how == 1 and builder.reach.shape[1]:
        row = builder.reach[[seed], :]
        shared = np.asarray((builder.reach @ row.T).toarray()).ravel()[is_open]
        closing = is_open[np.lexsort((is_open, -shared))[:many]]
    else:
        closing = random.choice(is_open, size=min(many, len(is_open)), replace=False)
    for run in closing:
        builder.close(int(run))
