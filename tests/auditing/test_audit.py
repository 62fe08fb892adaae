from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import pitchplan as pp


def plan_of(candidates, *, seed=0, most=60):
    """Choose pitches at random that keep every limit and clash, without the siting room."""
    rng = np.random.default_rng(seed)
    pitches, limits = candidates.pitches, candidates.limits
    clashing = {}
    for a, b in zip(candidates.clashes["pitch_a"], candidates.clashes["pitch_b"], strict=True):
        clashing.setdefault(a, set()).add(b)
        clashing.setdefault(b, set()).add(a)
    most_in = {g.group: g.at_most for g in limits.itertuples() if g.group_by == "community_id"}
    chosen, barred, count = [], set(), {}
    for run in rng.permutation(candidates.runs["run_id"].to_numpy()):
        block = pitches[pitches["run_id"] == run].head(4)
        community = block["community_id"].iloc[0]
        free = len(block) >= 2 and not barred & set(block["pitch_id"])
        if (
            free
            and count.get(community, 0) + len(block) <= most_in.get(community, 10**9)
            and len(chosen) < most
        ):
            chosen += block["pitch_id"].tolist()
            count[community] = count.get(community, 0) + len(block)
            barred |= set().union(*(clashing.get(p, set()) for p in block["pitch_id"]))
    return as_plan(candidates, pitches[pitches["pitch_id"].isin(chosen)])


def as_plan(candidates, pitches, decisions=None):
    pitches = pitches.assign(spot_id=pitches["run_id"]).reset_index(drop=True)
    spots = pitches.groupby("spot_id").size().rename("capacity").reset_index().assign(residents_served=0)
    empty = pd.DataFrame(columns=pp.schemas.DECISIONS.names)
    return pp.Plan(
        pitches=pitches,
        spots=spots,
        goals=pd.DataFrame(columns=pp.schemas.GOALS.names),
        outcome="PROVEN",
        vendors=len(pitches),
        residents=0,
        season=candidates.season,
        crs=candidates.crs,
        rules_report=candidates.rules_report,
        limits=candidates.limits,
        decisions=empty if decisions is None else decisions,
    )


@pytest.fixture(scope="module")
def plan(spring_candidates, spring):
    return replace(plan_of(spring_candidates), decisions=spring.decisions)


@pytest.fixture(scope="module")
def report(plan, spring):
    return pp.audit_plan(plan, spring.city, spring.book)


def rules_broken(plan, spring, book=None):
    return set(pp.audit_plan(plan, spring.city, book or spring.book).breaches["rule"])


def with_pitch(plan, row=0, **values):
    pitches = plan.pitches.copy()
    for column, value in values.items():
        pitches.loc[row, column] = value
    return replace(plan, pitches=pitches)


def kerbside_row(plan):
    return int(np.flatnonzero(plan.pitches["placement"] == "kerbside")[0])


def test_a_sound_plan_passes_and_every_rule_was_measured(plan, report, spring):
    assert report.breaches.empty
    assert len(plan.pitches) > 30
    assert set(report.measured["rule"]) >= {r.id for r in spring.book.rules}
    assert (report.measured["pitches"] > 0).all()
    assert report.raise_for_breaches() is report
    assert report.verdict.startswith("no breaches")


def test_the_report_prints_what_it_measured(report):
    for word in ("junction", "tightest margin", "Taken on trust", "Breaches: none"):
        assert word in report.text


@pytest.mark.parametrize("seed", range(6))
def test_finder_and_audit_agree_on_random_sound_plans(spring_candidates, spring, seed):
    plan = replace(plan_of(spring_candidates, seed=seed, most=40), decisions=spring.decisions)
    assert rules_broken(plan, spring) == set()


def test_every_single_candidate_passes_every_ban(spring_candidates, spring):
    book = spring.book.without("spacing", "community-quota", "spot-size", "facing-pair", "run-length")
    plan = as_plan(spring_candidates, spring_candidates.pitches.iloc[::5], spring.decisions)
    found = pp.audit_plan(plan, spring.city, book).breaches
    assert found[~found["rule"].isin(["limits"])].empty


