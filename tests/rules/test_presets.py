"""Presets: sources, inheritance from a base, notes and the table of a book."""

from collections import Counter

import pytest
import shapely

import pitchplan as pp
from pitchplan.rules.book import preset_names
from pitchplan.rules.kinds import KINDS

from ..candidates.streets import X, Y, frame, straight_city

BOOKS = {
    "base-cn",
    "chaohu-2019",
    "india-2014",
    "jinan-2019",
    "kaifeng-2019",
    "nyc-general-vendor",
    "san-francisco-mff",
    "uk-inclusive-mobility",
    "xian-2016",
}
NO_SOURCE = {"street-width", "kerb-share", "zone", "gradient", "level-of-service", "sight-triangle"}
"""Kinds for which no source gives a number, so that no preset uses them."""
VEHICLE = """
[[vehicle]]
id = "cart"
length_m = 2.0
width_m = 1.0
gap_m = 1
aisle_m = 3.0
source = "s"
origin = "ours"
"""
JUNCTION = """
[[rule]]
id = "junction"
kind = "setback"
feature = "junction"
distance_m = 7
source = "by-law 7"
origin = "cited"
"""


def street_with_sidewalks():
    """Lay a street of 12 m between sidewalks of 6 m, land of 4 m, and buildings."""
    sides = [(6, 12), (-12, -6)]
    land = [(16, 30), (-30, -16)]
    return straight_city(
        width=12.0,
        length=300.0,
        footways=frame([shapely.box(X, Y + a, X + 300, Y + b) for a, b in sides]),
        buildings=frame([shapely.box(X, Y + a, X + 300, Y + b) for a, b in land]),
    )


def write(folder, name, head, rest=""):
    path = folder / f"{name}.toml"
    path.write_text(f'[book]\nid = "{name}"\n{head}\n{rest}', encoding="utf-8")
    return path


def test_the_presets_and_the_kinds_they_use():
    assert set(preset_names()) == BOOKS
    used = {r.kind for name in BOOKS for r in pp.rule_book(name).rules}
    assert set(KINDS) - used == NO_SOURCE


@pytest.mark.parametrize("name", sorted(BOOKS))
def test_a_preset_knows_its_vehicles_and_prints(name):
    book = pp.rule_book(name)
    assert {"small-truck", "tricycle", "tractor"} <= {v.id for v in book.vehicles}
    tractor = book.vehicle("tractor")
    assert (tractor.length_m, tractor.width_m) == (6.0, 2.2)
    assert f"RuleBook {name}" in repr(book)
    assert " ".join(book.note.split()) in repr(book)


@pytest.mark.parametrize("name", sorted(BOOKS - {"base-cn", "jinan-2019"}))
def test_what_a_preset_inherits_is_borrowed_and_says_from_where(name):
    book, base = pp.rule_book(name), pp.rule_book("base-cn")
    assert book.base == "base-cn"
    inherited = [r for r in book.rules if r.source.startswith("base-cn: ")]
    assert len(inherited) > 8
    for rule in inherited:
        assert rule.origin == "borrowed"
        assert rule.source == f"base-cn: {base[rule.id].source}"
        assert rule.parameters == base[rule.id].parameters
    for rule in book.rules:
        if rule not in inherited and rule.origin == "borrowed":
            assert "borrowed from base-cn: " in rule.source
    assert {r.id for r in base.rules} <= {r.id for r in book.rules}


