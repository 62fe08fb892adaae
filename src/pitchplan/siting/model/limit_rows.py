"""Each limit as rows of whole numbers that can be named and taken back alone."""

from __future__ import annotations

from functools import singledispatch
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from pitchplan.errors import Fault, Faults, InputError, NoPlanExists
from pitchplan.schemas import as_text
from pitchplan.siting import limits as lim
from pitchplan.siting.follow import Used
from pitchplan.siting.model.entries import NO_MOST, Entry
from pitchplan.siting.model.goal_parts import covered_block
from pitchplan.siting.refused import refused_there

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from pitchplan.siting.model.base import Base
    from pitchplan.siting.model.draft import Draft
    from pitchplan.siting.model.ground import Ground

__all__ = ["write_limit", "write_pitch_quota"]


def write_pitch_quota(draft: Draft, base: Base, entry: Entry) -> None:
    """Write the row of a number of pitches in a group; it is named alone."""
    if entry.group_by == "spot":
        return
    columns = base.members(entry.group_by, entry.group)
    room = float(base.pitch.upper[columns].sum())
    if room < entry.at_least:
        raise NoPlanExists(
            f"limit {entry} asks for {entry.at_least} pitches; only {room:.0f} are legal there"
            + refused_there(base.ground, str(entry))
        )
    if len(columns) == 0 and entry.at_least == 0:
        return
    draft.rows(
        f"limit {entry}",
        [(base.pitch, np.zeros(len(columns), np.int64), columns, 1)],
        lower=entry.at_least if entry.at_least > 0 else -np.inf,
        upper=entry.at_most if entry.at_most < room else np.inf,
        optional=True,
        unit="pitches",
    )


def _members(frame: pd.DataFrame, group_by: str, group: str) -> NDArray[np.bool_]:
    if group_by == "city":
        return np.ones(len(frame), dtype=bool)
    return np.asarray(as_text(frame[group_by]) == group, dtype=bool)


def _groups(limit: lim.Quota | lim.SpotCount, frame: pd.DataFrame, known: Sequence[str]) -> list[str]:
    """Return the groups a limit holds for, or raise if there is no such column or group."""
    by = limit.group_by
    if by == "city" and limit.group in ("", "each"):
        return [""]
    if by == "city":
        fix = "Leave the group empty: all of the city is one"
        raise InputError(Fault("a group of the whole city", fix, "limits", None, "group", limit.group))
    if by not in frame.columns or by in ("geometry", "pitch_id"):
        some = ", ".join(c for c in frame.columns if frame[c].dtype.kind in "OUT")
        raise InputError(
            Fault(
                "no such column to count by", f"Use 'city' or one of: {some}", "limits", None, "group_by", by
            )
        )
    if limit.group == "each":
        return list(known)
    if str(limit.group) not in known:
        some = ", ".join(known[:12]) + (" …" if len(known) > 12 else "")
        raise InputError(
            Fault(
                f"there is no {by} of that name",
                f"Use one of: {some}, or 'each'",
                "limits",
                None,
                "group",
                limit.group,
            )
        )
    return [str(limit.group)]


def _known(ground: Ground, frame: pd.DataFrame, by: str) -> list[str]:
    communities = ground.city.communities
    names = {str(v) for v in frame[by].dropna()} if by in frame.columns else set()
    if by in ("community_id", "district"):
        names |= {str(v) for v in communities[by].dropna()}
    return sorted(names - {""})


@singledispatch
def write_limit(limit: lim.Limit, draft: Draft, base: Base) -> Iterator[Entry]:
    """Write a limit's rows and return its lines for the table of limits.

    Parameters
    ----------
    limit : limit
        One of `pitchplan.limits`, checked.
    draft : Draft
        Gets the rows.
    base : Base
        The columns there are.

    Raises
    ------
    InputError
        A limit names a column, community, district or street that the city does not have.
    NoPlanExists
        Residents who must be served can reach no legal run.
    """
    raise TypeError(limit)


