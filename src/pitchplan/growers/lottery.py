"""The proof of a lottery: what was frozen before the draw, and the draw, to be checked by anyone."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

from pitchplan.errors import Fault, InputError
from pitchplan.files.strictjson import loads_strictly, read_bytes
from pitchplan.growers.turns import Asked, draw_key, in_turn, ticket_of
from pitchplan.masking import mask_numbers

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from pitchplan.growers.turns import Given

__all__ = ["PROFILE", "check_lottery", "frozen", "proof_of"]

PROFILE = "pitchplan-lottery/1"
_HOW = (
    "Lot of a ticket = SHA-256 of seed, line break, ticket: printf '%s\\n%s' SEED TICKET | sha256sum. "
    "The least lot comes first. In turn each takes the first of its wishes with a free pitch of a class "
    "that fits and that can be reached, else the nearest such spot (fewest metres, then the smaller number). "
    "list_sha256 = SHA-256 of entries, seats and drives as one line of JSON each with sorted keys, the lines "
    "sorted: of each entry, of each seat, and of each drive as [kind, number, metres]."
)


def frozen(
    asked: Sequence[Asked],
    seats: Mapping[tuple[int, str], int],
    drives: Mapping[str, Mapping[int, int]],
) -> dict[str, Any]:
    """Write what a lottery is drawn from: to be published before anyone can know the seed.

    Parameters
    ----------
    asked : sequence of Asked
        In any order.
    seats, drives
        As for `in_turn`.

    Returns
    -------
    dict
        Entries by ticket, seats, drives and ``list_sha256``, which covers all three.
    """
    facts = {
        "entries": [_entry(one) for one in sorted(asked)],
        "seats": [{"number": n, "bay": bay, "count": c} for (n, bay), c in sorted(seats.items())],
        "drives": {kind: {str(n): m for n, m in sorted(d.items())} for kind, d in sorted(drives.items())},
    }
    return {"profile": PROFILE, "how": _HOW, **facts, "list_sha256": _list_hash(facts)}


def proof_of(
    asked: Sequence[Asked],
    given: Sequence[Given],
    seats: Mapping[tuple[int, str], int],
    drives: Mapping[str, Mapping[int, int]],
    seed: str,
    seed_source: str,
) -> dict[str, Any]:
    """Write a lottery's proof: nobody's name, telephone or id is in it.

    Parameters
    ----------
    asked, given : sequences
        In the order of the draw.
    seats, drives
        As for `in_turn`.
    seed, seed_source : str
        What the draw was made with.
    """
    return {
        **frozen(asked, seats, drives),
        "seed": seed,
        "seed_source": mask_numbers(seed_source),
        "outcome": [_turn(k, *pair, seed) for k, pair in enumerate(zip(asked, given, strict=True), 1)],
    }


def _turn(turn: int, one: Asked, got: Given, seed: str) -> dict[str, Any]:
    lot = draw_key(seed, one.ticket)
    return {"turn": turn, "ticket": one.ticket, "lot": lot, "number": got.number, "bay": got.bay}


def _entry(one: Asked) -> dict[str, Any]:
    return {"ticket": one.ticket, "kind": one.kind, "bays": list(one.bays), "wishes": list(one.wishes)}


def _list_hash(facts: Mapping[str, Any]) -> str:
    drives = ([kind, n, m] for kind, d in facts["drives"].items() for n, m in d.items())
    rows = (*facts["entries"], *facts["seats"], *drives)
    lines = sorted(json.dumps(row, ensure_ascii=False, sort_keys=True) for row in rows)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def check_lottery(
    proof: str | Path | dict[str, Any],
    *,
    list_sha256: str = "",
    grower_ids: Iterable[str] = (),
    salt: str = "",
) -> list[str]:
    """Replay a lottery and name everything that does not fit.

    Parameters
    ----------
    proof : path or dict
        What `Allocation.write_proof` wrote.
    list_sha256 : str
        The list's hash as it was published before the draw.
    grower_ids : iterable of str
        With ``salt``: ids that must be in the list, each once, and no others.
    salt : str
        The office's secret.

    Returns
    -------
    list of str
        What does not fit; empty where all does.

    Raises
    ------
    InputError
        It is no proof of a lottery.
    """
    found = proof if isinstance(proof, dict) else loads_strictly(read_bytes(proof), str(proof))
    try:
        return _faults(found, list_sha256, list(grower_ids), salt)
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError):
        what = "not a lottery's proof, or parts of it are missing"
        raise InputError(Fault(what, "Give the file as it was published", str(proof)[:80])) from None


def _faults(found: dict[str, Any], list_sha256: str, ids: list[str], salt: str) -> list[str]:
    if found["profile"] != PROFILE:
        raise ValueError(found["profile"])
    entries, out = found["entries"], []
    asked = [Asked(e["ticket"], e["kind"], tuple(e["bays"]), tuple(e["wishes"])) for e in entries]
    hashed = _list_hash(found)
    if hashed != found["list_sha256"]:
        out.append("the list is not the one its hash was made of")
    if list_sha256 and hashed != list_sha256:
        out.append("the list is not the one whose hash was published before the draw")
    tickets = [one.ticket for one in asked]
    if len(set(tickets)) < len(tickets):
        out.append("a ticket is in the list twice")
    if salt:
        own = {ticket_of(i, salt) for i in ids}
        out += [f"{len(own - set(tickets))} growers are not in the list"] if own - set(tickets) else []
        out += [f"{len(set(tickets) - own)} tickets are nobody's"] if set(tickets) - own else []
    order = sorted(asked, key=lambda one: (draw_key(found["seed"], one.ticket), one.ticket))
    seats = {(int(s["number"]), str(s["bay"])): int(s["count"]) for s in found["seats"]}
    drives = {k: {int(n): int(m) for n, m in d.items()} for k, d in found["drives"].items()}
    given = in_turn(order, seats, drives)
    outcome = found["outcome"]
    if len(outcome) != len(order):
        out.append(f"the outcome has {len(outcome)} turns, the list {len(order)} tickets")
    for k, (one, got, said) in enumerate(zip(order, given, outcome, strict=False), start=1):
        if said["ticket"] != one.ticket or said["lot"] != draw_key(found["seed"], one.ticket):
            out.append(f"turn {k} is not that of the ticket drawn")
        elif (said["number"], said["bay"]) != (got.number, got.bay):
            out.append(f"turn {k}: spot {said['number']} was given, {got.number} follows from the draw")
    return out
