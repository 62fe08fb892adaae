"""Every file of the catalogue is refused with a reason: where it is, what is wrong, how to mend it."""

import warnings

import pytest

import pitchplan as pp
from pitchplan.growers.allocation import allocate

from .catalogue import CATALOGUE


@pytest.fixture(scope="session")
def read(world):
    """Give the function a planner calls with a reader's file."""
    gates, city = world.files["gateways"].path, world.city
    own = {
        "growers": lambda path: allocate(world.plan, path, city=city, gateways=gates),
        "gateways": lambda path: allocate(world.plan, world.files["growers"].path, city=city, gateways=path),
    }
    return {name: own.get(name, sound.read) for name, sound in world.files.items()}


def test_the_catalogue_is_large_and_knows_every_reader(world):
    assert len(CATALOGUE) >= 150
    assert len({(bad.reader, bad.what) for bad in CATALOGUE}) == len(CATALOGUE)
    assert {bad.reader for bad in CATALOGUE} == set(world.files)


@pytest.mark.parametrize("name", sorted({bad.reader for bad in CATALOGUE}))
def test_the_sound_file_is_read(world, read, name):
    assert repr(read[name](world.files[name].path))


@pytest.mark.parametrize("bad", CATALOGUE, ids=lambda bad: f"{bad.reader}: {bad.what}")
def test_a_bad_file_is_refused_with_a_reason(world, read, bad):
    sound = world.files[bad.reader]
    before = sound.path.read_bytes()
    after = bad.spoil(before)
    assert after != before
    sound.path.write_bytes(after)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", RuntimeWarning)
            with pytest.raises(pp.InputError) as error:
                read[bad.reader](sound.path)
    finally:
        sound.path.write_bytes(before)
    text = str(error.value)
    assert all(fault.what and fault.fix for fault in error.value.faults)
    for word in bad.names:
        assert word in text
