"""Every place that was looked at and every rule it breaks, in few bytes each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pitchplan.candidates.places import Places, place_ids
from pitchplan.candidates.screening import Said
from pitchplan.rules.effects import Ban, Near, Refused
from pitchplan.rules.vehicle import Use

__all__ = ["Screened", "ScreeningLog"]


@dataclass(frozen=True, eq=False)
class Screened:
    """Places that were looked at, and what they break, a row per place and broken rule.

    Attributes
    ----------
    x_m, y_m : ndarray of float64, shape (places,)
        Centres in the planning CRS.
    bearing_deg : ndarray of float32, shape (places,)
    use : ndarray of uint8, shape (places,)
        Row of ``uses``.
    uses : tuple of Use
    place : ndarray of int32, shape (rows,)
        Position of the place.
    rule : ndarray of uint8, shape (rows,)
        Row of ``rules``.
    measured : ndarray of float32, shape (rows,)
        In the rule's unit.
    feature : ndarray of int32, shape (rows,)
        Row of ``features``; -1 where there is nothing to name.
    rules : tuple of str
        Ids, what makes a place unfit for a bay first.
    required : ndarray of float, shape (uses, rules)
        What each rule asks for.
    features : ndarray of str
        Ids of what was measured against.
    required_at : dict of int to ndarray of float32
        For a row of ``rules`` that does not ask for the same everywhere: what it asks for, row by row.
    holds : dict of int to str
        For a row of ``rules`` that does not always hold: when it does, in words.
    feature_hours : ndarray of str, optional
        When each of ``features`` holds; empty for always.
    partly : ndarray of int
        Positions of places that break rules at some hours only and are legal at others.
    """

    x_m: NDArray[np.float64]
    y_m: NDArray[np.float64]
    bearing_deg: NDArray[np.float32]
    use: NDArray[np.uint8]
    uses: tuple[Use, ...]
    place: NDArray[np.int32]
    rule: NDArray[np.uint8]
    measured: NDArray[np.float32]
    feature: NDArray[np.int32]
    rules: tuple[str, ...]
    required: NDArray[np.float64]
    features: NDArray[np.object_]
    required_at: Mapping[int, NDArray[np.float32]] = field(default_factory=dict)
    holds: Mapping[int, str] = field(default_factory=dict)
    feature_hours: NDArray[np.object_] | None = None
    partly: NDArray[np.intp] = field(default_factory=lambda: np.zeros(0, dtype=np.intp))

    def __len__(self) -> int:
        return len(self.x_m)

    @property
    def legal(self) -> NDArray[np.bool_]:
        """Which places break no rule, or none at some hours."""
        legal = np.ones(len(self), dtype=bool)
        legal[self.place] = False
        legal[self.partly] = True
        return legal

    def costs(self) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """Count by rule the places it refuses, and those of them that no other rule refuses."""
        place, rule, many = self.place, self.rule, len(self.rules)
        if self.partly.size:
            # What is legal at some hours is not refused, and a rule may refuse a place by two features.
            rows = np.unique(np.stack([place, rule])[:, ~np.isin(place, self.partly)], axis=1)
            place, rule = rows
        alone = np.bincount(place, minlength=len(self))[place] == 1
        return np.bincount(rule, minlength=many), np.bincount(rule[alone], minlength=many)

    def ids(self, chosen: NDArray[Any]) -> NDArray[np.object_]:
        """Name some places."""
        sizes = [self.uses[u].vehicle.size for u in self.use[chosen].tolist()]
        return place_ids(self.x_m[chosen], self.y_m[chosen], self.bearing_deg[chosen], "L", sizes)

    def table(self) -> pd.DataFrame:
        """List every place: place_id, vehicle, placement, x_m, y_m, legal."""
        vehicle, placement = self._said()
        return pd.DataFrame(
            {
                "place_id": self.ids(np.arange(len(self))),
                "vehicle": vehicle[self.use],
                "placement": placement[self.use],
                "x_m": self.x_m,
                "y_m": self.y_m,
                "legal": self.legal,
            }
        )

    def refusals(self, rows: NDArray[np.intp] | None = None) -> pd.DataFrame:
        """List broken rules, columns as `schemas.REFUSALS`; all of them, or some rows."""
        rows = np.arange(len(self.place)) if rows is None else rows
        place, rule, feature = self.place[rows], self.rule[rows], self.feature[rows]
        some, where = np.unique(place, return_inverse=True)
        vehicle, placement = self._said()
        return pd.DataFrame(
            {
                "place_id": self.ids(some)[where],
                "vehicle": vehicle[self.use[place]],
                "placement": placement[self.use[place]],
                "rule": np.array(self.rules, dtype=object)[rule],
                "feature_id": np.append(self.features, "")[feature],
                "measured": np.round(self.measured[rows].astype(np.float64), 3),
                "required": self._required(rows),
                "holds": self._holds(rows),
                "x_m": self.x_m[place],
                "y_m": self.y_m[place],
            }
        )

    def _required(self, rows: NDArray[np.intp]) -> NDArray[np.float64]:
        rule = self.rule[rows]
        required: NDArray[np.float64] = self.required[self.use[self.place[rows]], rule]
        for number, values in self.required_at.items():
            # The rows of one rule stand together.
            mine = np.flatnonzero(rule == number)
            own = values[rows[mine] - np.searchsorted(self.rule, number)]
            required[mine] = np.where(np.isnan(own), required[mine], np.round(own.astype(np.float64), 3))
        return required

    def _holds(self, rows: NDArray[np.intp]) -> NDArray[np.object_]:
        """Say when the rules hold, and where it has hours of its own what they measured against."""
        said = np.array([self.holds.get(k, "") for k in range(len(self.rules))], dtype=object)
        out = said[self.rule[rows]]
        if self.feature_hours is None:
            return out
        own = np.append(self.feature_hours, "")[self.feature[rows]]
        both = (own != "") & (out != "")
        return np.where(both, own + ", of it " + out, np.where(own != "", own, out))

    def nearest(self, x_m: float, y_m: float) -> NDArray[np.intp]:
        """Find the nearest place of every use that has one about as near as the nearest of all."""
        away = np.hypot(self.x_m - x_m, self.y_m - y_m)
        reach = float(away.min(initial=np.inf)) + _ALSO_M
        found = []
        for use in range(len(self.uses)):
            mine = np.flatnonzero(self.use == use)
            if len(mine) and away[mine].min() <= reach:
                found.append(int(mine[np.argmin(away[mine])]))
        return np.array(found, dtype=np.intp)

    def _said(self) -> tuple[NDArray[np.object_], NDArray[np.object_]]:
        vehicles = np.array([u.vehicle.id for u in self.uses], dtype=object)
        return vehicles, np.array([u.placement for u in self.uses], dtype=object)


_ALSO_M = 5.0


class ScreeningLog:
    """Takes down what is said of places, chunk by chunk.

    Parameters
    ----------
    rules : sequence of str
        Ids of all rules, in the order of the report.
    uses : sequence of Use
    """

    def __init__(self, rules: Sequence[str], uses: Sequence[Use]) -> None:
        self.rules, self.uses = tuple(rules), tuple(uses)
        self.number = {name: k for k, name in enumerate(rules)}
        self.required = np.full((len(self.uses), len(self.rules)), np.nan)
        self.seen = np.zeros((len(self.uses), len(self.rules)), dtype=np.intp)
        self.count = 0
        self._places: list[tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float32], int]] = []
        self._rows: list[tuple[NDArray[np.int32], int, NDArray[np.float32], NDArray[np.int32]]] = []
        self._required: list[tuple[int, int, NDArray[np.float64] | None]] = []
        self._names: list[NDArray[np.object_]] = []
        self._offset: dict[tuple[int, Said], int] = {}
        self._hours: list[NDArray[np.object_]] = []
        self._partly: list[NDArray[np.intp]] = []
        self._named = 0

    def announce(self, use: int, effects: Mapping[Said, Ban | Near]) -> None:
        """Note what the rules of one use ask for and measure against."""
        for said, effect in effects.items():
            rule = self.number[said.rule]
            if isinstance(effect, Near):
                self.required[use, rule] = effect.distance_m
                self.seen[use, rule] += len(effect.shapes)
            else:
                self.required[use, rule] = effect.required
                self.seen[use, rule] += effect.features
            self._offset[use, said] = self._named
            self._names.append(effect.names.astype(object))
            none = np.full(len(effect.names), "", dtype=object)
            self._hours.append(none if effect.hours is None else effect.hours)
            self._named += len(effect.names)

    def add(
        self, use: int, places: Places, said: Mapping[Said, Refused], partly: NDArray[np.intp] | None = None
    ) -> None:
        """Take down some places of one use, every rule they break, and which are legal nevertheless."""
        if partly is not None:
            self._partly.append(partly + self.count)
        turn = places.bearing_deg.astype(np.float32)
        self._places.append((places.x_m, places.y_m, turn, use))
        for key, refused in said.items():
            rule = self.number[key.rule]
            self.seen[use, rule] += refused.seen
            if len(refused.place):
                named = np.where(refused.feature >= 0, refused.feature + self._offset.get((use, key), 0), -1)
                place, measured = (refused.place + self.count).astype(np.int32), refused.measured
                self._rows.append((place, rule, measured.astype(np.float32), named.astype(np.int32)))
                self._required.append((rule, len(place), refused.required))
        self.count += len(places)

    def close(self, holds: Mapping[str, str] | None = None) -> Screened:
        """Put everything together, rows in the order of the rules and then of the places.

        ``holds`` says of rules when they hold.
        """
        empty: NDArray[Any] = np.zeros(0)
        x, y, turn = (np.concatenate([p[k] for p in self._places] or [empty]) for k in range(3))
        use = np.repeat(
            np.array([p[3] for p in self._places], dtype=np.uint8), [len(p[0]) for p in self._places]
        )
        rows = sorted(self._rows, key=lambda r: r[1])
        place, measured, feature = (np.concatenate([r[k] for r in rows] or [empty]) for k in (0, 2, 3))
        rule = np.repeat(np.array([r[1] for r in rows], dtype=np.uint8), [len(r[0]) for r in rows])
        return Screened(
            x_m=x,
            y_m=y,
            bearing_deg=turn.astype(np.float32),
            use=use,
            uses=self.uses,
            place=place.astype(np.int32),
            rule=rule,
            measured=measured.astype(np.float32),
            feature=feature.astype(np.int32),
            rules=self.rules,
            required=self.required,
            features=np.concatenate([*self._names, np.zeros(0, dtype=object)]),
            required_at=self._required_at(),
            holds={self.number[rule]: said for rule, said in (holds or {}).items()},
            feature_hours=self._feature_hours(),
            partly=np.concatenate([*self._partly, np.zeros(0, dtype=np.intp)]),
        )

    def _feature_hours(self) -> NDArray[np.object_] | None:
        hours = np.concatenate([*self._hours, np.zeros(0, dtype=object)])
        return hours if (hours != "").any() else None

    def _required_at(self) -> dict[int, NDArray[np.float32]]:
        """Give what is asked for row by row, for the rules of which any row says so."""
        varies = {rule for rule, _, required in self._required if required is not None}
        parts: dict[int, list[NDArray[np.float32]]] = {rule: [] for rule in varies}
        for rule, count, required in self._required:
            if rule in varies:
                own = np.full(count, np.nan) if required is None else required
                parts[rule].append(own.astype(np.float32))
        return {rule: np.concatenate(p) for rule, p in parts.items()}
