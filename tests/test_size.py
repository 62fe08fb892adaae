"""Work that is too big is told before it is begun."""

import subprocess
import sys
import warnings

import pytest
import shapely

import pitchplan as pp
from pitchplan import size
from pitchplan.errors import TooBig
from pitchplan.size import Estimate, LargeWork, memory_at_hand_mb

WORK = Estimate("solving 5,000 pitches in 400 runs", 1200.0, 12.0, "Plan a district at a time")


def test_memory_at_hand_is_a_number_of_megabytes():
    there = memory_at_hand_mb()
    assert there is None or 10 < there < 1e8


@pytest.mark.parametrize("there", [None, 2401.0, 1e6])
def test_enough_memory_says_nothing(monkeypatch, there):
    monkeypatch.setattr(size, "memory_at_hand_mb", lambda: there)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with WORK.checked():
            pass


def test_more_than_half_is_a_warning(monkeypatch):
    monkeypatch.setattr(size, "memory_at_hand_mb", lambda: 2000.0)
    with (
        pytest.warns(
            LargeWork, match=r"1\.2 GB, 12 s .* more than half of the 2\.0 GB at hand\. Plan a district"
        ),
        WORK.checked(),
    ):
        pass


def test_more_than_all_is_refused_before_it_is_begun(monkeypatch):
    monkeypatch.setattr(size, "memory_at_hand_mb", lambda: 900.0)
    begun = []
    with pytest.raises(TooBig, match=r"900 MB are at hand\. Plan a district at a time"), WORK.checked():
        begun.append(True)
    assert not begun


@pytest.mark.parametrize("error", [MemoryError(), shapely.errors.GEOSException("std::bad_alloc")])
def test_memory_that_runs_out_all_the_same_is_told(monkeypatch, error):
    monkeypatch.setattr(size, "memory_at_hand_mb", lambda: None)
    with pytest.raises(TooBig, match="memory ran out"), WORK.checked():
        raise error


@pytest.mark.parametrize("error", [MemoryError(), shapely.errors.GEOSException("std::bad_alloc")])
def test_memory_that_runs_out_outside_of_an_estimate(monkeypatch, spring, spring_candidates, error):
    def run_out(*given, **more):
        raise error

    places = {
        "looking for pitches": (
            "pitchplan.candidates.find", "surroundings_of",
            lambda: pp.find_candidates(spring.city, spring.book, season=spring.season),
        ),
        "stating what is to be planned": (
            "pitchplan.siting.model.statement", "written_base",
            lambda: pp.siting_problem(spring_candidates, spring.city, vendors=9),
        ),
        "reading a city": (
            "pitchplan.city.reading", "fill_in",
            lambda: pp.read_city(streets=spring.city.streets[["geometry"]]),
        ),
    }  # fmt: skip
    for work, (module, name, call) in places.items():
        with monkeypatch.context() as patch:
            patch.setattr(f"{module}.{name}", run_out)
            with pytest.raises(TooBig, match=f"^{work}: memory ran out\\. [A-Z].*\\.$"):
                call()


def test_another_fault_stays_what_it_is(monkeypatch):
    with pytest.raises(ZeroDivisionError), WORK.checked():
        raise ZeroDivisionError


def test_a_problem_says_what_it_takes(spring_problem):
    estimate = spring_problem.estimate
    assert 250 < estimate.memory_mb < 2000
    assert "pitches in" in str(estimate)


def test_solving_and_looking_are_refused_where_memory_is_short(monkeypatch, spring, spring_problem):
    monkeypatch.setattr(size, "memory_at_hand_mb", lambda: 20.0)
    with pytest.raises(TooBig, match="solving"):
        spring_problem.solve()
    with pytest.raises(TooBig, match="solving"):
        spring_problem.solve_weeks([5] * len(spring.season.weeks))
    with pytest.raises(TooBig, match="looking at 8"):
        pp.find_candidates(spring.city, spring.book, season=spring.season)


@pytest.mark.skipif(sys.platform != "linux", reason="ulimit -v is told on Linux")
def test_ulimit_counts():
    code = (
        "import resource; from pitchplan.size import memory_at_hand_mb as m;"
        "resource.setrlimit(resource.RLIMIT_AS, (10**9, 10**9)); print(m())"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert 0 < float(done.stdout) < 1000


def test_the_warning_points_at_the_planners_line(monkeypatch, spring_problem):
    there = spring_problem.estimate.memory_mb * 1.5
    monkeypatch.setattr(size, "memory_at_hand_mb", lambda: there)
    with pytest.warns(LargeWork) as caught:
        spring_problem.solve(time_limit_s=1.0)
    assert caught[0].filename == __file__
