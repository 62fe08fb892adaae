"""One after the other: whoever's turn it is takes the best that is left.

Plain words and numbers alone, so that a published draw can be replayed from its file.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["Asked", "Given", "draw_key", "in_turn", "ticket_of", "why_not"]


class Asked(NamedTuple):
    """What one grower asks for.

    Attributes
    ----------
    ticket : str
        Who.
    kind : str
        Gateway and class of vehicle, which together say how far each spot is.
    bays : tuple of str
        Classes of bay the vehicle fits.
    wishes : tuple of int
        Numbers of spots, the dearest first.
    """

    ticket: str
    kind: str
    bays: tuple[str, ...]
    wishes: tuple[int, ...]


class Given(NamedTuple):
    """What one grower gets: number of the spot (0 for none), class of bay, which wish, or why not."""

    number: int
    bay: str
    wish: int
    why_not: str


def ticket_of(grower_id: str, salt: str) -> str:
    """Return what stands for a grower in public: a salted SHA-256, 64 hexadecimal digits.

    Examples
    --------
    >>> ticket_of("G-1", "salt") == ticket_of("G-1", "salt") != ticket_of("G-2", "salt")
    True
    """
    return hashlib.sha256(f"{salt}\n{grower_id}".encode()).hexdigest()


def draw_key(seed: str, ticket: str) -> str:
    r"""Return a ticket's lot: the SHA-256 of seed, a line break and ticket; the least is drawn first.

    Anyone can work it out: ``printf '%s\n%s' SEED TICKET | sha256sum``.
    """
    return hashlib.sha256(f"{seed}\n{ticket}".encode()).hexdigest()


def in_turn(
    asked: Sequence[Asked],
    seats: Mapping[tuple[int, str], int],
    drives: Mapping[str, Mapping[int, int]],
) -> list[Given]:
    """Let growers choose in order: the dearest wish that is free, else the nearest free spot.

    Parameters
    ----------
    asked : sequence of Asked
        In the order of their turns.
    seats : mapping of (int, str) to int
        Pitches by number of the spot and class of bay.
    drives : mapping of str to mapping of int to int
        Metres to each spot that can be reached, by kind.

    Returns
    -------
    list of Given
        In the same order.
    """
    free = dict(seats)
    out = []
    for one in asked:
        near = drives.get(one.kind, {})
        order = [*one.wishes, *sorted(near, key=lambda n: (near[n], n))]
        taken = next(
            (
                (number, bay)
                for number in order
                if number in near
                for bay in one.bays
                if free.get((number, bay), 0) > 0
            ),
            None,
        )
        if taken is None:
            out.append(Given(0, "", 0, why_not(one, near, seats)))
            continue
        free[taken] -= 1
        wish = one.wishes.index(taken[0]) + 1 if taken[0] in one.wishes else 0
        out.append(Given(*taken, wish, ""))
    return out


def why_not(one: Asked, near: Mapping[int, int], seats: Mapping[tuple[int, str], int]) -> str:
    """Say why a grower got nothing: no pitch fits, none can be reached, or all are taken."""
    fitting = {n for (n, bay), count in seats.items() if bay in one.bays and count > 0}
    if not fitting:
        return "no pitch is made for this class of vehicle"
    if not fitting & set(near):
        return "no spot with a fitting pitch can be reached from this gateway"
    return "all fitting pitches are taken"
