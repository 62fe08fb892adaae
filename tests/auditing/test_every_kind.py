"""Every kind of rule has an audit twin that passes what keeps the rule and names what breaks it."""

import importlib
from dataclasses import replace

import numpy as np
import pytest
import shapely

import pitchplan as pp
from pitchplan.auditing.kinds import AUDITS
from pitchplan.rules.kinds import KINDS
from pitchplan.rules.rule import Rule

from ..candidates.streets import SEASON, X, Y, frame, only
from .test_audit import as_plan

ALONG = {"side": "any", "before_m": 0.0, "after_m": 0.0}
QUOTA = {"group_by": "city", "at_least": 0, "at_most_share": 1.0, "groups": []}
CASES = {
    "setback": ({"feature": "stop", "distance_m": 1.0, **ALONG}, {"distance_m": 100.0}),
    "street-class": ({"forbidden": ["main"], "near_m": 1.0}, {"forbidden": ["local"]}),
    "clear-width": ({"of": "drive", "width_m": 1.0}, {"width_m": 24.0}),
    "inside": ({"layer": "communities", "relation": "within", "kinds": []}, {"relation": "outside"}),
    "kerb-regulation": ({"forbidden": ["no-stopping"], "distance_m": 0.01}, {"distance_m": 50.0}),
    "spacing": ({"distance_m": 0.1}, {"distance_m": 500.0}),
    "run-length": ({"max_length_m": 60.0, "max_gap_m": 15.0}, {"max_length_m": 6.0}),
    "quota": ({"at_most": 10**6, **QUOTA}, {"at_most": 1}),
    "street-width": ({"width_m": 3.0}, {"width_m": 24.0}),
    "one-side": ({"within_m": 1.0}, {"within_m": 30.0}),
    "kerb-share": ({"share": 1.0}, {"share": 0.001}),
    "bend": ({"most_m": 1.0}, {"most_m": 0.001}),
    "facing-pair": ({"width_m": 4.0}, {"width_m": 12.0}),
    "zone": ({"forbidden": ["pedestrian-zone"]}, {"forbidden": ["truck-ban"]}),
    "hours": ({"open": "05:00-22:00"}, {"open": "06:00-20:00"}),
    "other-carriageway": ({}, {}),
    "gradient": ({"most_percent": 9.0}, {"most_percent": 2.0}),
    "level-of-service": ({"level": "E"}, {"level": "A"}),
    "sight-triangle": ({"leg_m": 0.1, "distance_m": 0.1}, {"leg_m": 60.0}),
}


@pytest.fixture(scope="module")
def city():
    """Lay a bent street that a straight one meets, with something of every layer beside them."""
    t = np.linspace(0, 1, 21)
    bent = np.stack([X + 160 * t, Y + 9 * np.sin(np.pi * t)], axis=1)
    node = bent[10]
    lines = [shapely.LineString(bent), shapely.LineString([node, (node[0], node[1] - 70)])]
    far = frame(
        [shapely.LineString([(X, Y + 300), (X + 90, Y + 300)])],
        name=["丙路"],
        street_class=["main"],
        width_m=[12.0],
    )
    streets = frame(
        [*lines, *far.geometry],
        name=["甲路", "乙路", "丙路"],
        street_id=list("abc"),
        street_class=["local", "local", "main"],
        width_m=[12.0, 11.0, 12.0],
        gradient_percent=[3.0, 3.0, 0.0],
    )
    side = lines[0].buffer(12, single_sided=True).difference(lines[0].buffer(5.9))
    boxes = [shapely.box(X - 20, Y - 90, X + 60, Y + 60), shapely.box(X, Y + 200, X + 9, Y + 209)]
    return pp.read_city(
        streets=streets,
        footways=frame([side], flow_per_15min=[3000.0]),
        buildings=frame([shapely.box(X, Y + 24, X + 160, Y + 40)]),
        keep_clear=frame([shapely.Point(X + 40, Y - 12)], kind=["stop"]),
        kerb_regulations=frame([shapely.LineString([(X, Y + 30), (X + 160, Y + 30)])], kind=["no-stopping"]),
        zones=frame(boxes, kind=["truck-ban", "pedestrian-zone"]),
        communities=frame(
            [shapely.box(X - 99, Y - 99, X + 260, Y + 400)],
            name=["社区"],
            district=["区"],
            residents=[1000],
            community_id=["c"],
        ),
    )


def with_rule(kind, numbers):
    return replace(
        only("carriageway"), rules=(*only("carriageway").rules, Rule(kind, kind, numbers, "a test", "ours"))
    )


def plan_under(city, book):
    found = pp.find_candidates(city, book, season=SEASON, placements=["kerbside"])
    return as_plan(found, found.pitches)


def test_every_kind_has_a_twin_in_a_module_of_its_name():
    assert set(AUDITS) == set(KINDS)
    for kind in KINDS:
        twin = importlib.import_module(f"pitchplan.auditing.kinds.{kind.replace('-', '_')}")
        assert AUDITS[kind] is twin.audit
        assert KINDS[kind].__name__.split(".")[-1] == twin.__name__.split(".")[-1]


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_shown_to_pass_and_to_break(city, kind):
    kept, strict = CASES[kind]
    book = with_rule(kind, kept)
    plan = plan_under(city, book)
    report = pp.audit_plan(plan, city, book)
    row = report.measured.set_index("rule").loc[kind]
    assert kind not in set(report.breaches["rule"])
    assert row["pitches"] > 10
    assert row["features"] > 0
    if kind != "zone":  # the zone that does not ban lies far off
        assert row["tightest_margin_m"] >= -1e-6
    if kind not in ("quota", "kerb-share", "zone"):
        assert row["tightest_at"] in set(plan.pitches["pitch_id"])
    if kind == "other-carriageway":
        # It has no numbers: a pitch is moved into the other street, across it.
        at = {"x_m": X + 80, "y_m": Y - 25, "bearing_deg": 90.0}
        moved = plan.pitches[plan.pitches["street_id"] == "a"].iloc[:1].assign(**at)
        plan = replace(plan, pitches=moved.reset_index(drop=True), spots=plan.spots.iloc[:1])
    broken = pp.audit_plan(plan, city, with_rule(kind, kept | strict))
    assert kind in set(broken.breaches["rule"])
    assert broken.measured.set_index("rule").loc[kind, "tightest_margin_m"] < 0
    text = broken.text
    line = next(line for line in text.splitlines() if line.startswith(f"{kind} "))
    assert broken.measured.set_index("rule").loc[kind, "tightest_at"] in line
    assert f" {row['unit']} " in line
