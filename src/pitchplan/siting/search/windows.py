"""Bettering a plan part by part: HiGHS chooses anew in a neighbourhood, all else stays."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pitchplan.siting.search.merged import Part, part_of
from pitchplan.siting.solvers.highs import solve_stage

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pitchplan.siting.search.task import Task

__all__ = ["Window", "improved", "start_values", "window_at", "with_values"]

_SPREADS = 3
_NODES = 150


class Window:
    """Runs that may change: those near a seed, and open ones that may serve others.

    Parameters
    ----------
    chosen, serving : numpy.ndarray of bool, shape (runs,)
        Runs that may change; open runs beside them.
    """

    def __init__(self, chosen: NDArray[np.bool_], serving: NDArray[np.bool_]) -> None:
        self.chosen, self.serving = chosen, serving


def window_at(
    task: Task,
    is_open: NDArray[np.bool_],
    extra: NDArray[np.float64],
    seeds: NDArray[np.int64],
    opened: int,
    others: int,
) -> Window:
    """Return the window around some runs.

    Parameters
    ----------
    task : Task
        The task.
    is_open : numpy.ndarray of bool, shape (runs,)
        Open runs.
    extra : numpy.ndarray of float, shape (runs,)
        What it costs at least to open a run: the dearest are left out.
    seeds : numpy.ndarray of int64
        Runs in its middle.
    opened, others : int
        Open runs, and runs that are not, per seed.

    Returns
    -------
    Window
        What may change.
    """
    chosen = np.zeros(task.runs, dtype=bool)
    for seed in seeds:
        # Runs are near if many residents can walk to both, or to one and to a third in between.
        heat = np.zeros(task.runs)
        heat[seed] = 1.0
        for _ in range(_SPREADS):
            heat = task.reach @ (task.groups_of_runs @ heat)
            heat /= heat.max(initial=0.0) or 1.0
        ours = np.flatnonzero(is_open & (heat > 0))
        ours = ours[np.argsort(-heat[ours], kind="stable")[:opened]]
        far = heat[ours].min(initial=1.0)
        near = np.flatnonzero(~is_open & (heat >= far) & (extra < np.inf))
        near = near[np.argsort(extra[near], kind="stable")[:others]]
        chosen[ours] = True
        chosen[near] = True
    if task.serving.per_pitch is None:
        return Window(chosen, np.zeros(task.runs, dtype=bool))
    touched = task.groups_of_runs @ chosen.astype(float)
    beside = (task.reach @ (touched > 0).astype(float)) > 0
    return Window(chosen, is_open & beside & ~chosen)


def _left_over(
    task: Task, design: NDArray[np.int64], window: Window
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.int64]]:
    """Return residents a window may serve, what the rest serves of each requirement, and the flows."""
    serving = task.serving
    flows = design[task.late]
    if serving.per_pitch is None:
        away = task.capacities(design)
        away[window.chosen] = 0
        taken = task.served(away).astype(float)
    else:
        fixed = ~(window.chosen | window.serving)[serving.run]
        taken = np.bincount(serving.group, weights=flows * fixed, minlength=len(task.residents))
    return task.residents - taken, task.shares @ taken, flows


def improved(
    task: Task, design: NDArray[np.int64], window: Window, seconds: float
) -> tuple[NDArray[np.int64], str]:
    """Choose anew in a window.

    Parameters
    ----------
    task : Task
        The task.
    design : numpy.ndarray of int64, shape (columns,)
        A plan that keeps the task's rows.
    window : Window
        What may change.
    seconds : float
        Most time.

    Returns
    -------
    tuple of (numpy.ndarray of int64, str)
        A plan, to be checked and compared, and how HiGHS ended.
    """
    people, served, flows = _left_over(task, design, window)
    part = part_of(
        task,
        window.chosen,
        fixed=design,
        serving=window.serving,
        residents=people,
        least=task.least - served,
    )
    start = np.append(design[part.columns].astype(float), _flows_in(task, part, people, flows))
    answer = solve_stage(part.stage, time_limit_s=seconds, start=start, most_nodes=_NODES)
    if answer.status == "interrupted":
        raise KeyboardInterrupt
    if answer.values is None:
        return design, answer.status
    return with_values(task, design, part, answer.values), answer.status


def start_values(task: Task, part: Part, design: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return a plan as values of the columns of a part that holds all its runs."""
    flows = design[task.late]
    return np.append(design[part.columns].astype(float), _flows_in(task, part, task.residents, flows))


def with_values(
    task: Task, design: NDArray[np.int64], part: Part, values: NDArray[np.float64]
) -> NDArray[np.int64]:
    """Return a plan with the values of a part's columns put in, and all else that follows."""
    changed = design.copy()
    changed[part.columns] = np.rint(values[: len(part.columns)]).astype(np.int64)
    return task.problem.completed(changed[task.problem.choice])


def _flows_in(
    task: Task, part: Part, people: NDArray[np.float64], flows: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Return what the plan at hand serves, by the part's served columns."""
    serving = task.serving
    kinds = len(part.count)
    if serving.per_pitch is None:
        served = np.minimum(flows, people)
        inside = part.kind >= 0
        return np.bincount(part.kind[inside], weights=served[inside], minlength=kinds).astype(float)
    used = np.flatnonzero(flows)
    kind, run = part.kind[serving.group[used]], serving.run[used]
    wanted = part.group * task.runs + part.run
    key = kind * task.runs + run
    at = np.minimum(np.searchsorted(wanted, key), max(0, len(wanted) - 1))
    found = (kind >= 0) & (wanted[at] == key) if len(wanted) else np.zeros(len(used), dtype=bool)
    return np.bincount(at[found], weights=flows[used][found], minlength=len(part.group)).astype(float)
