"""Who gets which pitch: by the shortest drives, by turn, or by lot."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from pitchplan.errors import Fault, InputError
from pitchplan.growers.lottery import frozen, proof_of
from pitchplan.growers.nearest import nearest
from pitchplan.growers.preparing import prepared
from pitchplan.growers.routes import unreachable
from pitchplan.growers.turns import Asked, draw_key, in_turn
from pitchplan.schemas import ALLOCATION

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from pitchplan.city.layers import City
    from pitchplan.growers.preparing import Ready
    from pitchplan.growers.turns import Given
    from pitchplan.plan import Plan

__all__ = ["Allocation", "allocate", "freeze_lottery"]

_PUBLIC = ("ticket", "turn", "number", "wish")


@dataclass(frozen=True, eq=False)
class Allocation:
    """Who gets which pitch.

    Attributes
    ----------
    table : pandas.DataFrame
        One row per grower in the order of the growers' table, columns as `schemas.ALLOCATION`. For
        the office: who has the salt can tell who stands behind a ticket.
    method : str
        How it was made.
    routes : pandas.DataFrame
        Drives, columns as `schemas.ROUTES`.
    proof : dict or None
        Of a lottery: what anyone can check, ready for JSON.
    """

    table: pd.DataFrame
    method: str
    routes: pd.DataFrame
    proof: dict[str, Any] | None = None

    @property
    def hosted(self) -> int:
        """Growers who have a pitch."""
        return int((self.table["number"] > 0).sum())

    @property
    def drive_m(self) -> int:
        """Metres that all of them drive from their gateways together."""
        return int(self.table["drive_m"].fillna(0).sum())

    @property
    def public(self) -> pd.DataFrame:
        """What may be published: tickets, turns, numbers and wishes; nobody's name, telephone or id."""
        columns = [c for c in _PUBLIC if c != "ticket" or (self.table["ticket"] != "").any()]
        return self.table[columns].sort_values(columns[0], ignore_index=True)

    def write_proof(self, path: str | Path) -> Path:
        """Write a lottery's proof as JSON, whole or not at all.

        Raises
        ------
        InputError
            It was no lottery.
        OutputError
            The file could not be written, or something else was published under its name.
        """
        from pathlib import Path

        from pitchplan.files.ledger import write_guarded

        if self.proof is None:
            raise InputError(Fault("no lottery", 'Allocate with method="lottery"', "write_proof"))
        text = json.dumps(self.proof, ensure_ascii=False, indent=1, sort_keys=True)
        return write_guarded(Path(path), (text + "\n").encode())

    def __repr__(self) -> str:
        table = self.table
        lines = [
            f"Allocation by {self.method}: {self.hosted} of {len(table)} growers have a pitch,"
            f" {self.drive_m / 1000:.1f} km from their gateways together"
        ]
        wished = int((table["wish"] > 0).sum())
        if wished:
            lines.append(
                f"  {wished} got a spot they wished for, {int((table['wish'] == 1).sum())} the dearest"
            )
        for why, count in table.loc[table["number"] == 0, "why_not"].value_counts().items():
            lines.append(f"  {count} without: {why}")
        lines += [f"  {line}" for line in unreachable(self.routes)] if len(self.routes) else []
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        from html import escape

        return "<p>" + "<br>".join(escape(line) for line in repr(self).split("\n")) + "</p>"


