"""Ways to tamper with a plan, its book or its city: at random, and at just the places where a rule bites."""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import shapely
from flat import Shape
from recheck import SIDES, Recheck
from towns import Town, frame

import pitchplan as pp


@dataclass
class Target:
    """What a saboteur may change."""

    town: Town
    plan: object
    candidates: pp.Candidates
    rng: np.random.Generator
    city: object = None
    again: Recheck | None = None

    @property
    def row(self) -> int:
        """Draw a pitch."""
        return int(self.rng.integers(len(self.plan.pitches)))

    def with_row(self, k: int, *, retold: bool | None = None, **values) -> object:
        """Change cells of a pitch; most often the list of spots follows."""
        pitches = self.plan.pitches.copy()
        for column, value in values.items():
            pitches[column] = pitches[column].astype(object) if isinstance(value, str) else pitches[column]
            pitches.loc[k, column] = value
        return self.told(pitches, retold)

    def told(self, pitches, retold=None) -> object:
        """Put the pitches into the plan; most often the list of spots follows."""
        plan = replace(self.plan, pitches=pitches.reset_index(drop=True))
        return tell_spots(plan) if (self.rng.random() < 0.7 if retold is None else retold) else plan


def tell_spots(plan):
    """Make the list of spots agree with the pitches, as a careful saboteur would."""
    groups = dict(iter(plan.pitches.groupby("spot_id")))
    rows = []
    for spot in plan.spots.to_dict("records"):
        mine = groups.get(spot["spot_id"])
        if mine is not None:
            middle = {"x_m": mine["x_m"].mean(), "y_m": mine["y_m"].mean()}
            first = mine.iloc[0]
            words = {c: first[c] for c in ("district", "community_id", "placement", "hours")}
            room = max(spot["room"], len(mine))
            rows.append(spot | middle | words | {"capacity": len(mine), "room": room})
    spots = pd.DataFrame(rows, columns=plan.spots.columns)
    return replace(plan, spots=spots, vendors=max(plan.vendors, len(plan.pitches)))


def moved_along(t):
    k, d = t.row, t.rng.choice([-1, 1]) * np.exp(t.rng.uniform(-3, 3.2))
    r = t.plan.pitches.loc[k]
    a = np.radians(r.bearing_deg)
    return t.with_row(k, x_m=r.x_m + d * np.sin(a), y_m=r.y_m + d * np.cos(a))


def moved_across(t):
    k, d = t.row, t.rng.choice([-1, 1]) * np.exp(t.rng.uniform(-7, 2.5))
    r = t.plan.pitches.loc[k]
    a = np.radians(r.bearing_deg)
    return t.with_row(k, x_m=r.x_m - d * np.cos(a), y_m=r.y_m + d * np.sin(a))


def moved_away(t):
    k = t.row
    x, y = t.plan.pitches.loc[k, ["x_m", "y_m"]] + t.rng.uniform(-60, 60, 2)
    return t.with_row(k, x_m=x, y_m=y)


def moved_to_a_place(t):
    """Put a pitch where the finder looked, legal or not."""
    seen = t.candidates.looked_at
    k = int(t.rng.integers(len(seen)))
    return t.with_row(t.row, x_m=seen.x_m[k], y_m=seen.y_m[k], bearing_deg=float(seen.bearing_deg[k]))


def turned(t):
    k = t.row
    by = t.rng.choice([180.0, 90.0, t.rng.normal(0, 3), t.rng.normal(0, 30)])
    return t.with_row(k, bearing_deg=(t.plan.pitches.loc[k, "bearing_deg"] + by) % 360)


def added(t):
    """Add candidates that clash, or overfill a quota, or do not: the finder says each alone is legal."""
    more = t.candidates.pitches.sample(
        int(t.rng.integers(1, 6)), random_state=int(t.rng.integers(2**31)), replace=True
    )
    more = more[~more["pitch_id"].isin(t.plan.pitches["pitch_id"])].drop_duplicates("pitch_id")
    runs = t.candidates.runs.set_index("run_id")
    spots, pitches = t.plan.spots, t.plan.pitches
    for row in more.to_dict("records"):
        known = spots.loc[spots["spot_id"] == row["run_id"], "number"]
        number = int(known.iloc[0]) if len(known) else int(spots["number"].max()) + 1
        if not len(known):
            words = {c: runs.loc[row["run_id"]].get(c, "") for c in spots.columns if c in runs.columns}
            new = spots.iloc[0].to_dict() | words | {"spot_id": row["run_id"], "number": number}
            spots = pd.concat([spots, pd.DataFrame([new])], ignore_index=True)
        new = pd.DataFrame([row | {"spot_id": row["run_id"], "number": number}])
        pitches = pd.concat([pitches, new], ignore_index=True)
    return replace(t, plan=replace(t.plan, spots=spots)).told(pitches, True)


