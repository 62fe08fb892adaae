"""What goals and limits are written from: legal pitches, runs, costs, residents and their walks."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd
from scipy.spatial import cKDTree

from pitchplan.siting.model.clashes import clique_cover
from pitchplan.traffic.obstruction import Obstruction, obstruction
from pitchplan.walking.network import street_walks
from pitchplan.walking.residents import ResidentPoints, resident_points
from pitchplan.walking.walks import Walks, straight_walks

if TYPE_CHECKING:
    from collections.abc import Collection

    from numpy.typing import NDArray

    from pitchplan.candidates.candidates import Candidates
    from pitchplan.city.layers import City
    from pitchplan.siting.decisions import Applied
    from pitchplan.siting.model.vendors import Vendors

__all__ = ["Ground"]


@dataclass(frozen=True, eq=False)
class Ground:
    """Legal pitches and runs in canonical order, and what is known around them.

    Attributes
    ----------
    candidates : Candidates
        Where they come from.
    city : City
        Residents, communities, streets.
    vendors : Vendors
        Vendors to host.
    applied : Applied
        Decisions and what became of them.
    walking : {"straight", "streets"}
        How walks are measured.
    detour : float
        Walked distance / straight-line distance, where walks are straight.
    """

    candidates: Candidates
    city: City
    vendors: Vendors
    applied: Applied
    walking: Literal["straight", "streets"]
    detour: float
    _walks: dict[float, Walks] = field(default_factory=dict, repr=False)

    @cached_property
    def runs(self) -> pd.DataFrame:
        """Every run, by id."""
        runs = self.candidates.runs
        return runs.assign(run_id=runs["run_id"].astype(str)).sort_values(
            "run_id", kind="stable", ignore_index=True
        )

    @cached_property
    def pitches(self) -> pd.DataFrame:
        """Legal pitches that no decision forbids, by run and along it."""
        return self._legal[self._is_free].reset_index(drop=True)

    @cached_property
    def _legal(self) -> pd.DataFrame:
        pitches = self.candidates.pitches
        pitches = pitches.assign(
            pitch_id=pitches["pitch_id"].astype(str), run_id=pitches["run_id"].astype(str)
        )
        return pitches.sort_values(["run_id", "chainage_m", "pitch_id"], kind="stable", ignore_index=True)

    @cached_property
    def _is_free(self) -> NDArray[np.bool_]:
        forbidden: NDArray[np.bool_] = (
            self._legal["pitch_id"].isin(self.applied.forbidden).to_numpy(dtype=bool)
        )
        return ~forbidden

    @cached_property
    def run_of(self) -> NDArray[np.int64]:
        """Run of each pitch."""
        place = pd.Index(self.runs["run_id"])
        return np.asarray(place.get_indexer(self.pitches["run_id"]), dtype=np.int64)

    @cached_property
    def clash_pairs(self) -> NDArray[np.int64]:
        """Pairs of pitches that clash, shape (pairs, 2)."""
        place = pd.Index(self.pitches["pitch_id"])
        clashes = self.candidates.clashes
        pairs = np.column_stack(
            [place.get_indexer(clashes[c].astype(str)) for c in ("pitch_a", "pitch_b")]
        ).astype(np.int64)
        return pairs.reshape(-1, 2)[(pairs.reshape(-1, 2) >= 0).all(axis=1)]

    @cached_property
    def costs(self) -> Obstruction:
        """What pitches, runs and streets cost vehicles: the same whatever decisions forbid beside them."""
        axes = self.city.centrelines if len(self.city.centrelines) else self.city.streets
        costs = obstruction(self._legal, self.runs, axes)
        return replace(costs, per_pitch=costs.per_pitch[self._is_free])

    @cached_property
    def people(self) -> ResidentPoints:
        """Where residents live."""
        return resident_points(self.city)

    @property
    def residents(self) -> int:
        """Residents of the city, those without a point included."""
        counted = pd.to_numeric(self.city.communities["residents"], errors="coerce").fillna(0.0)
        return max(int(counted.round().sum()), self.people.total)

    def residents_of(self, communities: Collection[str]) -> int:
        """Return the residents of some communities, those without a point included."""
        table, people = self.city.communities, self.people
        mine = table["community_id"].astype(str).isin(list(communities))
        counted = pd.to_numeric(table["residents"], errors="coerce").fillna(0.0)[mine]
        housed = people.residents[np.isin(people.community_id.astype(str), list(communities))]
        return max(int(counted.round().sum()), int(housed.sum()))

    def walks(self, within_m: float) -> Walks:
        """Return the walks of at most so many metres."""
        longest = max(self._walks, default=0.0)
        if within_m not in self._walks:
            # Walks are kept in whole metres: those within a part of a metre are measured anew.
            if longest > within_m and float(within_m).is_integer():
                self._walks[within_m] = self._walks[longest].within(within_m)
            elif self.walking == "streets":
                self._walks[within_m] = street_walks(
                    self.people,
                    self.runs,
                    self.pitches,
                    self.city.centrelines,
                    within_m=within_m,
                    footways=self.city.footway_axes,
                )
            else:
                self._walks[within_m] = straight_walks(
                    self.people, self.runs, self.pitches, within_m=within_m, detour=self.detour
                )
        return self._walks[within_m]

    def run_pairs(self, within_m: float) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
        """Return the pairs of runs with bays nearer than so many metres, and how near.

        Returns
        -------
        tuple of numpy.ndarray
            First and second run, the first the smaller, sorted; metres between their nearest bays'
            centres, less than ``within_m``.
        """
        at = self.pitches[["x_m", "y_m"]].to_numpy(dtype=float)
        near = cKDTree(at).query_pairs(within_m, output_type="ndarray") if len(at) else np.zeros((0, 2), int)
        gap = np.hypot(*(at[near[:, 0]] - at[near[:, 1]]).T)
        pairs = np.sort(self.run_of[near], axis=1)
        other = (pairs[:, 0] != pairs[:, 1]) & (gap < within_m)
        pairs, gap = pairs[other], gap[other]
        order = np.lexsort((gap, pairs[:, 1], pairs[:, 0]))
        pairs, gap = pairs[order], gap[order]
        new = np.ones(len(pairs), dtype=bool)
        new[1:] = (pairs[1:] != pairs[:-1]).any(axis=1)
        return pairs[new, 0], pairs[new, 1], gap[new]

    def cliques(self, pairs: NDArray[np.int64]) -> list[tuple[int, ...]]:
        """Gather pairs into groups of which at most one may be chosen."""
        return clique_cover(pairs[:, 0], pairs[:, 1])
