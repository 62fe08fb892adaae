"""When a truck ban keeps growers out."""

import pytest

from pitchplan.demand.season import parse_hours
from pitchplan.growers.bans import arrivals, clock, closed_at, names_class
from pitchplan.rules.kinds.zone import bans


@pytest.mark.parametrize(
    ("hours", "minutes"),
    [
        ("06:00-09:00", (360,)),
        ("06:00-09:00, 17:00-21:00", (360, 1020)),
        ("22:00-02:00", (1320,)),
        ("00:00-02:00", (0,)),
        ("06:00-09:00, 09:00-12:00", (360,)),
        ("", ()),
        ("00:00-24:00", ()),
    ],
)
def test_growers_arrive_when_selling_opens(hours, minutes):
    assert arrivals(hours) == minutes


@pytest.mark.parametrize(
    ("ban", "hours", "closed"),
    [
        ("", "06:00-09:00", True),
        ("07:00-22:00", "06:00-09:00", False),  # they are there before it begins
        ("07:00-22:00", "06:00-09:00, 17:00-21:00", True),  # and could not come for the evening
        ("06:00-22:00", "06:00-09:00", True),
        ("22:00-06:00", "06:00-09:00", False),  # it ends in time
        ("07:00-22:00", "", False),  # they come at night
        ("00:00-12:00, 12:00-24:00", "", True),
        ("Sundays", "06:00-09:00", True),  # nobody can read it
    ],
)
def test_a_ban_closes_a_way_at_the_hour_of_opening(ban, hours, closed):
    assert closed_at(ban, arrivals(hours)) is closed


def test_classes_are_named_as_the_rules_read_them():
    for vehicles in ("", "tractor", "tractor, small-truck", "tractor；tricycle", "、"):
        for vehicle in ("tractor", "tricycle", "small-truck"):
            assert names_class(vehicles, vehicle) == bans(vehicles, vehicle)


def test_minutes_are_said_as_hours():
    assert clock(arrivals("06:00-09:00, 17:30-21:00")) == "06:00 and 17:30"
    assert clock(()) == "any hour"
    assert parse_hours("") == ((0, 1440),)