@write_limit.register(lim.Quota)
def _quota(limit: lim.Quota, draft: Draft, base: Base) -> Iterator[Entry]:
    frame = base.ground.pitches
    # Groups whose pitches are all forbidden are groups all the same.
    known = _known(base.ground, base.ground.candidates.pitches, limit.group_by)
    most = NO_MOST if limit.at_most is None else int(limit.at_most)
    for group in _groups(limit, frame, known):
        entry = Entry("planner", "pitches", limit.group_by, group, int(limit.at_least), most)
        write_pitch_quota(draft, base, entry)
        yield entry


@write_limit.register(lim.QuotaByResidents)
def _quota_by_residents(limit: lim.QuotaByResidents, draft: Draft, base: Base) -> Iterator[Entry]:
    communities = base.ground.city.communities
    people = pd.to_numeric(communities["residents"], errors="coerce").fillna(0.0)
    by_group = people.groupby(communities[limit.group_by].astype(str)).sum().sort_index()
    if by_group.sum() <= 0:
        raise InputError(
            Fault("no residents known", "Give communities residents", "limits", None, "residents")
        )
    for group, count in by_group.items():
        part = base.ground.vendors.total * float(count) / float(by_group.sum())
        least = int(np.floor(limit.at_least * part + 1e-9))
        most = NO_MOST if limit.at_most is None else int(np.ceil(limit.at_most * part - 1e-9))
        entry = Entry("planner", "pitches", limit.group_by, str(group), least, max(least, most))
        write_pitch_quota(draft, base, entry)
        yield entry


@write_limit.register(lim.SpotSize)
def _spot_size(limit: lim.SpotSize, draft: Draft, base: Base) -> Iterator[Entry]:
    most = NO_MOST if limit.at_most is None else int(limit.at_most)
    yield Entry("planner", "pitches", "spot", "", int(limit.at_least), most)


@write_limit.register(lim.SpotCount)
def _spot_count(limit: lim.SpotCount, draft: Draft, base: Base) -> Iterator[Entry]:
    frame = base.ground.runs
    known = _known(base.ground, frame, limit.group_by)
    most = NO_MOST if limit.at_most is None else int(limit.at_most)
    for group in _groups(limit, frame, known):
        entry = Entry("planner", "spots", limit.group_by, group, int(limit.at_least), most)
        columns = np.flatnonzero(_members(frame, limit.group_by, group))
        draft.rows(
            f"limit {entry}",
            [(base.run, np.zeros(len(columns), np.int64), columns, 1)],
            lower=entry.at_least if entry.at_least else -np.inf,
            upper=most if most < len(columns) else np.inf,
            optional=True,
            unit="spots",
        )
        yield entry


def _known_communities(names: Sequence[str], ground: Ground) -> None:
    known = set(ground.city.communities["community_id"].astype(str))
    faults = Faults("limits")
    for name in names:
        if name not in known:
            some = ", ".join(sorted(known)[:12])
            faults.add(
                "there is no community_id of that name",
                f"Use some of: {some}",
                column="communities",
                value=name,
            )
    faults.raise_if_any()


@write_limit.register(lim.MustServe)
def _must_serve(limit: lim.MustServe, draft: Draft, base: Base) -> Iterator[Entry]:
    _known_communities(limit.communities, base.ground)
    walks = base.ground.walks(limit.within_m)
    groups = draft.grouped(walks)
    for name in sorted(set(limit.communities)):
        mine = walks.community_id == name
        lost = int(walks.residents[mine].sum())
        code = groups.communities.index(name) if name in groups.communities else -1
        rows = np.flatnonzero(groups.community == code)
        lost -= int(groups.residents[rows].sum())
        if lost:
            raise NoPlanExists(
                f"limit planner (community_id {name!r}: every resident within {limit.within_m:g} m"
                f" of a spot): {lost} residents have no legal run that near"
            )
        entry = Entry("planner", f"spots within {limit.within_m:g} m", "community_id", name, 1)
        pairs = groups.reach[rows].tocoo()
        draft.rows(
            f"limit {entry}",
            [(base.run, pairs.row, pairs.col, 1)],
            lower=1,
            count=len(rows),
            optional=True,
            unit="spots in reach",
        )
        yield entry


