"""Who gets which spot: the nearest exactly, by turn, by lot, each against trying every way."""

import hashlib
import itertools
import json
from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import chisquare

from pitchplan.growers.lottery import check_lottery, proof_of
from pitchplan.growers.nearest import nearest
from pitchplan.growers.turns import Asked, draw_key, in_turn, ticket_of

CASES = 500


def a_case(seed):
    random = np.random.default_rng(seed)
    spots = int(random.integers(1, 4))
    bays = ["truck", "tricycle"][: int(random.integers(1, 3))]
    seats = {
        (n, bay): int(random.integers(0, 3))
        for n in range(1, spots + 1)
        for bay in bays
        if random.random() < 0.8
    }
    kinds = {f"{g} · {v}": (v,) for g in ("north", "south") for v in ("truck", "tricycle")}
    drives = {
        kind: {n: int(random.integers(1, 9)) * 100 for n in range(1, spots + 1) if random.random() < 0.85}
        for kind in kinds
    }
    asked = []
    for k in range(int(random.integers(1, 6))):
        kind = str(random.choice(list(kinds)))
        fits = kinds[kind] if random.random() < 0.7 else ("tricycle", "truck")
        wishes = random.permutation(np.arange(1, spots + 1))[: int(random.integers(0, 3))]
        asked.append(Asked(f"T{k}", kind, fits, tuple(int(w) for w in wishes)))
    return asked, seats, drives


def every_way(asked, seats, drives):
    """Return most hosted and least metres by trying every way to seat growers."""
    places = [None, *(s for s, count in seats.items() if count)]
    best = (0, 0)
    for way in itertools.product(places, repeat=len(asked)):
        used = Counter(p for p in way if p)
        if any(used[p] > seats[p] for p in used):
            continue
        metres = 0
        for one, place in zip(asked, way, strict=True):
            if place is None:
                continue
            if place[1] not in one.bays or place[0] not in drives.get(one.kind, {}):
                break
            metres += drives[one.kind][place[0]]
        else:
            best = min(best, (-len(list(used.elements())), metres))
    return best


def check_given(asked, given_, seats, drives):
    used = Counter((g.number, g.bay) for g in given_ if g.number)
    assert all(used[p] <= seats[p] for p in used)
    for one, got in zip(asked, given_, strict=True):
        assert bool(got.number) != bool(got.why_not), "a spot, or a reason"
        if got.number:
            assert got.bay in one.bays
            assert got.number in drives[one.kind]
            assert got.wish == (one.wishes.index(got.number) + 1 if got.number in one.wishes else 0)


def test_the_nearest_are_those_of_trying_every_way():
    short = 0
    for seed in range(CASES):
        asked, seats, drives = a_case(seed)
        found = nearest(asked, seats, drives)
        check_given(asked, found, seats, drives)
        hosted = sum(g.number > 0 for g in found)
        metres = sum(drives[a.kind][g.number] for a, g in zip(asked, found, strict=True) if g.number)
        assert (-hosted, metres) == every_way(asked, seats, drives), seed
        short += hosted < len(asked)
    assert 0.1 * CASES < short < 0.9 * CASES


def by_hand(asked, seats, drives):
    """Take turns, as simply as it can be said."""
    free, out = dict(seats), []
    for one in asked:
        best = None
        for (number, bay), count in free.items():
            if count == 0 or bay not in one.bays or number not in drives.get(one.kind, {}):
                continue
            dear = one.wishes.index(number) if number in one.wishes else len(one.wishes)
            far = 0 if number in one.wishes else drives[one.kind][number]
            rank = (dear, far, number, one.bays.index(bay))
            best = min(best, (rank, number, bay)) if best else (rank, number, bay)
        out.append((best[1], best[2]) if best else (0, ""))
        if best:
            free[best[1], best[2]] -= 1
    return out