def doubled(t):
    twin = t.plan.pitches.iloc[[t.row]]
    if t.rng.random() < 0.5:
        twin = twin.assign(pitch_id="P-twin")
    return t.told(pd.concat([t.plan.pitches, twin], ignore_index=True))


def resized(t):
    column = str(t.rng.choice(["length_m", "width_m", "queue_m"]))
    k = t.row
    return t.with_row(k, **{column: t.plan.pitches.loc[k, column] * np.exp(t.rng.normal(0.1, 0.35))})


def swapped(t):
    """Swap two pitches between their spots, or give one to another spot."""
    pitches, (a, b) = t.plan.pitches.copy(), t.rng.integers(len(t.plan.pitches), size=2)
    words = ["spot_id", "number"]
    one, other = pitches.loc[a, words].tolist(), pitches.loc[b, words].tolist()
    pitches.loc[a, words] = other
    if t.rng.random() < 0.6:
        pitches.loc[b, words] = one
    return t.told(pitches)


def dropped(t):
    keep = np.ones(len(t.plan.pitches), dtype=bool)
    keep[t.rng.integers(len(keep), size=int(t.rng.integers(1, 4)))] = False
    if t.rng.random() < 0.3:
        keep = (t.plan.pitches["spot_id"] != t.plan.pitches["spot_id"].iloc[t.row]).to_numpy()
    return t.told(t.plan.pitches[keep]) if keep.any() else t.plan


def relabelled(t):
    k = t.row
    column = str(
        t.rng.choice(
            ["street_id", "community_id", "district", "placement", "side", "vehicle", "street_class"]
        )
    )
    choices = {
        "street_id": list("abcd"),
        "community_id": ["c1", "c2", "c3", ""],
        "district": ["东区", "西区"],
        "placement": ["kerbside", "footway", "open-space", "setback-land"],
        "side": list("NESW"),
        "vehicle": ["small-truck", "tricycle", "tractor", "ox-cart"],
        "street_class": ["local", "branch", "main"],
    }
    return t.with_row(k, **{column: str(t.rng.choice(choices[column]))})


def other_numbers(t):
    """Change numbers of the book."""
    book = t.town.book
    kinds = sorted({rule.kind for rule in book.rules})
    for _ in range(int(t.rng.integers(1, 4))):
        kind = str(t.rng.choice(kinds))
        # A kind with one row is chosen as often as one with many.
        mine = [rule for rule in book.rules if rule.kind == kind]
        rule = mine[int(t.rng.integers(len(mine)))]
        numbers = {
            k: v for k, v in rule.parameters.items() if isinstance(v, int | float) and not isinstance(v, bool)
        }
        numbers = {k: v for k, v in numbers.items() if k not in ("at_most_share", "max_gap_m")}
        if numbers:
            name = str(t.rng.choice(list(numbers)))
            less = name.startswith(("most", "at_most", "max", "share")) != (t.rng.random() < 0.2)
            factor = np.exp((-1 if less else 1) * abs(t.rng.normal(0.7, 0.9)))
            value = type(numbers[name])(numbers[name] * factor + (name == "at_least"))
            book = book.with_number(
                rule.id, **{name: min(value, {"share": 1.0, "width_m": 25.0}.get(name, 10**8))}
            )
    return t.plan, book


