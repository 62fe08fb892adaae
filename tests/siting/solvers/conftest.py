"""Problems to search: by hand, at random, and cities."""

import importlib.util
import sys
from pathlib import Path

import pytest


def _module(name):
    spec = importlib.util.spec_from_file_location(f"siting_{name}", Path(__file__).parents[1] / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def instances():
    return _module("instances")


@pytest.fixture(scope="session")
def hand():
    return _module("hand")


@pytest.fixture(scope="session")
def grid():
    return _module("cities")


@pytest.fixture(scope="session")
def street(instances, hand):
    """Three runs along one street, one on another, a few homes."""
    runs = {"A": (0, 3, 0), "B": (200, 2, 0), "C": (400, 4, 0), "D": (0, 2, 1)}
    homes = [(0, 10, 0), (200, 20, 0), (400, 5, 0), (0, 7, 1)]
    return hand.Town(instances, runs, homes)


@pytest.fixture(scope="session")
def dense(grid):
    """Return a city whose fewest spots no solver proves within seconds."""
    import pitchplan as pp

    city = grid.make_city((14, 14), residents_per_ha=20.0)
    found = grid.make_candidates(city, 400, clash_m=120.0)
    goals = (pp.goals.HostVendors(), pp.goals.FewestSpots(), pp.goals.KeepTrafficClear())
    return pp.siting_problem(found, city, vendors=80, goals=goals)
