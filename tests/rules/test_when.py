"""Rules that hold at some hours or on some days only: rows, errors, hash, what is printed."""

from __future__ import annotations

from pathlib import Path

import pytest
import shapely

import pitchplan as pp
from pitchplan.rules.book import RuleBook

from ..candidates.streets import X, Y, frame, only, straight_city
from .test_book import HEAD, RULE, read


def test_a_row_with_hours_and_days(tmp_path: Path) -> None:
    book: RuleBook = read(tmp_path, HEAD + RULE + 'hours = "07:00-09:00, 16:00-17:30"\ndays = "school"\n')
    rule = book["junction"]
    assert (rule.hours, rule.days) == ("07:00-09:00, 16:00-17:30", "school")
    assert rule.holds == "07:00-09:00, 16:00-17:30 on school days"
    assert rule.numbers.endswith("hours=07:00-09:00, 16:00-17:30, days=school")
    assert "days=school" in repr(book)
    assert "days=school" in book.table()["numbers"][0]


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ('hours = "at dusk"', "hours that cannot be read"),
        ("hours = 7", "hours that are not text"),
        ('days = "sunday"', "school, weekday, weekend"),
        ("days = 5", "days that are not known"),
    ],
)
def test_hours_and_days_that_cannot_be_read(tmp_path: Path, row: str, says: str) -> None:
    with pytest.raises(pp.InputError, match=says):
        read(tmp_path, HEAD + RULE + row + "\n")


def test_a_book_without_hours_keeps_its_hash_and_one_with_hours_has_another() -> None:
    book = pp.rule_book("jinan-2019")
    assert book.hash == "3247a67ed91aa6a12e55aa549456abd42b09b573f676154b4955780c7a54371e"
    hashes = {
        book.with_number("school-gate", **when).hash
        for when in ({"hours": "07:00-09:00"}, {"hours": "07:00-09:01"}, {"days": "school"}, {})
    }
    assert len(hashes | {book.hash}) == 5


def test_with_number_sets_hours_keeps_them_and_refuses_nonsense() -> None:
    book = pp.rule_book("jinan-2019").with_number("school-gate", hours="07:00-09:00", days="school")
    again = book.with_number("school-gate", distance_m=60)["school-gate"]
    assert (again.holds, again["distance_m"]) == ("07:00-09:00 on school days", 60.0)
    with pytest.raises(pp.InputError, match="hours that cannot be read"):
        book.with_number("school-gate", hours="later")


def test_a_book_lends_its_hours(tmp_path: Path) -> None:
    (tmp_path / "base.toml").write_text(HEAD + RULE + 'days = "weekend"\n', encoding="utf-8")
    (tmp_path / "b.toml").write_text('[book]\nid = "b"\nbase = "base.toml"\n', encoding="utf-8")
    assert pp.read_rule_book(tmp_path / "b.toml")["junction"].days == "weekend"


def test_san_francisco_asks_of_schools_while_they_teach() -> None:
    assert pp.rule_book("san-francisco-mff")["school-gate"].holds == "07:00-17:00 on weekdays"


def test_compare_tries_a_rule_with_other_hours() -> None:
    gates = frame([shapely.Point(X + 50, Y + 6)], kind=["school-gate"])
    city = straight_city(keep_clear=gates)
    book = only("carriageway", "school-gate")
    season = pp.Season("2026-06-01", "2026-06-30", hours="17:00-21:00")
    table = book.compare(book.with_number("school-gate", hours="07:00-09:00"), city, season=season)
    row = table.set_index("name").loc["school-gate"]
    assert row["change"] == "changed"
    assert row["numbers_b"].endswith("hours=07:00-09:00")
    assert row["bays_change"] > 0