def other_rules(t):
    """Change words of the book: hours, days, placements, classes, levels."""
    rules = list(t.town.book.rules)
    for _ in range(3):
        k = int(t.rng.integers(len(rules)))
        rule = rules[k]
        change = {"hours": str(t.rng.choice(["", "06:00-08:00", "12:00-13:00"])), "days": ""}
        if rule.kind == "hours":
            rule = replace(
                rule, parameters={"open": str(t.rng.choice(["06:00-09:00", "06:30-21:00", "17:00-21:30"]))}
            )
        if rule.kind == "street-class":
            rule = replace(
                rule,
                parameters=rule.parameters | {"forbidden": ["main", str(t.rng.choice(["local", "branch"]))]},
            )
        if rule.kind == "level-of-service":
            rule = replace(rule, parameters={"level": "A"})
        if rule.kind not in ("spacing", "run-length", "quota", "kerb-share", "hours"):
            rule = replace(rule, **change)
        rules[k] = rule
    always = [r for r in rules if r.kind in ("hours", "street-class", "level-of-service")]
    if always and t.rng.random() < 0.5:
        one = always[int(t.rng.integers(len(always)))]
        new = {"hours": {"open": "06:30-08:30, 18:00-20:00"}, "level-of-service": {"level": "A"}}
        new["street-class"] = one.parameters | {"forbidden": ["main", "local", "branch"]}
        rules[rules.index(one)] = replace(one, parameters=new[one.kind])
    return t.plan, replace(t.town.book, rules=tuple(rules))


def tight_limits(t):
    limits = t.plan.limits.copy()
    if not len(limits):
        return replace(t.plan, vendors=max(0, len(t.plan.pitches) - 1))
    k = int(t.rng.integers(len(limits)))
    column = str(t.rng.choice(["at_most", "at_most", "at_least"]))
    limits.loc[limits.index[k], column] = int(t.rng.integers(0, 6))
    return replace(t.plan, limits=limits)


def fewer_vendors(t):
    return replace(t.plan, vendors=len(t.plan.pitches) + int(t.rng.integers(-3, 3)))


def other_hours(t):
    hours = str(
        t.rng.choice(
            ["05:30-09:00", "06:00-09:00", "16:00-18:00", "17:00-21:00", "07:00-08:00", "21:00-02:00"]
        )
    )
    if t.rng.random() < 0.25:
        return replace(t.plan, spots=t.plan.spots.assign(hours=hours))
    if t.rng.random() < 0.3:
        s = t.plan.season
        return replace(t.plan, season=pp.Season(s.first, s.last, hours=hours, calendar=s.calendar))
    return t.with_row(t.row, hours=hours)


def other_tables(t):
    """Change one cell of the list of spots, or a pitch's number."""
    spots = t.plan.spots.copy()
    k = spots.index[int(t.rng.integers(len(spots)))]
    column = str(
        t.rng.choice(
            ["number", "capacity", "room", "district", "community_id", "placement", "x_m", "row", "pitch"]
        )
    )
    if column == "row":
        other = pd.concat([spots, spots.loc[[k]]]) if t.rng.random() < 0.5 else spots.drop(k)
        return replace(t.plan, spots=other.reset_index(drop=True))
    if column == "pitch":
        return t.with_row(t.row, retold=False, number=int(t.rng.integers(1, 6)))
    words = {
        "district": ["东区", "西区"],
        "community_id": ["c1", "c2", "c3"],
        "placement": ["kerbside", "footway"],
    }
    if column in words:
        spots[column] = spots[column].astype(object)
        spots.loc[k, column] = str(t.rng.choice(words[column]))
    else:
        step = t.rng.normal(0, 3) if column == "x_m" else int(t.rng.integers(-2, 3))
        spots.loc[k, column] = spots.loc[k, column] + step
    return replace(t.plan, spots=spots)


