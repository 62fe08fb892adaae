"""Growers to the nearest spots: as many as can be, then the least metres in all, exactly."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import csr_array, vstack

from pitchplan.growers.turns import Given, why_not

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pitchplan.growers.turns import Asked

__all__ = ["nearest"]


def nearest(
    asked: Sequence[Asked],
    seats: Mapping[tuple[int, str], int],
    drives: Mapping[str, Mapping[int, int]],
) -> list[Given]:
    """Host as many growers as can be, and let them drive the fewest metres together.

    Growers of one gateway and one class of vehicle are alike, so that this is a transportation
    problem of few kinds and spots, whose linear program has a whole best answer (Hitchcock, 1941).
    Wishes do not count. Among growers who are alike, the one of the smaller ticket gets the nearer.

    Parameters
    ----------
    asked, seats, drives
        As for `in_turn`.

    Returns
    -------
    list of Given
        In the order of ``asked``.
    """
    kinds = Counter((one.kind, one.bays) for one in asked)
    rows = sorted(kinds)
    pairs = [
        (i, seat, drives[kind][seat[0]])
        for i, (kind, bays) in enumerate(rows)
        for seat in sorted(seats)
        if seat[1] in bays and seats[seat] > 0 and seat[0] in drives.get(kind, {})
    ]
    flow = _shipped(pairs, [kinds[r] for r in rows], seats)
    places: dict[int, list[tuple[int, int, str]]] = {i: [] for i in range(len(rows))}
    for (i, seat, metres), count in zip(pairs, flow, strict=True):
        places[i] += [(metres, *seat)] * count
    out: list[Given | None] = [None] * len(asked)
    for i, row in enumerate(rows):
        mine = sorted(
            (k for k, one in enumerate(asked) if (one.kind, one.bays) == row), key=lambda k: asked[k].ticket
        )
        for k, place in zip(mine, sorted(places[i]), strict=False):
            wishes = asked[k].wishes
            out[k] = Given(place[1], place[2], wishes.index(place[1]) + 1 if place[1] in wishes else 0, "")
    return [
        given or Given(0, "", 0, why_not(one, drives.get(one.kind, {}), seats))
        for given, one in zip(out, asked, strict=True)
    ]


def _shipped(
    pairs: list[tuple[int, tuple[int, str], int]],
    supply: list[int],
    seats: Mapping[tuple[int, str], int],
) -> list[int]:
    """Return how many growers of each pair of kind and seat there are."""
    if not pairs:
        return []
    place = {seat: k for k, seat in enumerate(sorted({seat for _, seat, _ in pairs}))}
    kind = np.array([i for i, _, _ in pairs])
    seat = np.array([place[s] for _, s, _ in pairs])
    metres = np.array([m for _, _, m in pairs], dtype=float)
    column = np.arange(len(pairs))
    ones = np.ones(len(pairs))
    limits = vstack(
        [
            csr_array((ones, (kind, column)), shape=(len(supply), len(pairs))),
            csr_array((ones, (seat, column)), shape=(len(place), len(pairs))),
        ],
        format="csr",
    )
    room = np.array([*supply, *(seats[s] for s in place)], dtype=float)
    hosted = round(-linprog(-ones, A_ub=limits, b_ub=room, method="highs-ds").fun)
    best = linprog(
        metres, A_ub=limits, b_ub=room, A_eq=csr_array(ones[None]), b_eq=[hosted], method="highs-ds"
    )
    flow = np.rint(best.x).astype(int)
    assert flow.sum() == hosted
    assert (limits @ flow <= room).all()
    return [int(f) for f in flow]
