"""The season as one integer program: which pitches are painted, and how many are used in each week.

A week's pitches are some of those that are painted, so bans, clashes and limits of the painted ones
hold in every week. A spot is open in one interval of weeks.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import csr_array, hstack

from pitchplan.siting.follow import LeftOver, Opened, Used
from pitchplan.siting.model.draft import Draft
from pitchplan.siting.program import IntegerProgram
from pitchplan.siting.weekly.goal_parts import weekly_goal

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pitchplan.siting.follow import Follower
    from pitchplan.siting.model.draft import Block, Part
    from pitchplan.siting.problem import SitingProblem

__all__ = ["Changed", "WeeklyProgram", "Writer", "classes_of_cells", "least_of_runs", "weekly_program"]


@dataclass(frozen=True, eq=False)
class WeeklyProgram:
    """The program and where its columns lie.

    Attributes
    ----------
    program : IntegerProgram
        The choice: painted pitches by column of the siting problem, then pitches used by cell and week.
    cells : numpy.ndarray of int64, shape (cells,)
        Pitch column of each cell.
    weeks : int
        Number of weeks.
    """

    program: IntegerProgram
    cells: NDArray[np.int64]
    weeks: int
    painted: int

    def choice(self, painted: NDArray[np.int64], used: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the choice that painted pitches and the pitches used by pitch column and week make."""
        return np.concatenate([painted, used[self.cells].ravel()])

    def split(self, choice: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return painted pitches, shape (pitch columns,), and those used, shape (pitch columns, weeks)."""
        used = np.zeros((self.painted, self.weeks), dtype=np.int64)
        used[self.cells] = choice[self.painted :].reshape(-1, self.weeks)
        return choice[: self.painted], used


@dataclass(frozen=True, eq=False)
class Changed:
    """A run is opened or closed between two weeks: first the openings, then the closings."""

    columns: slice
    opened: slice
    weeks: int

    def values(self, x: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return 1 for each opening and each closing."""
        step = np.diff(x[self.opened].reshape(-1, self.weeks), axis=1)
        return np.concatenate([(step > 0).ravel(), (step < 0).ravel()]).astype(np.int64)


def weekly_program(
    base: SitingProblem,
    vendors: NDArray[np.int64],
    legal: NDArray[np.bool_],
    *,
    change_cost: int,
    cells: NDArray[np.int64] | None = None,
) -> WeeklyProgram:
    """Write the program of a season.

    Parameters
    ----------
    base : SitingProblem
        Stated for the most vendors of any week; its goals are sought for all weeks together.
    vendors : numpy.ndarray of int64, shape (classes, weeks)
        Vendors to host.
    legal : numpy.ndarray of bool, shape (pitch columns, weeks)
        When each column's bays may be used.
    change_cost : int
        What opening or closing a spot between two weeks costs, in the unit of the traffic goal.
    cells : numpy.ndarray of int64, optional
        Pitch columns that may be used; all unless given.

    Raises
    ------
    InputError
        A goal has no meaning for weeks.
    """
    writer = Writer(base, vendors, legal, change_cost, cells)
    parts = [(q.name, q.slack, weekly_goal(q, writer)) for q in base.facts.statement.goals]
    written = writer.draft.finish(parts)
    program = IntegerProgram(
        blocks=written.blocks,
        lower=np.zeros(len(written.upper)),
        upper=written.upper,
        rows=written.rows,
        goals=written.goals,
        followers=written.followers,
    )
    return WeeklyProgram(program, writer.cells, writer.weeks, base.choice.stop)


def least_of_runs(base: SitingProblem) -> NDArray[np.int64]:
    """Return the fewest pitches that each run may have where it is open."""
    rows = base.rows_named("spot-least")
    return -np.asarray(rows.matrix[:, base.block("run")].tocsr().diagonal(), dtype=np.int64)


def classes_of_cells(base: SitingProblem, cells: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the class of vehicle that the pitches of each cell are for; 0 where all count together."""
    ground = base.facts.statement.ground
    vehicles = ground.pitches["vehicle"].to_numpy(dtype=object)[base.first_of_column]
    return np.maximum(ground.vendors.class_of(vehicles), 0)[cells]


class Writer:
    """Collects the blocks and rows of a season."""

    def __init__(
        self,
        base: SitingProblem,
        vendors: NDArray[np.int64],
        legal: NDArray[np.bool_],
        change_cost: int,
        cells: NDArray[np.int64] | None,
    ) -> None:
        self.base, self.vendors, self.change_cost = base, vendors, change_cost
        self.draft = Draft()
        self.weeks = vendors.shape[1]
        self.costs = base.facts.statement.ground.costs
        painted = base.choice.stop
        upper = base.upper[base.choice]
        self.cells = np.flatnonzero(upper > 0) if cells is None else np.sort(cells)
        # Runs of the cells, by place in ``self.runs``.
        self.runs, self.run_of_cell = np.unique(base.run_of_pitch[self.cells], return_inverse=True)
        room = np.where(legal[self.cells], upper[self.cells, None], 0)
        open_ = np.zeros((len(self.runs), self.weeks), dtype=bool)
        np.logical_or.at(open_, self.run_of_cell, room > 0)
        runs = base.block("run").stop - base.block("run").start
        self.pitch = self.draft.block("pitch", np.concatenate([upper, room.ravel()]))
        self.run = self.draft.block("run", np.concatenate([np.ones(runs), open_.ravel().astype(float)]))
        self.street = self.draft.block("street", np.ones(len(self.costs.street_ids) * self.weeks))
        self.shortfall = self.draft.block(
            "shortfall", np.concatenate([base.upper[base.block("shortfall")], vendors.ravel()])
        )
        self.change = self.draft.block("change", np.ones(2 * len(self.runs) * (self.weeks - 1)))
        self.first_cell, self.first_open, self.first_missing = painted, runs, len(vendors)
        self._painted()
        self._weeks()
        self._intervals()
        self._streets()

    # --- what is painted --------------------------------------------------------------------------

    def _painted(self) -> None:
        """Take over what every plan keeps, whatever its goals."""
        kinds, rows = self.base.needed(0)
        blocks = {"pitch": self.pitch, "run": self.run, "shortfall": self.shortfall}
        for kind, _ in self.base.blocks:
            if kind in kinds and kind not in blocks:
                blocks[kind] = self.draft.block(kind, self.base.upper[self.base.block(kind)])
        for r in rows:
            parts: list[Part] = []
            for kind, block in blocks.items():
                part = r.matrix[:, self.base.block(kind)]
                wide = csr_array((part.shape[0], block.size - part.shape[1]), dtype=part.dtype)
                parts.append((block, csr_array(hstack([part, wide], format="csr"))))
            self.draft.rows(
                r.name, parts, lower=r.lower, upper=r.upper, count=len(r.lower), optional=r.optional
            )
        for follower in self.base.followers:
            if all(k in blocks for k in self._kinds(follower)):
                self.draft.follow(lambda f=follower: self._moved(f, blocks))  # type: ignore[misc]

    def _kinds(self, follower: Follower) -> list[str]:
        slices = [getattr(follower, f.name) for f in fields(follower)]  # type: ignore[arg-type]
        found = [s for s in slices if isinstance(s, slice)]
        return [
            next((k for k, n in self.base.blocks if n and self.base.block(k) == s), "other") for s in found
        ]

    def _moved(self, follower: Follower, blocks: dict[str, Block]) -> Follower:
        """Return a follower of the siting problem over the season's columns."""
        moved = {}
        for f in fields(follower):  # type: ignore[arg-type]
            was = getattr(follower, f.name)
            if isinstance(was, slice):
                kind = next(k for k, n in self.base.blocks if n and self.base.block(k) == was)
                start = blocks[kind].start
                moved[f.name] = slice(start, start + was.stop - was.start)
        return replace(follower, **moved)  # type: ignore[type-var]

    # --- weeks ------------------------------------------------------------------------------------

    def _weeks(self) -> None:
        """Use in each week some of what is painted, as many as ask for it at most."""
        cells, weeks = len(self.cells), self.weeks
        used = self.first_cell + np.arange(cells * weeks)
        cell, week = np.divmod(np.arange(cells * weeks), weeks)
        row = np.arange(cells * weeks)
        painted = (self.pitch, row, self.cells[cell], -1)
        self.draft.rows("week-painted", [(self.pitch, row, used, 1), painted], upper=0, count=len(row))
        opened = self.first_open + self.run_of_cell[cell] * weeks + week
        most = self.pitch.upper[used].astype(np.int64)
        self.draft.rows(
            "week-open",
            [(self.pitch, row, used, 1), (self.run, row, opened, -most)],
            upper=0,
            count=len(row),
        )
        runs = len(self.runs)
        of_run = self.run_of_cell[cell] * weeks + week
        some = np.arange(runs * weeks)
        self.draft.rows(
            "week-least",
            [
                (self.pitch, of_run, used, 1),
                (self.run, some, self.first_open + some, -least_of_runs(self.base)[self.runs][some // weeks]),
            ],
            lower=0,
            count=runs * weeks,
        )
        # A run that is open in some week is painted, and one that is painted is open in some week.
        self.draft.rows(
            "week-run",
            [(self.run, some, self.first_open + some, 1), (self.run, some, self.runs[some // weeks], -1)],
            upper=0,
            count=runs * weeks,
        )
        self.draft.rows(
            "painted-used",
            [
                (self.run, np.arange(runs), self.runs, 1),
                (self.run, some // weeks, self.first_open + some, -1),
            ],
            upper=0,
            count=runs,
        )
        classes = len(self.vendors)
        kind = classes_of_cells(self.base, self.cells)
        each = np.arange(classes * weeks)
        self.draft.rows(
            "week-vendors",
            [
                (self.pitch, kind[cell] * weeks + week, used, 1),
                (self.shortfall, each, self.first_missing + each, 1),
            ],
            lower=self.vendors.ravel(),
            upper=self.vendors.ravel(),
            count=classes * weeks,
        )
        counts, of = self.vendors.ravel(), kind[cell] * weeks + week
        self.draft.follow(lambda: Opened(self.open_weeks, self.used, of_run))
        self.draft.follow(
            lambda: LeftOver(self._part(self.shortfall, self.first_missing), self.used, of, counts)
        )

    def _part(self, block: Block, first: int) -> slice:
        return slice(block.start + first, block.start + block.size)

    @property
    def used(self) -> slice:
        """Columns of the pitches used, by cell and week."""
        return self._part(self.pitch, self.first_cell)

    @property
    def open_weeks(self) -> slice:
        """Columns of the weeks in which the runs are open, by run and week."""
        return self._part(self.run, self.first_open)

    def _intervals(self) -> None:
        """Open each run in one interval of weeks: it is open from the start, or opened once."""
        runs, steps = len(self.runs), self.weeks - 1
        run, step = np.divmod(np.arange(runs * steps), max(steps, 1))
        later = self.first_open + run * self.weeks + step + 1
        row = np.arange(runs * steps)
        self.draft.rows(
            "week-change",
            [
                (self.run, row, later, 1),
                (self.run, row, later - 1, -1),
                (self.change, row, row, -1),
                (self.change, row, runs * steps + row, 1),
            ],
            lower=0,
            upper=0,
            count=len(row),
        )
        each = np.arange(runs)
        self.draft.rows(
            "one-interval",
            [
                (self.run, each, self.first_open + each * self.weeks, 1),
                (self.change, run, row, 1),
                (self.run, each, self.runs, -1),
            ],
            upper=0,
            count=runs,
        )
        self.draft.follow(lambda: Changed(self.change.columns, self.open_weeks, self.weeks))

    def _streets(self) -> None:
        """Count a street in each week in which one of its runs is open."""
        place = np.repeat(self.costs.street_of_run[self.runs], self.weeks)
        week = np.tile(np.arange(self.weeks), len(self.runs))
        at = np.where(place >= 0, place * self.weeks + week, -1)
        on = np.flatnonzero(at >= 0)
        row = np.arange(len(on))
        self.draft.rows(
            "week-street",
            [(self.run, row, self.first_open + on, 1), (self.street, row, at[on], -1)],
            upper=0,
            count=len(on),
            defines=self.street,
        )
        self.draft.follow(lambda: Used(self.street.columns, self.open_weeks, at))