def test_turns_are_those_of_taking_them_by_hand():
    for seed in range(CASES):
        asked, seats, drives = a_case(seed)
        found = in_turn(asked, seats, drives)
        check_given(asked, found, seats, drives)
        assert [(g.number, g.bay) for g in found] == by_hand(asked, seats, drives), seed


def drawn(asked, seats, drives, seed):
    order = sorted(asked, key=lambda one: draw_key(seed, one.ticket))
    return proof_of(order, in_turn(order, seats, drives), seats, drives, seed, "numbers of a public draw")


def test_a_draw_is_replayed_from_its_file_and_every_lie_is_found():
    found = Counter()
    for seed in range(CASES):
        asked, seats, drives = a_case(seed)
        proof = drawn(asked, seats, drives, f"seed {seed}")
        text = json.dumps(proof)
        assert check_lottery(json.loads(text), list_sha256=proof["list_sha256"]) == []
        for lie in range(7):
            other = json.loads(text)
            if lie == 0:
                other["outcome"][0]["number"] += 1
            elif lie == 1:
                other["seed"] += "x"
            elif lie == 2:
                other["entries"][0]["wishes"] = [1, 2, 3, 4]
            elif lie == 3:
                other["entries"].append({**other["entries"][0], "ticket": "late"})
            elif lie == 4:
                other["outcome"] = other["outcome"][:-1]
            elif lie == 5:
                other["drives"].setdefault("another · truck", {})["1"] = 5
            else:
                other["seats"].append({"number": 77, "bay": "truck", "count": 1})
            faults = check_lottery(other, list_sha256=proof["list_sha256"])
            # Of one ticket any seed draws the same order, but never the same lot.
            assert faults, (seed, lie)
            found[lie] += 1
    assert set(found) == set(range(7))


def test_a_lot_is_what_sha256sum_says():
    ticket = ticket_of("G-1", "salt")
    assert ticket == hashlib.sha256(b"salt\nG-1").hexdigest()
    assert draw_key("seed", ticket) == hashlib.sha256(b"seed\n" + ticket.encode()).hexdigest()


def test_who_has_the_salt_can_check_who_was_in_the_list():
    ids = [f"G-{k}" for k in range(4)]
    asked = [Asked(ticket_of(i, "secret"), "k", ("truck",), ()) for i in ids]
    proof = drawn(asked, {(1, "truck"): 2}, {"k": {1: 100}}, "a public draw")
    assert check_lottery(proof, grower_ids=ids, salt="secret") == []
    assert check_lottery(proof, grower_ids=ids[:3], salt="secret") == ["1 tickets are nobody's"]
    assert check_lottery(proof, grower_ids=[*ids, "G-9"], salt="secret") == ["1 growers are not in the list"]
    assert not any(i in json.dumps(proof) for i in ids)


def test_every_order_is_as_likely():
    tickets = [ticket_of(f"G-{k}", "salt") for k in range(4)]
    orders, first = Counter(), Counter()
    for seed in range(9600):
        order = tuple(sorted(range(4), key=lambda k: draw_key(f"draw {seed}", tickets[k])))
        orders[order] += 1
        first[order[0]] += 1
    assert len(orders) == 24
    assert chisquare(list(orders.values())).pvalue > 0.001
    assert chisquare(list(first.values())).pvalue > 0.001


@given(st.integers(0, 10_000))
def test_the_order_of_rows_changes_nothing(seed):
    asked, seats, drives = a_case(seed)
    mixed = np.random.default_rng(seed).permutation(len(asked))
    one = {a.ticket: g for a, g in zip(asked, nearest(asked, seats, drives), strict=True)}
    other = [asked[k] for k in mixed]
    assert one == {a.ticket: g for a, g in zip(other, nearest(other, seats, drives), strict=True)}


@pytest.mark.parametrize(
    "said", [{}, {"profile": "x"}, {"profile": "pitchplan-lottery/1"}, {"profile": 3, "entries": 1}]
)
def test_what_is_no_proof_is_refused(said):
    import pitchplan as pp

    with pytest.raises(pp.InputError, match="not a lottery's proof"):
        check_lottery(said)