def test_breaches_between_all_candidates_are_exactly_the_clashes(spring_candidates, spring):
    district = spring_candidates.pitches["community_id"].isin(
        spring.city.communities["community_id"].iloc[:3]
    )
    plan = as_plan(spring_candidates, spring_candidates.pitches[district], spring.decisions)
    chosen = set(plan.pitches["pitch_id"])
    found = pp.audit_plan(plan, spring.city, spring.book).breaches
    facing = spring_candidates.clashes.query("rule == 'facing-pair'")
    facing = facing[facing["pitch_a"].isin(chosen) & facing["pitch_b"].isin(chosen)]
    assert set(found.loc[found["rule"] == "facing-pair", "pitch_id"]) == {
        *facing["pitch_a"],
        *facing["pitch_b"],
    }
    assert len(facing) > 0


def test_pitch_moved_onto_a_main_street(plan, spring):
    main = spring.city.streets[spring.city.streets["street_class"] == "main"].geometry.iloc[0]
    point = main.representative_point()
    broken = rules_broken(with_pitch(plan, x_m=point.x, y_m=point.y), spring)
    assert "main-street" in broken


def test_pitch_turned_across_the_street(plan, spring):
    row = kerbside_row(plan)
    turned = with_pitch(plan, row, bearing_deg=(plan.pitches["bearing_deg"].iloc[row] + 90) % 360)
    assert rules_broken(turned, spring) & {"carriageway", "footway", "drive-width", "facing-pair"}


def test_pitch_moved_to_every_kind_of_feature_is_caught(plan, spring):
    keep = spring.city.keep_clear
    for rule in spring.book.rules:
        if rule.kind != "setback":
            continue
        point = keep[keep["kind"] == rule["feature"]].geometry.iloc[0].representative_point()
        assert rule.id in rules_broken(with_pitch(plan, x_m=point.x, y_m=point.y), spring), rule.id


def test_pitch_made_wider_leaves_too_little_to_drive(plan, spring):
    row = kerbside_row(plan)
    pitch = plan.pitches.iloc[row]
    more, turn = pitch["clear_drive_m"] - 3.0, np.radians(pitch["bearing_deg"])
    x, y = pitch["x_m"] - np.cos(turn) * more / 2, pitch["y_m"] + np.sin(turn) * more / 2
    wide = with_pitch(plan, row, width_m=pitch["width_m"] + more, x_m=x, y_m=y)
    assert "drive-width" in rules_broken(wide, spring)


def test_pitch_doubled(plan, spring):
    pitches = pd.concat([plan.pitches, plan.pitches.iloc[:1]], ignore_index=True)
    doubled = replace(plan, pitches=pitches, vendors=plan.vendors + 1)
    found = pp.audit_plan(doubled, spring.city, spring.book).breaches.set_index("rule")
    assert {"overlap", "counts"} <= set(found.index)
    area = plan.pitches["length_m"].iloc[0] * plan.pitches["width_m"].iloc[0]
    overlap = found.loc[["overlap"]]
    assert overlap["measured"].tolist() == pytest.approx([area], rel=1e-6)
    assert overlap["required"].tolist() == [0.0]


def test_pitch_on_a_building_or_outside_every_community(plan, spring):
    house = spring.city.buildings.geometry.iloc[10].representative_point()
    assert "building" in rules_broken(with_pitch(plan, x_m=house.x, y_m=house.y), spring)
    assert "community" in rules_broken(with_pitch(plan, x_m=0.0, y_m=0.0), spring)


def test_spot_list_that_does_not_match_the_pitches(plan, spring):
    spots = plan.spots.assign(capacity=plan.spots["capacity"] + 1)
    assert "counts" in rules_broken(replace(plan, spots=spots), spring)


def test_more_pitches_than_vendors(plan, spring):
    assert "counts" in rules_broken(replace(plan, vendors=3), spring)


def test_stricter_rules_are_broken_by_the_same_plan(plan, spring):
    assert "junction" in rules_broken(plan, spring, spring.book.with_number("junction", distance_m=120))
    assert "spacing" in rules_broken(plan, spring, spring.book.with_number("spacing", distance_m=900))
    assert "community-quota" in rules_broken(
        plan, spring, spring.book.with_number("community-quota", at_most=1)
    )
    assert "spot-size" in rules_broken(plan, spring, spring.book.with_number("spot-size", at_least=8))
    assert "run-length" in rules_broken(plan, spring, spring.book.with_number("run-length", max_length_m=8))


