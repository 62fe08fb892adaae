"""A map is traced back to its inputs: what changed is noticed, what was only put in another order is not."""

import dataclasses
import json

import numpy as np
import pandas as pd
import pytest
import shapely

import pitchplan as pp
from pitchplan import verify


@pytest.fixture(scope="module")
def published(spring, spring_plan, tmp_path_factory):
    """Return the map of the demonstration city."""
    sheet = pp.map_sheet(spring_plan, spring.city, title="图", publisher="局")
    return pp.write(sheet, tmp_path_factory.mktemp("verify") / "map.geojson")


@pytest.fixture(scope="module")
def inputs(spring, spring_problem):
    return {
        "city": spring.city,
        "book": spring.book,
        "survey": spring.survey,
        "decisions": spring.decisions,
        "problem": spring_problem,
    }


def states(verification):
    return dict(zip(verification.table["what"], verification.table["state"], strict=True))


def test_what_the_map_was_made_from_holds(published, inputs):
    found = verify(published, inputs).raise_for_changes()
    assert found.holds
    assert set(found.table["state"]) == {"same"}
    assert {
        "file",
        "streets",
        "survey",
        "decisions",
        "rule book",
        "legal",
        "pitches",
        "problem",
        "values",
    } <= set(found.table["what"])
    assert "audit" in found.text
    assert "holds" in repr(found)


def test_what_is_not_given_is_not_taken_for_the_same(published, spring):
    found = verify(published, {"city": spring.city, "book": spring.book})
    assert found.holds
    assert states(found)["survey"] == states(found)["decisions"] == "not given"


LAYERS = ["streets", "centrelines", "footways", "open_spaces", "buildings", "keep_clear", "kerb_regulations"]


def changed_cell(frame, random):
    """Change one cell of a table to another value of its kind."""
    frame = frame.copy()
    filled = [c for c in frame.columns if c not in ("geometry",) and frame[c].notna().any()]
    column = "geometry" if "geometry" in frame and random.random() < 0.3 else str(random.choice(filled))
    rows = np.flatnonzero(frame[column].notna().to_numpy())
    row, at = int(random.choice(rows)), frame.columns.get_loc(column)
    value = frame.iloc[row, at]
    if column == "geometry":
        new = shapely.transform(value, lambda xy: xy + 0.001)
    elif isinstance(value, bool | np.bool_):
        new = not value
    elif isinstance(value, int | float | np.number):
        new = value + 1
    elif hasattr(value, "isoformat"):
        new = value + pd.Timedelta(days=1)
    else:
        new = f"{value}x"
        frame[column] = frame[column].astype(object)
    frame.iloc[row, at] = new
    return frame, f"{column} of row {row}"


def hashes_differ(noted, given):
    from pitchplan.verifying import _hashes

    return [row[0] for row in _hashes(noted, given) if row[1] == "changed"]


@pytest.mark.parametrize("seed", range(100))
def test_one_changed_value_in_any_input_is_noticed(published, inputs, seed):
    """A hundred values are changed, one at a time; the places are looked for again in the test after this."""
    random = np.random.default_rng(seed)
    noted = pp.read_plan(published).provenance["inputs"]
    name = [*LAYERS, "communities", "survey", "decisions"][seed % 10]
    if name in ("survey", "decisions"):
        table, what = changed_cell(inputs[name], random)
        try:
            found = hashes_differ(noted, {**inputs, name: table})
        except pp.InputError:
            found = [name]  # what no reader takes is noticed too
    else:
        frame, what = changed_cell(getattr(inputs["city"], name), random)
        found = hashes_differ(noted, {**inputs, "city": dataclasses.replace(inputs["city"], **{name: frame})})
    assert found == [name], (name, what)


