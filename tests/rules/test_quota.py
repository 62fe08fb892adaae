"""Which groups a quota limits, and to how many pitches."""

from types import SimpleNamespace

import pandas as pd
import pytest

from pitchplan.rules.kinds import quota
from pitchplan.rules.rule import Rule

CITY = SimpleNamespace(
    communities=pd.DataFrame(
        {
            "community_id": ["C1", "C2", "C3"],
            "name": ["南苑", "北苑", "东苑"],
            "district": ["甲区", "甲区", "乙区"],
            "residents": [1000, 3000, 500],
        }
    )
)


def limits(**more):
    numbers = {"group_by": "community", "groups": (), "at_least": 0, "at_most": 40, "at_most_share": 1.0}
    found = quota.limit(Rule("q", "quota", numbers | more, "a test", "ours"), CITY, 3.0)
    return {row["group"]: (row["at_least"], row["at_most"]) for row in found}


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({}, {"C1": (0, 40), "C2": (0, 40), "C3": (0, 40)}),
        ({"groups": ("北苑",)}, {"C2": (0, 40)}),
        ({"groups": ("C3", "北苑")}, {"C2": (0, 40), "C3": (0, 40)}),
        ({"at_least": 2, "at_most_share": 0.01}, {"C1": (2, 10), "C2": (2, 30), "C3": (2, 5)}),
        ({"group_by": "district"}, {"甲区": (0, 40), "乙区": (0, 40)}),
        ({"group_by": "district", "groups": ("乙区",)}, {"乙区": (0, 40)}),
        ({"group_by": "district", "groups": ("东苑",)}, {}),
        ({"group_by": "spot", "at_most": 15}, {"": (0, 15)}),
        ({"group_by": "city", "at_least": 3, "at_most": 15}, {"": (3, 15)}),
        ({"at_most": 5000}, {"C1": (0, 5000), "C2": (0, 5000), "C3": (0, 5000)}),
        ({"at_most": 25, "at_most_share": 0.01}, {"C1": (0, 10), "C2": (0, 25), "C3": (0, 5)}),
    ],
)
def test_groups_are_called_by_id_or_name_and_limited_by_number_or_share(more, expected):
    assert limits(**more) == expected


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({}, ""),
        ({"groups": ("北苑",)}, ""),
        ({"groups": ("C3",)}, ""),
        ({"groups": ("西苑", "C9")}, "no community called 西苑, C9"),
        ({"group_by": "district", "groups": ("丙区",)}, "no district called 丙区"),
        ({"group_by": "spot", "groups": ("西苑",)}, ""),
        ({"at_most_share": 0.5}, ""),
    ],
)
def test_what_a_quota_lacks_is_said(more, said):
    numbers = {"group_by": "community", "groups": (), "at_least": 0, "at_most": 40, "at_most_share": 1.0}
    assert quota.missing(Rule("q", "quota", numbers | more, "a test", "ours"), CITY) == said


@pytest.mark.parametrize(("share", "said"), [(1.0, ""), (0.99, "no residents known")])
def test_a_share_of_residents_needs_residents(share, said):
    numbers = {"group_by": "community", "groups": (), "at_least": 0, "at_most": 40, "at_most_share": share}
    nobody = SimpleNamespace(communities=CITY.communities.assign(residents=float("nan")))
    assert quota.missing(Rule("q", "quota", numbers, "a test", "ours"), nobody) == said
