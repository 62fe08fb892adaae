"""Who gets which pitch: by the shortest drives, by turn, or by lot."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from pitchplan.errors import Fault, Faults, InputError
from pitchplan.growers.gateways import read_gateways
from pitchplan.growers.lottery import proof_of
from pitchplan.growers.nearest import nearest
from pitchplan.growers.reading import read_growers
from pitchplan.growers.routes import gateway_routes, unreachable
from pitchplan.growers.turns import Asked, draw_key, in_turn, ticket_of
from pitchplan.schemas import ALLOCATION

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from pitchplan.city.layers import City
    from pitchplan.growers.turns import Given
    from pitchplan.plan import Plan

__all__ = ["METHODS", "Allocation", "allocate"]

METHODS = ("nearest-gateway", "queue", "lottery")
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
            The file could not be written.
        """
        from pathlib import Path

        from pitchplan.files.writing import write_atomically

        if self.proof is None:
            raise InputError(Fault("no lottery", 'Allocate with method="lottery"', "write_proof"))
        text = json.dumps(self.proof, ensure_ascii=False, indent=1, sort_keys=True)
        return write_atomically(Path(path), (text + "\n").encode())

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
        where it can be looked up. Publish the list's hash (``proof["list_sha256"]``) before.
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
    if week is not None:
        plan = plan.at_week(week)
    table = read_growers(growers, vehicles=sorted(set(plan.pitches["vehicle"]) | set(fits or {})))
    if week is not None:
        first, last = table["first_week"].fillna(1), table["last_week"].fillna(10**6)
        table = table[(first <= week) & (last >= week)].reset_index(drop=True)
    places = read_gateways(gateways, crs=plan.crs)
    _check(plan, table, places, method, seed, salt)
    routes = gateway_routes(
        city, _at_streets(plan), places, vehicles=sorted(set(table["vehicle"])), hours=plan.season.hours
    )
    drives: dict[str, dict[int, int]] = {}
    for r in routes[routes["drive_m"].notna()].itertuples():
        drives.setdefault(f"{r.gateway} · {r.vehicle}", {})[int(r.number)] = int(r.drive_m)
    seats = plan.pitches.groupby(["number", "vehicle"]).size()
    count = {(int(n), str(v)): int(c) for (n, v), c in seats.items()}
    asked = _asked(table, count, fits, salt if method == "lottery" else "")
    if method == "nearest-gateway":
        order = list(range(len(asked)))
        given = nearest(asked, count, drives)
    else:
        order = _order(table, asked, method, seed)
        in_order = in_turn([asked[k] for k in order], count, drives)
        given = [in_order[order.index(k)] for k in range(len(asked))]
    turns = {k: place + 1 for place, k in enumerate(order)} if method != "nearest-gateway" else {}
    result = _table(plan, table, asked, given, turns, drives, salted=method == "lottery")
    proof = (
        proof_of([asked[k] for k in order], [given[k] for k in order], count, drives, seed, seed_source)
        if method == "lottery"
        else None
    )
    return Allocation(result, method, routes, proof)


def _at_streets(plan: Plan) -> pd.DataFrame:
    """Return the spots, each with the street most of its pitches stand at."""
    counts = plan.pitches.groupby(["spot_id", "street_id"]).size().reset_index(name="n")
    counts = counts.sort_values(["n", "street_id"], ascending=[False, True], kind="stable")
    street = counts.drop_duplicates("spot_id").set_index("spot_id")["street_id"]
    return plan.spots.assign(street_id=plan.spots["spot_id"].map(street))


def _check(
    plan: Plan, table: pd.DataFrame, gateways: pd.DataFrame, method: str, seed: str, salt: str
) -> None:
    faults = Faults("allocate")
    if method not in METHODS:
        faults.add("no such method", f"Use one of {', '.join(METHODS)}", column="method", value=method)
    if method == "lottery":
        for name, text in (("seed", seed), ("salt", salt)):
            if not isinstance(text, str) or len(text) < 4:
                faults.add(f"a lottery without a {name}", "Give a text of 4 characters or more", column=name)
    known, numbers = set(gateways["name"]), {str(n) for n in plan.spots["number"]}
    missing = table["declared"].isna().tolist() if method == "queue" else [False] * len(table)
    columns = zip(table["gateway"].tolist(), table["wishes"].tolist(), missing, strict=True)
    for row, (gateway, wishes, undated) in enumerate(columns, start=2):
        if undated:
            fix = "Give a day or a rank"
            faults.add("not known when they declared", fix, row=row, column="declared")
        if gateway not in known:
            fix = f"Use one of {', '.join(sorted(known))}, or add it to the gateways"
            faults.add("an unknown gateway", fix, row=row, column="gateway", value=gateway)
        for wish in str(wishes).split(";") if wishes else ():
            if wish not in numbers:
                what = "a wish for no spot of the plan"
                faults.add(what, "Give numbers of the map", row=row, column="wishes", value=wish)
    faults.raise_if_any()


def _asked(
    table: pd.DataFrame,
    seats: Mapping[tuple[int, str], int],
    fits: Mapping[str, Sequence[str]] | None,
    salt: str,
) -> list[Asked]:
    made = sorted({bay for _, bay in seats})
    out = []
    for g in table.itertuples():
        own = (str(g.vehicle),) if len(made) > 1 else tuple(made)
        bays = tuple((fits or {}).get(str(g.vehicle), own))
        wishes = tuple(int(w) for w in str(g.wishes).split(";")) if g.wishes else ()
        ticket = ticket_of(str(g.grower_id), salt) if salt else str(g.grower_id)
        out.append(Asked(ticket, f"{g.gateway} · {g.vehicle}", bays, wishes))
    return out


def _order(table: pd.DataFrame, asked: list[Asked], method: str, seed: str) -> list[int]:
    places = range(len(asked))
    if method == "lottery":
        return sorted(places, key=lambda k: (draw_key(seed, asked[k].ticket), asked[k].ticket))
    declared = table["declared"].tolist()
    return sorted(places, key=lambda k: (declared[k], asked[k].ticket))


def _table(
    plan: Plan,
    table: pd.DataFrame,
    asked: list[Asked],
    given: list[Given],
    turns: Mapping[int, int],
    drives: Mapping[str, Mapping[int, int]],
    *,
    salted: bool,
) -> pd.DataFrame:
    """Write the allocation: which pitch, under which permit."""
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
