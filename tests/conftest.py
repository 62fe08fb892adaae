"""Fixtures that are made once: the demonstration city and what follows from it."""

import os
from pathlib import Path

import pytest

import pitchplan as pp

ROOT = Path(__file__).resolve().parents[1]


def pytest_addoption(parser):
    parser.addoption("--whole", action="store_true", help="every chunk of the oracles, not one in four")


def pytest_generate_tests(metafunc):
    """Give oracles their chunks: ``CHUNKS`` of their module with ``--whole``, else a quarter of these."""
    if "chunk" in metafunc.fixturenames:
        every = metafunc.module.CHUNKS
        whole = metafunc.config.getoption("whole")
        metafunc.parametrize("chunk", range(every if whole else -(-every // 4)))


@pytest.fixture(scope="session")
def spring():
    return pp.datasets.spring_city()


@pytest.fixture(scope="session")
def spring_candidates(spring):
    return pp.find_candidates(spring.city, spring.book, season=spring.season, decisions=spring.decisions)


@pytest.fixture(scope="session")
def real_data():
    """Folder with real cities; where it is absent the test is skipped, and `.ci/run` fails on that."""
    folder = Path(os.environ.get("PITCHPLAN_DATA", ROOT.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip(f"PITCHPLAN_DATA: no folder {folder}")
    return folder


@pytest.fixture(scope="session")
def spring_problem(spring, spring_candidates):
    forecast = pp.forecast_vendors(spring.survey, spring.season, gateways=spring.gateways)
    return pp.siting_problem(
        spring_candidates, spring.city, vendors=forecast.to_provide(0.9), decisions=spring.decisions
    )


@pytest.fixture(scope="session")
def spring_plan(spring_problem):
    return spring_problem.solve(time_limit_s=25)
