import pytest

import pitchplan as pp
from pitchplan.auditing.kinds import AUDITS
from pitchplan.rules.book import preset_names
from pitchplan.rules.kinds import KINDS

HEAD = """
[book]
id = "ours"
[[vehicle]]
id = "small-truck"
length_m = 6.0
width_m = 2.2
gap_m = 1
aisle_m = 3.0
source = "s"
origin = "ours"
"""
RULE = """
[[rule]]
id = "junction"
kind = "setback"
feature = "junction"
distance_m = 10
source = "s"
origin = "ours"
"""


def read(tmp_path, text):
    path = tmp_path / "ours.toml"
    path.write_text(text, encoding="utf-8")
    return pp.read_rule_book(path)


def test_every_number_of_every_preset_has_a_source():
    assert "jinan-2019" in preset_names()
    for name in preset_names():
        book = pp.rule_book(name)
        for rule in book.rules:
            assert len(rule.source) > 5, rule.id
            assert rule.origin in ("cited", "borrowed", "ours")
            assert rule.title, rule.id
            assert rule.title_en, rule.id


def test_every_kind_has_its_audit_twin():
    assert set(AUDITS) == set(KINDS)


def test_a_book_of_ones_own(tmp_path):
    book = read(tmp_path, HEAD + RULE)
    assert book["junction"]["distance_m"] == 10.0
    assert book["junction"]["side"] == "any"
    assert book.vehicle("small-truck").gap_m == 1.0


def test_with_number_changes_one_rule_and_the_hash():
    book = pp.rule_book("jinan-2019")
    other = book.with_number("junction", distance_m=12)
    assert other["junction"]["distance_m"] == 12.0
    assert other["junction"].origin == "ours"
    assert book["junction"]["distance_m"] == 10.0
    assert book.hash != other.hash
    assert book.hash == pp.rule_book("jinan-2019").hash


@pytest.mark.parametrize("number", [-1, float("nan"), float("inf"), "ten", True])
def test_with_number_refuses_nonsense(number):
    with pytest.raises(pp.InputError):
        pp.rule_book("jinan-2019").with_number("junction", distance_m=number)


def test_with_number_refuses_unknown_names():
    with pytest.raises(pp.InputError, match="no such rule"):
        pp.rule_book("jinan-2019").with_number("nothing", distance_m=1)
    with pytest.raises(pp.InputError, match="does not take"):
        pp.rule_book("jinan-2019").with_number("junction", width=1)


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("not toml [", "not TOML"),
        ("a = 1", r"no \[book\]"),
        ('[book]\nid = "x"\n', "vehicle"),
        (HEAD + RULE + RULE, "used twice"),
        (HEAD + RULE.replace("setback", "setbacks"), "kind that is not known"),
        (HEAD + RULE.replace("distance_m = 10", ""), "a parameter is missing"),
        (HEAD + RULE.replace("distance_m = 10", "distance_m = -3"), "a number that cannot be"),
        (HEAD + RULE.replace("distance_m = 10", 'distance_m = "far"'), "wrong kind"),
        (HEAD + RULE.replace("distance_m = 10", "distance_m = 0"), "asks for nothing"),
        (HEAD + RULE.replace("distance_m = 10", "distance_m = nan"), "a number that cannot be"),
        (HEAD + RULE.replace('origin = "ours"', 'origin = "guess"'), "origin that is not known"),
        (HEAD + RULE.replace('source = "s"', ""), "source is missing"),
        (HEAD + RULE + 'placements = ["roof"]', "placements"),
        (HEAD + RULE + 'side = "left"', "wrong kind"),
        (HEAD + RULE + "depth = 3", "does not take"),
        (HEAD + RULE.replace("distance_m = 10", f"distance_m = {'9' * 400}"), "cannot be"),
        ('[book]\nid = "x"\nrule = [1]\nvehicle = [1]\n', "not a table|no \\[\\[vehicle"),
        (HEAD + RULE.replace('kind = "setback"', 'kind = ["x"]'), "kind"),
        (HEAD + RULE + "placements = [[1]]", "placements"),
        (HEAD.replace('origin = "ours"', 'origin = "foo"') + RULE, "origin"),
        (HEAD.replace("length_m = 6.0", "length_m = 600.0") + RULE, "not a length"),
    ],
)
def test_bad_books_are_refused(tmp_path, text, what):
    with pytest.raises(pp.InputError, match=what) as error:
        read(tmp_path, text)
    assert "ours.toml" in str(error.value)


