"""Towns, made-up cities and readers of meaning for the tests of the siting room."""

import importlib.util
import sys
from pathlib import Path

import numpy as np
import pytest


def loaded(name):
    """Load a module that lies beside the tests."""
    if f"siting_{name}" not in sys.modules:
        path = Path(__file__).with_name(f"{name}.py")
        spec = importlib.util.spec_from_file_location(f"siting_{name}", path)
        module = importlib.util.module_from_spec(spec)
        sys.modules[f"siting_{name}"] = module
        spec.loader.exec_module(module)
    return sys.modules[f"siting_{name}"]


@pytest.fixture(scope="session")
def cities():
    return loaded("cities")


@pytest.fixture(scope="session")
def instances():
    return loaded("instances")


@pytest.fixture(scope="session")
def meaning():
    return loaded("meaning")


@pytest.fixture(scope="session")
def hand():
    return loaded("hand")


@pytest.fixture(scope="session")
def small(cities):
    """Make a random problem of three goals that is small enough to try every plan."""
    from pitchplan import siting_problem
    from pitchplan.siting.goals import CoverResidents, HostVendors, KeepTrafficClear
    from pitchplan.siting.limits import Quota, SpotSize

    def make(seed, **options):
        random = np.random.default_rng(seed)
        city = cities.make_city(
            (2, 2), residents_per_ha=float(random.integers(3, 30)), community_blocks=1, seed=seed
        )
        found = cities.make_candidates(
            city, 3, bays=(1, 3), clash_m=float(random.choice([10, 60, 150])), seed=seed
        )
        ids = sorted(set(found.runs["community_id"]))
        limits = [SpotSize(int(random.integers(1, 3)), None)] if seed % 3 == 0 else []
        if seed % 2:
            limits.append(Quota("community_id", ids[0], 0, int(random.integers(1, 3))))
        if seed % 5 == 0:
            limits.append(Quota("community_id", ids[-1], 1, None))
        goals = (
            HostVendors(slack=0.3 if seed % 7 == 0 else 0.0),
            CoverResidents(
                within_m=float(random.integers(150, 400)), per_pitch=int(random.integers(5, 120)), slack=0.1
            ),
            KeepTrafficClear(),
        )
        given = {"vendors": int(random.integers(1, 7)), "goals": goals, "limits": limits, **options}
        return siting_problem(found, city, **given)

    return make


@pytest.fixture(scope="session")
def district(cities):
    """Return a city of 60 runs that solves in a few seconds."""
    city = cities.make_city((6, 6), residents_per_ha=60.0)
    return city, cities.make_candidates(city, 60)


@pytest.fixture(scope="session")
def street(instances, hand):
    """Three runs along one street, one on another, a few homes."""
    runs = {"A": (0, 3, 0), "B": (200, 2, 0), "C": (400, 4, 0), "D": (0, 2, 1)}
    homes = [(0, 10, 0), (200, 20, 0), (400, 5, 0), (0, 7, 1)]
    return hand.Town(instances, runs, homes)


@pytest.fixture(scope="session")
def dense(cities):
    """Return a city whose fewest spots no solver proves within seconds."""
    import pitchplan as pp

    city = cities.make_city((14, 14), residents_per_ha=20.0)
    found = cities.make_candidates(city, 400, clash_m=120.0)
    goals = (pp.goals.HostVendors(), pp.goals.FewestSpots(), pp.goals.KeepTrafficClear())
    return pp.siting_problem(found, city, vendors=80, goals=goals)