def allocate(
    plan: Plan,
    growers: str | Path | pd.DataFrame,
    method: str = "nearest-gateway",
    *,
    city: City,
    gateways: str | Path | pd.DataFrame,
    week: int | None = None,
    fits: Mapping[str, Sequence[str]] | None = None,
    seed: str = "",
    seed_source: str = "",
    salt: str = "",
) -> Allocation:
    """Give each grower a pitch.

    Parameters
    ----------
    plan : Plan
        The pitches: one for each grower.
    growers : path or pandas.DataFrame
        Columns as `schemas.GROWERS`, see `read_growers`.
    method : {"nearest-gateway", "queue", "lottery"}
        ``nearest-gateway`` hosts as many as can be and lets them drive the fewest metres together,
        exactly. ``queue`` lets them choose in the order in which they declared, ``lottery`` in the
        order of a draw that anyone can replay: each takes the dearest wish that is free, else the
        nearest free spot.
    city : City
        Its streets and truck bans say which spots a vehicle reaches, and how far they are.
    gateways : path or pandas.DataFrame
        Where growers enter the city, see `read_gateways`.
    week : int, optional
        Of a plan by weeks: allocate that week's pitches to those who sell in it.
    fits : mapping of str to sequence of str, optional
        Classes of bay that each class of vehicle may use, the best first. Its own class unless
        given; a plan with bays of one class alone makes them for all its vendors.
    seed, seed_source : str
        Of a lottery: a text that nobody could choose, such as the numbers of a public draw, and
        where it can be looked up. Publish what `freeze_lottery` returns before.
    salt : str
        Of a lottery: a secret of the office; only who has it can tell whose ticket is whose.

    Returns
    -------
    Allocation

    Raises
    ------
    InputError
        A table cannot be read, a gateway or wish is unknown, or a lottery has no seed or salt.
    """
    ready = prepared(plan, growers, method, city, gateways, week, fits, salt, seed)
    asked = ready.asked
    if method == "nearest-gateway":
        given, turns, proof = nearest(asked, ready.seats, ready.drives), {}, None
    else:
        order = _order(ready.table, asked, method, seed)
        in_order = [asked[k] for k in order]
        taken = in_turn(in_order, ready.seats, ready.drives)
        by_place = dict(zip(order, taken, strict=True))
        given, turns = [by_place[k] for k in range(len(asked))], {k: n for n, k in enumerate(order, start=1)}
        drawn = method == "lottery"
        proof = proof_of(in_order, taken, ready.seats, ready.drives, seed, seed_source) if drawn else None
    table = _table(ready, given, turns, salted=method == "lottery")
    return Allocation(table, method, ready.routes, proof)


def freeze_lottery(
    plan: Plan,
    growers: str | Path | pd.DataFrame,
    *,
    city: City,
    gateways: str | Path | pd.DataFrame,
    salt: str,
    week: int | None = None,
    fits: Mapping[str, Sequence[str]] | None = None,
) -> dict[str, Any]:
    """Return what a lottery will be drawn from, to be published before anyone can know its seed.

    Parameters
    ----------
    plan, growers, city, gateways, salt, week, fits
        As for `allocate`, which draws from the same list when it is given the same.

    Returns
    -------
    dict
        Ready for JSON: tickets with their wishes, pitches and drives, and ``list_sha256`` of all of
        them, which `check_lottery` compares. Nobody's name, telephone or id is in it.

    Raises
    ------
    InputError
        As for `allocate`.
    """
    ready = prepared(plan, growers, "lottery", city, gateways, week, fits, salt, None)
    return frozen(ready.asked, ready.seats, ready.drives)


def _order(table: pd.DataFrame, asked: list[Asked], method: str, seed: str) -> list[int]:
    places = range(len(asked))
    if method == "lottery":
        return sorted(places, key=lambda k: (draw_key(seed, asked[k].ticket), asked[k].ticket))
    declared = table["declared"].tolist()
    return sorted(places, key=lambda k: (declared[k], asked[k].ticket))


def _table(ready: Ready, given: list[Given], turns: Mapping[int, int], *, salted: bool) -> pd.DataFrame:
    """Write the allocation: which pitch, under which permit."""
    plan, table, asked, drives = ready.plan, ready.table, ready.asked, ready.drives
    spot = dict(zip(plan.spots["number"], plan.spots["spot_id"], strict=True))
    bays: dict[tuple[int, str], list[str]] = {}
    for p in plan.pitches.sort_values(["number", "chainage_m", "pitch_id"]).itertuples():
        bays.setdefault((int(p.number), str(p.vehicle)), []).append(str(p.pitch_id))
    nth: dict[int, int] = {}
    rows = []
    for k in sorted(range(len(asked)), key=lambda k: (turns.get(k, 0), k)):
        one, got = asked[k], given[k]
        permit = pitch = ""
        if got.number:
            pitch = bays[got.number, got.bay].pop(0)
            nth[got.number] = nth.get(got.number, 0) + 1
            permit = f"{plan.season.first.year}-{got.number:03d}-{nth[got.number]:02d}"
        drive = drives[one.kind][got.number] if got.number else np.nan
        rows.append(
            (
                k,
                table["grower_id"][k],
                one.ticket if salted else "",
                turns.get(k, 0),
                spot.get(got.number, ""),
                got.number,
                pitch,
                permit,
                table["vehicle"][k],
                got.wish,
                float(drive),
                got.why_not,
            )
        )
    out = pd.DataFrame(rows, columns=["_at", *ALLOCATION.names]).sort_values("_at", ignore_index=True)
    return out[ALLOCATION.names]
