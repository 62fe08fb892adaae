"""Sabotage of levels of service and gradients."""

from dataclasses import replace

import numpy as np
import pytest

import pitchplan as pp

from ..candidates.streets import SEASON, only
from ..candidates.test_people_and_slopes import SHY, busy_street, missing_means, sloping
from .test_street_kinds import breaches, plan_on, with_kind


@pytest.mark.parametrize("placement", SHY)
def test_finder_and_audit_agree_on_levels_of_service(placement):
    city = busy_street((1500.0, 700.0))
    for level in "ABCDE":
        book = with_kind(only("carriageway"), "level-of-service", level=level)
        free = plan_on(city, book.without("level-of-service"), [placement])
        found = pp.find_candidates(city, book, season=SEASON, placements=[placement])
        rows = found.refusals[found.refusals["rule"] == "level-of-service"].set_index("place_id")
        heard = breaches(free, city, book, "level-of-service")["measured"].rename(lambda p: "L" + p[1:])
        said = rows["measured"].reindex("L" + free.pitches["pitch_id"].str[1:]).dropna()
        assert set(heard.index) == set(said.index)
        assert heard.sort_index().to_numpy() == pytest.approx(said.sort_index().to_numpy(), rel=5e-3)


def test_more_people_than_were_counted_for_the_plan():
    city, book = busy_street((300.0, 300.0)), with_kind(only("carriageway"), "level-of-service", level="C")
    plan = plan_on(city, book)
    report = pp.audit_plan(plan, city, book)
    assert report.breaches.empty
    row = report.measured.set_index("rule").loc["level-of-service"]
    assert (row["pitches"], row["features"]) == (len(plan.pitches),) * 2
    crowd = city.footways.assign(flow_per_15min=[8000.0, 300.0])
    found = breaches(plan, replace(city, footways=crowd), book, "level-of-service")
    assert len(found) == (plan.pitches["side"] == "N").sum() > 0


@pytest.mark.parametrize("word", ["flag", "refuse", "assume"])
def test_what_cannot_be_measured_is_counted_and_a_breach_only_where_it_is_refused(word):
    city = busy_street((np.nan, 300.0))
    book = missing_means(with_kind(only("carriageway"), "level-of-service", level="C"), word)
    plan = plan_on(city, book.without("level-of-service"))
    north = int((plan.pitches["side"] == "N").sum())
    found = breaches(plan, city, book, "level-of-service")
    assert len(found) == (north if word == "refuse" else 0)
    row = pp.audit_plan(plan, city, book).measured.set_index("rule").loc["level-of-service"]
    assert row["pitches"] == len(plan.pitches) - north
    assert f"{north} pitches not measured" in row["not_checkable"]


def test_a_street_that_is_steeper_than_the_plan_believed():
    book = with_kind(only("carriageway"), "gradient", most_percent=5.0)
    city = sloping([2.0, -4.0, np.nan, 5.0, 1.0])
    plan = plan_on(city, book)
    assert breaches(plan, city, book, "gradient").empty
    assert not breaches(plan, city, missing_means(book, "refuse"), "gradient").empty
    steep = sloping([2.0, -7.0, np.nan, 5.0, 1.0])
    found = breaches(plan, steep, book, "gradient")
    assert set(found["feature_id"]) == {"b"}
    assert set(found["measured"]) == {7.0}
    level = replace(city, centrelines=city.centrelines.assign(gradient_percent=np.nan))
    unknown = pp.audit_plan(plan, level, book).not_checked.set_index("rule").loc["gradient"]
    assert f"{len(plan.pitches)} pitches not measured" in unknown["not_checkable"]