@write_limit.register(lim.ServeShare)
def _serve_share(limit: lim.ServeShare, draft: Draft, base: Base) -> Iterator[Entry]:
    ground, walks = base.ground, base.ground.walks(limit.within_m)
    groups = draft.grouped(walks)
    names = None if limit.communities is None else sorted(set(limit.communities))
    if names is None:
        total, mine, where = ground.residents, np.ones(len(groups.residents), dtype=bool), ""
    else:
        _known_communities(names, ground)
        codes = [k for k, c in enumerate(groups.communities) if c in names]
        mine, where = np.isin(groups.community, codes), ", ".join(names)
        total = ground.residents_of(names)
    least = int(np.ceil(limit.at_least * total - 1e-9))
    counts = f"residents within {limit.within_m:g} m of a spot"
    entry = Entry("planner", counts, "city" if names is None else "community_id", where, least)
    if int(groups.residents[mine].sum()) < least:
        raise NoPlanExists(
            f"limit {entry}: only {int(groups.residents[mine].sum())} have a legal run that near"
        )
    covered = covered_block(draft, base, groups)
    columns = np.flatnonzero(mine)
    draft.rows(
        f"limit {entry}",
        [(covered, np.zeros(len(columns), np.int64), columns, 1)],
        lower=least,
        optional=True,
        unit="residents",
    )
    yield entry


@write_limit.register(lim.Spacing)
def _spacing(limit: lim.Spacing, draft: Draft, base: Base) -> Iterator[Entry]:
    first, second, _ = base.ground.run_pairs(float(limit.distance_m))
    cliques = base.ground.cliques(np.column_stack([first, second]))
    row = np.repeat(np.arange(len(cliques)), [len(c) for c in cliques])
    column = np.array([c for clique in cliques for c in clique], dtype=np.int64)
    entry = Entry("planner", "metres between spots", "city", "", int(limit.distance_m))
    name = f"limit planner (city: spots at least {limit.distance_m:g} m apart)"
    draft.rows(name, [(base.run, row, column, 1)], upper=1, count=len(cliques), optional=True, unit="spots")
    yield entry


def _streets(limit: lim.KerbShare | lim.ObstructionBudget | lim.OneSide, ground: Ground) -> list[str]:
    known = sorted({str(s) for s in ground.pitches["street_id"].dropna()} - {""})
    if limit.streets is None:
        return known
    faults = Faults("limits")
    city = set(ground.city.centrelines["street_id"].astype(str))
    city |= set(ground.candidates.pitches["street_id"].dropna().astype(str))
    for name in limit.streets:
        if name not in city:
            faults.add(
                "there is no street_id of that name", "Use ids of city.streets", column="streets", value=name
            )
    faults.raise_if_any()
    return sorted(set(limit.streets) & set(known))


@write_limit.register(lim.KerbShare)
def _kerb_share(limit: lim.KerbShare, draft: Draft, base: Base) -> Iterator[Entry]:
    axes = base.ground.city.centrelines
    if len(axes) == 0:
        raise InputError(
            Fault(
                "no centrelines to measure kerbs by", "Give the city centrelines", "limits", None, "at_most"
            )
        )
    kerb_m = 2 * axes.geometry.length.groupby(axes["street_id"].astype(str)).sum()
    long_m = base.ground.pitches["length_m"].to_numpy(dtype=float)[base.bays.first]
    for street in _streets(limit, base.ground):
        if street not in kerb_m.index:
            continue
        columns = base.members("street_id", street)
        most_m, each_m = limit.at_most * float(kerb_m[street]), long_m[columns]
        if (each_m == each_m[0]).all():
            most = int(np.floor(most_m / each_m[0] + 1e-9))
            entry = Entry("planner", "pitches", "street_id", street, 0, most)
            write_pitch_quota(draft, base, entry)
        else:
            entry = _kerb_row(draft, base, street, most_m, columns, each_m)
        yield entry