def test_a_moved_kerb_is_noticed_in_the_layer_and_by_what_follows(published, inputs):
    streets = inputs["city"].streets.copy()
    streets.geometry = streets.geometry.translate(0.5, 0.0)
    found = verify(published, {**inputs, "city": dataclasses.replace(inputs["city"], streets=streets)})
    assert not found.holds
    said = states(found)
    assert said["streets"] == said["legal"] == said["pitches"] == said["rules"] == "changed"
    assert said["buildings"] == said["survey"] == "same"
    with pytest.raises(pp.InputError, match="streets changed since the map was made"):
        found.raise_for_changes()


def test_another_number_in_the_rule_book_is_noticed(published, inputs):
    book = inputs["book"].with_number("junction", distance_m=inputs["book"]["junction"]["distance_m"] + 1)
    found = verify(published, {**inputs, "book": book})
    assert states(found)["rule book"] == states(found)["rules"] == "changed"
    assert "junction" in found.table.set_index("what")["note"]["rules"]


def test_rows_in_another_order_are_not_noticed(published, inputs, spring):
    random = np.random.default_rng(7)

    def mixed(frame):
        return frame.iloc[random.permutation(len(frame))].reset_index(drop=True)

    city = inputs["city"]
    # Axes go with their carriageways row by row.
    turn = random.permutation(len(city.streets))
    layers = {
        n: mixed(getattr(city, n)) for n in (*LAYERS, "communities") if n not in ("streets", "centrelines")
    }
    layers |= {n: getattr(city, n).iloc[turn].reset_index(drop=True) for n in ("streets", "centrelines")}
    other = dataclasses.replace(city, **layers)
    assert other.hashes == city.hashes
    given = {"city": other, "book": inputs["book"]}
    given |= {name: mixed(inputs[name]) for name in ("survey", "decisions")}
    found = verify(published, given)
    assert found.holds, found.text
    assert "changed" not in set(found.table["state"])


def test_a_file_changed_by_hand_is_noticed(published, inputs, tmp_path):
    head = json.loads(published.read_text(encoding="utf-8"))
    head["pitchplan"]["vendors"] += 1
    changed = tmp_path / "map.geojson"
    changed.write_text(json.dumps(head, ensure_ascii=False), encoding="utf-8")
    assert states(verify(changed, {"city": inputs["city"], "book": inputs["book"]}))["file"] == "changed"


def test_counts_are_traced_in_the_order_they_were_learned(spring, spring_candidates, tmp_path):
    days = pd.DataFrame({"date": ["2026-06-05", "2026-06-06"], "vendors": [50, 61]})
    later = pd.DataFrame({"date": ["2026-06-12"], "vendors": [70]})
    forecast = pp.forecast_vendors(spring.survey, spring.season, draws=200).learn(days).learn(later)
    problem = pp.siting_problem(spring_candidates, spring.city, vendors=forecast.to_provide(0.5))
    path = pp.write(pp.greedy_plan(problem), tmp_path / "map.geojson")
    given = {"city": spring.city, "book": spring.book, "survey": spring.survey}
    assert states(verify(path, given))["places"] == "not given", "its waivers are in no list of the map"
    given["decisions"] = spring.decisions
    assert verify(path, {**given, "counts": [days, later]}).holds
    assert states(verify(path, given))["counts 2"] == "not given"
    other = verify(path, {**given, "counts": [days, later.assign(vendors=71)]})
    assert list(other.changed["what"]) == ["counts 2"]


@pytest.mark.parametrize(
    ("spoilt", "column"),
    [
        ({"book": None}, "book"),
        ({"towns": 1}, "towns"),
        ({"city": "map.geojson"}, "city"),
        ({"problem": 3}, "problem"),
    ],
)
def test_inputs_that_are_none_are_refused(published, inputs, spoilt, column):
    given = {k: v for k, v in {**inputs, **spoilt}.items() if v is not None}
    with pytest.raises(pp.InputError) as caught:
        verify(published, given)
    assert [f.column for f in caught.value.faults] == [column]


def test_inputs_must_be_a_mapping(published):
    with pytest.raises(pp.InputError, match="no mapping"):
        verify(published, ["city"])
