"""What an allocation is made from: tables, checked against one another, and plain numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from pitchplan.errors import Faults
from pitchplan.growers.gateways import read_gateways
from pitchplan.growers.reading import read_growers
from pitchplan.growers.routes import gateway_routes
from pitchplan.growers.turns import Asked, ticket_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from pitchplan.city.layers import City
    from pitchplan.plan import Plan

__all__ = ["METHODS", "Ready", "prepared"]

METHODS = ("nearest-gateway", "queue", "lottery")


@dataclass(frozen=True, eq=False)
class Ready:
    """What an allocation is made from.

    Attributes
    ----------
    plan : Plan
        The plan, of the week that is asked for.
    table : pandas.DataFrame
        The growers who sell in it, columns as `schemas.GROWERS`.
    routes : pandas.DataFrame
        Columns as `schemas.ROUTES`.
    drives, seats, asked
        The same as plain numbers, as `in_turn` takes them; ``asked`` in the order of the table.
    """

    plan: Plan
    table: pd.DataFrame
    routes: pd.DataFrame
    drives: dict[str, dict[int, int]]
    seats: dict[tuple[int, str], int]
    asked: list[Asked]


def prepared(
    plan: Plan,
    growers: str | Path | pd.DataFrame,
    method: str,
    city: City,
    gateways: str | Path | pd.DataFrame,
    week: int | None,
    fits: Mapping[str, Sequence[str]] | None,
    salt: str,
    seed: str | None,
) -> Ready:
    """Read and check what `allocate` is given; a seed of None is one that nobody knows yet.

    Raises
    ------
    InputError
        As for `allocate`.
    """
    table = read_growers(growers, vehicles=sorted(set(plan.pitches["vehicle"]) | set(fits or {})))
    places = read_gateways(gateways, crs=plan.crs)
    # Before anyone is left out: rows are those of the file, and a spot that is closed may be wished for.
    _check(plan, table, places, method, seed, salt)
    if week is not None:
        plan = plan.at_week(week)
        first, last = table["first_week"].fillna(1), table["last_week"].fillna(10**6)
        table = table[(first <= week) & (last >= week)].reset_index(drop=True)
    vehicles = sorted(set(table["vehicle"]))
    routes = gateway_routes(city, plan.spots, places, vehicles=vehicles, hours=plan.season.hours)
    drives: dict[str, dict[int, int]] = {}
    for r in routes[routes["drive_m"].notna()].itertuples():
        drives.setdefault(f"{r.gateway} · {r.vehicle}", {})[int(r.number)] = int(r.drive_m)
    sizes = plan.pitches.groupby(["number", "vehicle"]).size()
    seats = {(int(n), str(v)): int(c) for (n, v), c in sizes.items()}
    asked = _asked(table, seats, fits, salt if method == "lottery" else "")
    return Ready(plan, table, routes, drives, seats, asked)


def _check(
    plan: Plan, table: pd.DataFrame, gateways: pd.DataFrame, method: str, seed: str | None, salt: str
) -> None:
    faults = Faults("allocate")
    if method not in METHODS:
        faults.add("no such method", f"Use one of {', '.join(METHODS)}", column="method", value=method)
    if method == "lottery":
        for name, text in (("seed", seed), ("salt", salt)):
            if text is not None and (not isinstance(text, str) or len(text) < 4):
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