def other_weeks(t):
    weeks = t.plan.weeks.copy()
    k = weeks.index[int(t.rng.integers(len(weeks)))]
    how = int(t.rng.integers(9))
    if how == 0:
        weeks = weeks.drop(k)
    elif how == 1:
        weeks = pd.concat([weeks, weeks.loc[[k]]], ignore_index=True)
    elif how == 2:
        j = weeks.index[int(t.rng.integers(len(weeks)))]
        weeks.loc[k, ["pitch_ids", "capacity"]] = weeks.loc[j, ["pitch_ids", "capacity"]].to_numpy()
    elif how == 3:
        weeks.loc[k, "week"] = int(weeks.loc[k, "week"]) + int(t.rng.choice([-1, 1, 2]))
    elif how == 4:
        ids = weeks.loc[k, "pitch_ids"].split("; ")[:-1]
        weeks.loc[k, "pitch_ids"] = "; ".join(ids)
        weeks.loc[k, "capacity"] = len(ids)
    elif how == 5:
        asked = list(t.plan.vendors_by_week)
        j = int(t.rng.integers(len(asked)))
        asked[j] = max(0, asked[j] + int(t.rng.integers(-2, 2)))
        return replace(t.plan, vendors_by_week=tuple(asked))
    elif how == 6:
        weeks.loc[k, str(t.rng.choice(["number", "capacity"]))] += int(t.rng.integers(-1, 2))
    elif how == 7:
        weeks["first_day"] = weeks["first_day"].astype(object)
        weeks.loc[k, "first_day"] = weeks.loc[k, "last_day"]
    else:
        spot = t.plan.pitches["spot_id"].iloc[t.row]
        said = np.where(t.plan.pitches["spot_id"] == spot, str(t.rng.choice(["1", "1-2", "2-3"])), "")
        return replace(t.plan, pitches=t.plan.pitches.assign(weeks=said))
    return replace(t.plan, weeks=weeks)


def new_feature(t):
    """Let the city learn of a feature near a pitch."""
    r = t.plan.pitches.loc[t.row]
    at = shapely.Point(*(np.array([r.x_m, r.y_m]) + t.rng.uniform(-9, 9, 2)))
    kind = str(
        t.rng.choice(
            ["hydrant", "bus-stop", "school-gate", "entrance", "crossing", "tactile-paving", "fire-lane"]
        )
    )
    made = frame([at], feature_id=["new"], kind=[kind], name=[""], level=[0])
    city = replace(t.town.city, keep_clear=pd.concat([t.town.city.keep_clear, made], ignore_index=True))
    again = copy(t.again)
    again.clear = [(q, Shape(q.geometry)) for q in city.keep_clear.itertuples()]
    again.memo = {key: v for key, v in t.again.memo.items() if key[0] in ("apart", "road")}
    t.city, t.again = city, again
    return t.plan


# --- at just the places where a rule bites ------------------------------------------------------------


def stood(t, street, place, along, side, off=0.02, but=-1):
    """Stand a kerbside pitch beside a street's axis, the words of its place and all.

    ``place`` is on the axis and ``along`` the way of the street there; ``side`` is 1 on its left and -1
    on its right; the pitch ``but`` stays where it is. Most often it gets a spot of its own, so that
    only what is wrong with the place is wrong with the plan.
    """
    kerbside = np.flatnonzero((t.plan.pitches["placement"] == "kerbside") & (t.plan.pitches.index != but))
    k = int(t.rng.choice(kerbside)) if len(kerbside) else t.row
    across = side * np.array([-along[1], along[0]])
    width = t.plan.pitches.loc[k, "width_m"]
    x, y = np.asarray(place) + across * (street.width_m / 2 - width / 2 - off)
    lies = t.city.communities[t.city.communities.contains(shapely.Point(x, y))]
    words = {c: str(lies[c].iloc[0]) if len(lies) else "" for c in ("community_id", "district")}
    turn = np.degrees(np.arctan2(across[0], across[1])) % 360
    if t.rng.random() < 0.7:
        words |= {"spot_id": "S-own", "number": int(t.plan.spots["number"].max()) + 1}
        own = t.plan.spots.iloc[[0]].assign(spot_id="S-own", number=words["number"])
        spots = pd.concat([t.plan.spots, own], ignore_index=True)
        t = replace(t, plan=replace(t.plan, spots=spots))
    return t.with_row(
        k,
        retold=True,
        x_m=float(x),
        y_m=float(y),
        bearing_deg=float(np.degrees(np.arctan2(along[0], along[1])) % 360),
        placement="kerbside",
        street_id=str(street.street_id),
        street=str(street.called),
        street_class=str(street.street_class),
        side=SIDES[round(turn / 45) % 8],
        **words,
    )


def streets_of(t, ids):
    """Give the lines of some streets."""
    lines = t.city.centrelines
    return [
        r for r in lines.drop(columns="name").assign(called=lines["name"]).itertuples() if r.street_id in ids
    ]


def way_at(line, at, reach):
    """Give the place so far along a line, and the way of the line over a reach to both sides of it."""
    a, b = (np.array(line.interpolate(at + d).coords[0]) for d in (-reach, reach))
    return np.array(line.interpolate(at).coords[0]), (b - a) / np.hypot(*(b - a))