@pytest.mark.parametrize(
    ("name", "rule", "parameter", "number"),
    [
        ("base-cn", "walk-width", "width_m", 2.0),
        ("base-cn", "drive-width", "width_m", 4.0),
        ("base-cn", "tactile-paving", "distance_m", 0.25),
        ("base-cn", "junction", "distance_m", 10.0),
        ("xian-2016", "main-street", "near_m", 50.0),
        ("xian-2016", "run-length", "max_length_m", 200.0),
        ("xian-2016", "school-gate", "distance_m", 100.0),
        ("kaifeng-2019", "junction", "distance_m", 10.0),
        ("nyc-general-vendor", "entrance", "distance_m", 6.1),
        ("nyc-general-vendor", "walk-width", "width_m", 3.66),
        ("nyc-general-vendor", "driveway", "distance_m", 3.05),
        ("nyc-general-vendor", "station-exit", "distance_m", 3.05),
        ("nyc-general-vendor", "crossing", "distance_m", 1.52),
        ("nyc-general-vendor", "newsstand", "distance_m", 1.52),
        ("nyc-general-vendor", "junction", "distance_m", 3.05),
        ("nyc-general-vendor", "bus-shelter", "distance_m", 1.52),
        ("san-francisco-mff", "school-gate", "distance_m", 305.0),
        ("san-francisco-mff", "restaurant-entrance", "distance_m", 22.9),
        ("san-francisco-mff", "walk-width", "width_m", 3.05),
        ("san-francisco-mff", "clear-path", "width_m", 1.83),
        ("san-francisco-mff", "hours", "open", "06:00-24:00, 00:00-03:00"),
        ("xian-2016", "hours", "open", "06:00-09:00, 19:30-24:00"),
        ("base-cn", "bend", "most_m", 0.4),
        ("base-cn", "facing-pair", "width_m", 4.0),
        ("jinan-2019", "facing-pair", "width_m", 4.0),
        ("jinan-2019", "bend", "most_m", 0.4),
        ("india-2014", "holding-capacity", "at_most_share", 0.025),
        ("india-2014", "walk-width", "width_m", 1.8),
        ("uk-inclusive-mobility", "walk-width", "width_m", 1.5),
    ],
)
def test_numbers_are_those_of_the_sources(name, rule, parameter, number):
    assert pp.rule_book(name)[rule][parameter] == number


@pytest.mark.parametrize(
    ("name", "placements"),
    [
        ("base-cn", ("kerbside", "open-space")),
        ("chaohu-2019", ("footway", "open-space")),
        ("india-2014", ("kerbside", "footway")),
        ("jinan-2019", ("kerbside", "open-space")),
        ("kaifeng-2019", ("kerbside", "footway", "open-space")),
        ("nyc-general-vendor", ("footway",)),
        ("san-francisco-mff", ("kerbside", "footway")),
        ("uk-inclusive-mobility", ("kerbside", "footway")),
        ("xian-2016", ("kerbside", "setback-land")),
    ],
)
def test_a_book_looks_where_its_city_lets_vendors_stand(name, placements):
    book = pp.rule_book(name)
    assert book.placements == placements
    # People must get past wherever a pitch narrows where they walk.
    walks = [r for r in book.rules if r.kind == "clear-width" and r["of"] == "walk"]
    for placement in set(placements) - {"open-space"}:
        assert sum(placement in r.placements for r in walks) == 1


@pytest.mark.parametrize("name", sorted(BOOKS))
def test_every_book_finds_pitches_where_it_looks(name):
    """Every number of every preset is used once on a city that has a layer for most of them."""
    book = pp.rule_book(name)
    if any(r.kind == "street-class" for r in book.rules):
        book = book.without("main-street")
    opening = next((r["open"] for r in book.rules if r.kind == "hours"), "")
    season = pp.Season("2026-06-01", "2026-06-30", hours=opening)
    city = street_with_sidewalks()
    vehicle = "stand" if name == "nyc-general-vendor" else "tricycle"
    found = pp.find_candidates(city, book, season=season, vehicles=vehicle)
    assert set(found.pitches["placement"]) == set(book.placements) - {"open-space"}
    assert set(found.rules_report["rule"]) >= {r.id for r in book.rules}


def test_a_book_overrides_drops_and_adds(tmp_path):
    head = 'base = "base-cn"\nwithout = ["school-gate"]'
    book = pp.read_rule_book(write(tmp_path, "ours", head, VEHICLE + JUNCTION))
    base = pp.rule_book("base-cn")
    assert book["junction"]["distance_m"] == 7.0
    assert book["junction"].origin == "cited"
    assert [r.id for r in book.rules] == [r.id for r in base.rules if r.id != "school-gate"]
    assert book.vehicle("cart").length_m == 2.0
    assert book.vehicle("tricycle").source.startswith("base-cn: ")
    assert book.hash != base.hash


