"""The season of Spring City, as a script and as a notebook, which is shown the plans the script found."""

import ast
import importlib.util
import inspect
import sys
import types
from collections import Counter
from pathlib import Path

import matplotlib as mpl
import matplotlib.pyplot as plt
import nbformat
import pandas as pd
import pytest

import pitchplan as pp

EXAMPLES = Path(__file__).resolve().parents[1] / "examples"
STEPS = ("solve", "replan", "solve_weeks")


class Once:
    """Takes each step of a season once: who takes it again, with fitting arguments, gets that."""

    def __init__(self):
        self.found, self.taken, self.patch = {}, Counter(), pytest.MonkeyPatch()
        for name in STEPS:
            self._watch(pp.SitingProblem, name)
        self._watch(pp, "find_candidates")

    def _watch(self, owner, name):
        real = getattr(owner, name)

        def step(*given, **options):
            inspect.signature(real).bind(*given, **options)
            self.taken[name] += 1
            key = name, self.taken[name]
            if key not in self.found:
                self.found[key] = real(*given, **options)
            return self.found[key]

        self.patch.setattr(owner, name, step)


@pytest.fixture(scope="module")
def once():
    steps = Once()
    yield steps
    steps.patch.undo()


@pytest.fixture(scope="module")
def played(once, tmp_path_factory):
    """Run the script, and return its folder and what it said."""
    spec = importlib.util.spec_from_file_location("season", EXAMPLES / "season.py")
    script = importlib.util.module_from_spec(spec)
    # What guards a script from tracebacks has no place in the process of the tests.
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sys.modules, "guarding", types.ModuleType("guarding"))
        spec.loader.exec_module(script)
    out, said = tmp_path_factory.mktemp("season"), []
    script.print = lambda *words: said.append(" ".join(map(str, words)))
    script.main(["--out", str(out), "--time-limit", "2", "--weeks", "1", "12"])
    return out, "\n".join(said)


def test_a_whole_season_is_played_through(played):
    """April draft, committees, notice, June, July, August: every map is there, and every promise kept."""
    out, said = played
    for name in (
        "1_april/draft.html", "1_april/draft.png", "2_committees/changes.csv", "3_notice/notice.pdf",
        "4_june/map.geojson", "4_june/map.pdf", "4_june/lottery.json",
        "4_june/list.json", "4_june/office_cards.pdf", "5_july/map.pdf", "5_july/scores.csv",
        "6_august/spots_for_2027.csv", "4_june/week_01.png",
        "4_june/week_12.png",
    ):  # fmt: skip
        assert (out / name).stat().st_size > 100, name
    assert len(list((out / "2_committees").glob("*.pdf"))) >= 3
    assert "as published" in said
    season = pp.read_plan(out / "4_june/map.geojson")
    assert season.weeks is not None
    in_week = season.weeks.groupby("week")["capacity"].sum()
    assert (in_week <= pd.Series(season.vendors_by_week, index=range(1, 13))).all()
    draft = (out / "4_june/map.html").read_text(encoding="utf-8")
    assert "2026-06-01/2026-06-07" not in draft, "weeks are told as days people read"
    changes = pd.read_csv(out / "2_committees/changes.csv")
    assert (changes["decision_id"] == "R1").any()
    assert (changes["what"] == "kept").any()
    notice = pp.read_plan(out / "3_notice/notice.geojson")
    assert set(season.pitches["pitch_id"]) <= set(notice.pitches["pitch_id"]), "no spot that nobody knows"


def shown(cell, names):
    """Run a cell and return what a notebook would show of its last line."""
    tree = ast.parse(cell.source)
    last = tree.body.pop() if isinstance(tree.body[-1], ast.Expr) else None
    exec(compile(tree, cell["id"], "exec"), names)
    if last is None:
        return ""
    value = eval(compile(ast.Expression(last.value), cell["id"], "eval"), names)
    return value._repr_html_() if hasattr(value, "_repr_html_") else repr(value)


def test_the_notebook_goes_the_same_way(played, once, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    mpl.use("agg")
    taken = {name: once.taken[name] for name in ("find_candidates", "replan", "solve_weeks")}
    once.taken.clear()
    names = {}
    for cell in notebook().cells:
        if cell.cell_type == "code":
            shown(cell, names)
    plt.close("all")
    assert {name: once.taken[name] for name in taken} == taken
    season = names["season"]
    assert set(season.pitches["pitch_id"]) <= set(names["plan"].pitches["pitch_id"])
    assert len(names["cards"]) == names["drawn"].table["pitch_id"].ne("").sum() > 0
    assert names["draft"].plot() is not None


def test_the_notebook_was_saved_as_it_ran_with_a_map_at_each_stage():
    path = EXAMPLES / "season.ipynb"
    code = [c for c in notebook().cells if c.cell_type == "code"]
    assert [c.execution_count for c in code] == list(range(1, len(code) + 1))
    outputs = [o for c in code for o in c.outputs]
    assert not [o for o in outputs if o.output_type == "error" or o.get("name") == "stderr"]
    assert len([o for o in outputs if "image/png" in o.get("data", {})]) >= 4
    assert path.stat().st_size <= 1_500_000


def notebook():
    return nbformat.read(EXAMPLES / "season.ipynb", as_version=4)