def test_all_faults_of_a_book_at_once(tmp_path):
    with pytest.raises(pp.InputError) as error:
        read(
            tmp_path, HEAD + RULE.replace("10", "-1") + RULE.replace("setback", "x").replace("junction", "b")
        )
    assert len(error.value.faults) == 2


def test_missing_book_and_preset(tmp_path):
    with pytest.raises(pp.InputError, match="does not exist"):
        pp.read_rule_book(tmp_path / "no.toml")
    with pytest.raises(pp.InputError, match="jinan-2019"):
        pp.rule_book("atlantis")
    with pytest.raises(pp.InputError, match="not a path"):
        pp.read_rule_book(5)


@pytest.mark.parametrize("forbidden", [[], [1, {}], ["main", ""], "main"])
def test_lists_of_words_are_checked(forbidden):
    with pytest.raises(pp.InputError):
        pp.rule_book("jinan-2019").with_number("main-street", forbidden=forbidden)


@pytest.mark.parametrize(
    ("rule", "changes"),
    [
        ("main-street", {"forbidden": ["mian"]}),
        ("community-quota", {"groups": ["nope"]}),
        ("open-space", {"kinds": ["sqare"]}),
    ],
)
def test_a_misspelt_word_is_reported_not_applied(spring, rule, changes):
    from pitchplan.rules.kinds import KINDS

    book = spring.book.with_number(rule, **changes)
    why = KINDS[book[rule].kind].missing(book[rule], spring.city)
    assert next(iter(changes.values()))[0] in why


def test_where_in_a_book_a_fault_is(tmp_path):
    long = HEAD + "a" + ".b" * 501 + " = 1\n"
    with pytest.raises(pp.InputError) as error:
        read(tmp_path, long)
    assert [fault.row for fault in error.value.faults] == [len(HEAD.splitlines()) + 1]
    with pytest.raises(pp.InputError) as error:
        read(tmp_path, HEAD + RULE + RULE.replace('id = "junction"', ""))
    assert "rule 2" in str(error.value)
    many = "#" * 999_999 + "\n"
    head = HEAD + RULE
    fits = (head + many)[:1_000_000]
    assert read(tmp_path, fits).rules
    with pytest.raises(pp.InputError, match="at most 1 MB"):
        read(tmp_path, fits + "#")


@pytest.mark.parametrize("words", ['"roof"', '["roof"]', "[]", '["kerbside", 1]'])
def test_places_a_book_looks_in_are_known_words(tmp_path, words):
    head = HEAD.replace('id = "ours"', f'id = "ours"\nplacements = {words}', 1)
    with pytest.raises(pp.InputError, match="placements that are not known"):
        read(tmp_path, head + RULE)


def test_a_book_is_shown_by_either_title(tmp_path):
    for lines, shown in (
        ('title = "摊位"\ntitle_en = "Pitches"', "Pitches"),
        ('title = "摊位"', "摊位"),
        ('title_en = "Pitches"', "Pitches"),
    ):
        book = read(tmp_path, HEAD.replace('id = "ours"', f'id = "ours"\n{lines}', 1) + RULE)
        assert repr(book).splitlines()[0] == f"RuleBook ours: {shown}, 1 rules"
        assert (
            repr(book).splitlines()[1]
            == "  junction (setback, ours): feature=junction, distance_m=10.0, side=any"
        )