def into_the_bend(t):
    """Stand a pitch where the curving street curves most, or nearly so."""
    (street,) = streets_of(t, "c")
    line = street.geometry
    at = np.linspace(6, line.length - 6, 120)
    ways = np.array([way_at(line, s, 3)[1] for s in at])
    turn = np.abs(np.cross(ways[:-4], ways[4:]))
    s = at[2 + int(t.rng.choice(np.argsort(turn)[-25:]))]
    return stood(t, street, *way_at(line, s, 2), int(t.rng.choice([-1, 1])), float(t.rng.uniform(0.02, 0.6)))


def opposite_another(t):
    """Stand a pitch right across the street from another."""
    there = t.plan.pitches[(t.plan.pitches["placement"] == "kerbside")]
    if len(there) < 2:
        return moved_to_a_place(t)
    other = there.iloc[int(t.rng.integers(len(there)))]
    (street,) = streets_of(t, [other.street_id])
    line, here = street.geometry, np.array([other.x_m, other.y_m])
    place, along = way_at(line, line.project(shapely.Point(here)) + t.rng.normal(0, 3), 0.5)
    left = (here - place) @ np.array([-along[1], along[0]]) > 0
    return stood(t, street, place, along, -1 if left else 1, float(t.rng.uniform(0.02, 1.2)), int(other.name))


def into_a_mouth(t):
    """Stand a pitch in the mouth of a side street, where it runs into the street it says it stands on."""
    street = streets_of(t, "ac")[int(t.rng.integers(2))]
    (side_street,) = streets_of(t, "b")
    ends = [shapely.Point(p) for p in side_street.geometry.coords]
    mouth = min(ends, key=street.geometry.distance)
    reach = side_street.width_m / 2 + 2
    at = street.geometry.project(mouth) + t.rng.uniform(-reach, reach)
    side = int(t.rng.choice([-1, 1])) if street.street_id == "a" else -1
    return stood(t, street, *way_at(street.geometry, at, 0.5), side)


def onto_the_slope(t):
    """Stand a pitch on the steepest street, or on one of which nobody knows how steep it is."""
    lines = streets_of(t, "abc")
    steep = [np.nan_to_num(abs(float(r.gradient_percent)), nan=-1.0) for r in lines]
    street = lines[int(np.argmin(steep) if t.rng.random() < 0.1 else np.argmax(steep))]
    at = t.rng.uniform(0.05, 0.95) * street.geometry.length
    return stood(t, street, *way_at(street.geometry, at, 0.5), int(t.rng.choice([-1, 1])))


def onto_a_regulated_kerb(t):
    """Stand a pitch on a kerb that is regulated, at some hours or always, or just beside it."""
    rows = t.city.kerb_regulations
    line = rows.geometry.iloc[int(t.rng.integers(len(rows)))]
    (street,) = streets_of(t, "a")
    there = line.interpolate(t.rng.uniform(-0.2, 1.2), normalized=True)
    place, along = way_at(street.geometry, street.geometry.project(there), 0.5)
    left = (np.array([there.x, there.y]) - place) @ np.array([-along[1], along[0]]) > 0
    return stood(t, street, place, along, 1 if left else -1)


def many_at_once(t):
    """Two or three of the others, one after the other."""
    plan = t.plan
    for _ in range(int(t.rng.integers(2, 4))):
        one = PITCHES[int(t.rng.integers(len(PITCHES)))]
        plan = one(replace(t, plan=plan))
        if not len(plan.pitches):
            return t.plan
    return plan


PITCHES = (moved_along, moved_across, moved_away, moved_to_a_place, turned, added, doubled, resized, swapped)
PITCHES += (dropped, relabelled)
WAYS = (*PITCHES, other_numbers, other_numbers, other_rules, other_rules, tight_limits, fewer_vendors)
WAYS += (other_hours, other_tables, other_weeks, new_feature, many_at_once)
WAYS += (into_the_bend, opposite_another, into_a_mouth, onto_the_slope, onto_a_regulated_kerb)


def sabotage(t: Target, way) -> tuple[object, object]:
    """Tamper with a plan; gives plan and book."""
    out = way(t)
    return out if isinstance(out, tuple) else (out, t.town.book)