def test_limits_of_the_plan_are_counted_again(plan, spring):
    tight = pd.DataFrame(
        [("mine", "city", "", 0, 5)], columns=["rule", "group_by", "group", "at_least", "at_most"]
    )
    assert "limits" in rules_broken(replace(plan, limits=tight), spring)


def test_waived_breach_is_counted_not_hidden(plan, spring):
    import pyproj

    hydrant = spring.city.keep_clear[spring.city.keep_clear["kind"] == "hydrant"].geometry.iloc[0]
    moved = with_pitch(plan, x_m=hydrant.x, y_m=hydrant.y)
    lon, lat = pyproj.Transformer.from_crs(plan.crs, 4326, always_xy=True).transform(hydrant.x, hydrant.y)
    row = ("D99", "waive", lon, lat, 30.0, "hydrant", "r", "w", "2026-05-01")
    waived = replace(moved, decisions=pd.DataFrame([row], columns=pp.schemas.DECISIONS.names[:9]))
    found = pp.audit_plan(waived, spring.city, spring.book)
    assert "hydrant" not in set(found.breaches["rule"])
    assert found.measured.set_index("rule").loc["hydrant", "waived"] == 1
    for votes_for, kept in ((3, True), (2, False)):
        voted = waived.decisions.assign(votes_for=votes_for, votes_against=3)
        found = pp.audit_plan(replace(waived, decisions=voted), spring.city, spring.book)
        assert found.measured.set_index("rule").loc["hydrant", "waived"] == int(kept)
        assert ("hydrant" in set(found.breaches["rule"])) is not kept


def test_a_rule_with_nothing_measured_is_no_pass(plan, spring):
    keep = spring.city.keep_clear
    poor = replace(spring.city, keep_clear=keep[keep["kind"] != "hydrant"])
    found = pp.audit_plan(plan, poor, spring.book)
    assert "hydrant" in set(found.not_checked["rule"])
    assert found.verdict.endswith(f": {len(found.measured) - 1} rules measured, 1 not checked")


def test_a_rule_about_places_where_no_pitch_stands_says_so(plan, spring):
    off = plan.pitches[plan.pitches["placement"] == "open-space"].reset_index(drop=True)
    report = pp.audit_plan(replace(plan, pitches=off), spring.city, spring.book)
    row = report.measured.set_index("rule").loc["drive-width"]
    assert (row["pitches"], row["not_checkable"]) == (0, "no pitch stands where and when it holds")
    assert "drive-width" in set(report.not_checked["rule"])
    assert "no pitch stands where and when it holds" in report.text


def test_the_city_must_be_in_the_plans_crs(plan, spring):
    other = replace(plan, crs="EPSG:4549")
    with pytest.raises(pp.InputError, match="the plan in EPSG:4549"):
        pp.audit_plan(other, spring.city, spring.book)


def test_ten_breaches_at_most_are_told_in_an_error(plan, spring):
    many = spring.book.with_number("spot-size", at_most=1)
    report = pp.audit_plan(plan, spring.city, many)
    assert len(report.breaches) > 11
    with pytest.raises(pp.errors.BreachesFound) as error:
        report.raise_for_breaches()
    assert str(error.value).count("measured") == 10
    assert f"{len(report.breaches)} breaches" in str(error.value)


def test_breaches_are_raised_with_numbers(plan, spring):
    with pytest.raises(pp.errors.BreachesFound, match=r"measured .* required"):
        pp.audit_plan(with_pitch(plan, x_m=0.0, y_m=0.0), spring.city, spring.book).raise_for_breaches()


@pytest.mark.parametrize("rule", ["community-quota", "spot-size"])
def test_quotas_are_kept_to_the_last_pitch(plan, spring, rule):
    by = "community_id" if rule == "community-quota" else "spot_id"
    most = int(plan.pitches[by].value_counts().max())
    assert rule not in rules_broken(plan, spring, spring.book.with_number(rule, at_most=most))
    assert rule in rules_broken(plan, spring, spring.book.with_number(rule, at_most=most - 1))