def test_a_book_of_books(tmp_path):
    write(tmp_path, "county", 'base = "base-cn"', JUNCTION)
    town = pp.read_rule_book(write(tmp_path, "town", 'base = "county.toml"'))
    assert town["junction"].source == "county: by-law 7"
    assert town["junction"].origin == "borrowed"
    assert town["building"].source.startswith("county: base-cn: ")


@pytest.mark.parametrize(
    ("head", "what"),
    [
        ('base = "base-xx"', "a base that does not exist"),
        ('base = "nowhere.toml"', "a base that does not exist"),
        ("base = 3", "a base that is no name"),
        ('base = "base-cn"\nwithout = ["junctoin"]', "no such rule in the base"),
        ('base = "base-cn"\nwithout = "junction"', "nothing to leave out"),
        ('without = ["junction"]', "nothing to leave out"),
    ],
)
def test_bad_bases_are_refused(tmp_path, head, what):
    with pytest.raises(pp.InputError, match=what) as error:
        pp.read_rule_book(write(tmp_path, "ours", head, VEHICLE + JUNCTION))
    assert "ours.toml" in str(error.value)


@pytest.mark.parametrize("names", [("one", "one"), ("one", "two")])
def test_a_cycle_of_bases_is_refused(tmp_path, names):
    write(tmp_path, names[0], f'base = "{names[1]}.toml"', VEHICLE)
    write(tmp_path, names[1], f'base = "{names[0]}.toml"', VEHICLE)
    with pytest.raises(pp.InputError, match="each other's base"):
        pp.read_rule_book(tmp_path / f"{names[0]}.toml")


def test_rows_that_are_no_tables_are_refused(tmp_path):
    with pytest.raises(pp.InputError, match="rule"):
        pp.read_rule_book(write(tmp_path, "ours", "", VEHICLE.replace("[[vehicle]]", "[a]") + "[b]\nc = 1"))
    path = tmp_path / "list.toml"
    path.write_text('rule = [1]\nvehicle = [2]\n[book]\nid = "x"\n', encoding="utf-8")
    with pytest.raises(pp.InputError, match="rule"):
        pp.read_rule_book(path)


def test_the_table_of_a_book():
    book = pp.rule_book("xian-2016")
    table = book.table()
    columns = ["rule", "kind", "numbers", "placements", "source", "origin", "title", "title_en"]
    assert table.columns.tolist() == columns
    assert table["rule"].tolist() == [r.id for r in book.rules]
    assert dict(Counter(table["origin"])) == {"borrowed": 15, "cited": 4, "ours": 1}
    row = table.set_index("rule").loc["main-street"]
    assert row["numbers"] == "forbidden=['main'], near_m=50.0"
    assert row["placements"] == "kerbside, footway, setback-land, open-space"


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("street-width", "width_m = 26"),
        ("street-width", "width_m = 0"),
        ("street-width", "width = 7"),
        ("one-side", "within_m = 0"),
        ("one-side", ""),
        ("kerb-share", "share = 1.5"),
        ("kerb-share", "share = 0"),
        ("kerb-share", 'share = "half"'),
        ("hours", 'open = "from dawn"'),
        ("hours", 'open = ""'),
        ("hours", "open = 6"),
        ("gradient", "most_percent = 0"),
        ("level-of-service", 'level = "F"'),
        ("one-side", 'within_m = 5\non_missing = "guess"'),
        ("zone", "forbidden = []"),
        ("facing-pair", "width_m = 0"),
        ("bend", "most_m = -1"),
    ],
)
def test_parameters_of_the_new_kinds_are_checked(tmp_path, kind, text):
    rule = f'[[rule]]\nid = "a"\nkind = "{kind}"\nsource = "s"\norigin = "ours"\n{text}\n'
    with pytest.raises(pp.InputError):
        pp.read_rule_book(write(tmp_path, "ours", "", VEHICLE + rule))