def _kerb_row(
    draft: Draft,
    base: Base,
    street: str,
    most_m: float,
    columns: NDArray[np.int64],
    each_m: NDArray[np.float64],
) -> Entry:
    """Write a street's kerb in whole centimetres: bays rounded up, the share down, so that it is kept."""
    most_cm = int(np.floor(100 * most_m + 1e-6))
    entry = Entry("planner", "centimetres of kerb", "street_id", street, 0, most_cm)
    each_cm = np.ceil(100 * each_m - 1e-6).astype(np.int64)
    draft.rows(
        f"limit {entry}",
        [(base.pitch, np.zeros(len(columns), np.int64), columns, each_cm)],
        upper=most_cm,
        optional=True,
        unit="centimetres",
    )
    return entry


@write_limit.register(lim.ObstructionBudget)
def _obstruction_budget(limit: lim.ObstructionBudget, draft: Draft, base: Base) -> Iterator[Entry]:
    costs = base.ground.costs
    wanted = set(_streets(limit, base.ground))
    for place, street in enumerate(costs.street_ids):
        if street not in wanted:
            continue
        runs = np.flatnonzero(costs.street_of_run == place)
        bays = np.flatnonzero(np.isin(base.bays.run, runs))
        entry = Entry(
            "planner", "vehicle-seconds of delay per hour", "street_id", street, 0, int(limit.at_most)
        )
        draft.rows(
            f"limit {entry}",
            [
                (base.pitch, np.zeros(len(bays), np.int64), bays, base.pitch_cost[bays]),
                (base.run, np.zeros(len(runs), np.int64), runs, costs.per_run[runs]),
                (base.street, 0, place, int(costs.per_street[place])),
            ],
            upper=int(limit.at_most),
            optional=True,
            unit="vehicle-seconds",
        )
        yield entry


@write_limit.register(lim.OneSide)
def _one_side(limit: lim.OneSide, draft: Draft, base: Base) -> Iterator[Entry]:
    runs = base.ground.runs
    street = as_text(runs["street_id"]).to_numpy(dtype=object)
    side = as_text(runs["side"]).to_numpy(dtype=object)
    wanted = set(_streets(limit, base.ground))
    mine = np.array([s in wanted and w != "" for s, w in zip(street, side, strict=True)], dtype=bool)
    sides = sorted({(street[k], side[k]) for k in np.flatnonzero(mine)})
    place = {pair: k for k, pair in enumerate(sides)}
    of_run = np.array(
        [place[street[k], side[k]] if mine[k] else -1 for k in range(len(runs))], dtype=np.int64
    )
    used = draft.block("side", np.ones(len(sides)))
    run = np.flatnonzero(of_run >= 0)
    row = np.arange(len(run))
    draft.rows(
        "side-open",
        [(base.run, row, run, 1), (used, row, of_run[run], -1)],
        upper=0,
        count=len(run),
        defines=used,
    )
    draft.follow(lambda: Used(used.columns, base.run.columns, of_run))
    for name in sorted({s for s, _ in sides}):
        columns = np.array([k for k, (s, _) in enumerate(sides) if s == name], dtype=np.int64)
        entry = Entry("planner", "sides", "street_id", name, 0, 1)
        if len(columns) > 1:
            draft.rows(
                f"limit {entry}",
                [(used, np.zeros(len(columns), np.int64), columns, 1)],
                upper=1,
                optional=True,
                unit="sides",
            )
        yield entry
