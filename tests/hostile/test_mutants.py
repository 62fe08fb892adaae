"""Sound files spoiled at random: only pitchplan's errors come out, soon and with little memory."""

import json
import multiprocessing as mp
import os
import resource
import time
import warnings

import pytest
from bad_input import _ask, outcome
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from mutants import NASTY, mutant

import pitchplan as pp

from .catalogue import LAYERS, TABLES

FIRST = 1_000_000  # apart from the numbers of the long run
FAST = (*TABLES, "workbook", "book", "plan", "proof", "ledger")
SLOW = (*LAYERS, "osm", "gpkg", "fgb", "kml", "shp", "zip", "topojson", "dbf", "shx", "prj", "cpg")
CHUNKS = [*((name, 75, part) for name in FAST for part in range(2)), *((name, 12, 0) for name in SLOW)]
LONGEST_S = 2.0
MOST_MB = 500.0


def peak_mb():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


@pytest.fixture(scope="module")
def warm(world):
    """Read every sound file once: what is loaded then is no spoilt file's cost."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for sound in world.files.values():
            assert repr(sound.read(sound.path))
    return world


def test_there_are_enough_mutants_of_every_reader(world):
    assert sum(count for _, count, _ in CHUNKS) >= 2000
    assert {name for name, _, _ in CHUNKS} == set(world.files)


def test_the_same_number_is_the_same_mutant(world):
    for sound in world.files.values():
        spoilt = [mutant(sound.path, number) for number in range(20)]
        assert spoilt == [mutant(sound.path, number) for number in range(20)]
        assert sum(data != sound.path.read_bytes() for data in spoilt) >= 15


@pytest.mark.parametrize(("name", "count", "part"), CHUNKS)
def test_only_our_errors_come_out(warm, name, count, part):
    sound, before = warm.files[name], peak_mb()
    for number in range(FIRST + part * count, FIRST + (part + 1) * count):
        start = time.process_time()
        what, text = outcome(sound, number)
        assert what in ("refused", "accepted"), f"case {number}: {text}"
        assert text
        assert time.process_time() - start <= LONGEST_S, f"case {number}"
    assert peak_mb() - before <= MOST_MB


@pytest.mark.parametrize("number", [13274, 21919])
def test_a_street_with_an_end_at_the_other_side_of_the_earth_is_refused_soon(warm, number):
    """Of the long run: a width was measured every 10 m for ten thousand kilometres."""
    start = time.process_time()
    what, text = outcome(warm.files["centrelines"], number)
    assert time.process_time() - start <= 0.5
    assert what == "refused"
    assert "runs straight on for" in text


def test_a_process_that_ends_without_a_word_is_a_case_that_escaped():
    for close in (False, True):
        ours, theirs = mp.Pipe()
        process = mp.get_context("spawn").Process(target=os._exit, args=(7,))
        process.start()
        process.join()
        theirs.close()
        if close:  # as where what is sent does not get through
            ours.close()
        assert _ask(process, ours, 5)[:2] == ("escaped", "the process ended with 7")


# --- what nobody thought of: cells, rows and values that hypothesis makes up ---------------------------

MADE_UP = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
CELL = st.one_of(st.sampled_from([str(v) for v in NASTY]), st.text(max_size=12), st.floats().map(str))
JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8)),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


def read_or_refused(sound, data):
    """Read bytes in the place of a sound file; anything but an object or our error escapes."""
    whole = sound.path.read_bytes()
    sound.path.write_bytes(data)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            text = repr(sound.read(sound.path))
    except pp.PitchplanError as error:
        text = str(error)
    finally:
        sound.path.write_bytes(whole)
    assert text


@pytest.mark.parametrize("name", TABLES)
def test_tables_of_any_cells(warm, name):
    sound = warm.files[name]
    header = sound.path.read_text(encoding="utf-8-sig").splitlines()[0]
    width = header.count(",") + 1

    @MADE_UP
    @given(st.lists(st.lists(CELL, min_size=width, max_size=width), min_size=1, max_size=4))
    def check(rows):
        quoted = [",".join('"{}"'.format(c.replace('"', '""')) for c in row) for row in rows]
        read_or_refused(sound, "\n".join([header, *quoted]).encode("utf-8", "surrogatepass"))

    check()


@pytest.mark.parametrize("name", ["plan", "proof", "ledger", "centrelines", "keep_clear"])
def test_json_of_any_values(warm, name):
    sound = warm.files[name]
    keys = st.sampled_from(sorted(json.loads(sound.path.read_bytes())))

    @MADE_UP
    @given(keys, JSON)
    def check(key, value):
        found = json.loads(sound.path.read_bytes())
        inner = found[key]
        for _ in range(3):  # down to where values are read
            if isinstance(inner, (dict, list)) and inner:
                step = next(iter(inner)) if isinstance(inner, dict) else 0
                found_in, inner = inner, inner[step]
                found_in[step] = value
                read_or_refused(sound, json.dumps(found).encode("utf-8", "surrogatepass"))
                found_in[step] = inner
        found[key] = value
        read_or_refused(sound, json.dumps(found).encode("utf-8", "surrogatepass"))

    check()


def test_rule_books_of_any_values(warm):
    sound = warm.files["book"]
    lines = sound.path.read_text(encoding="utf-8").splitlines()
    places = [k for k, line in enumerate(lines) if " = " in line]

    @MADE_UP
    @given(st.sampled_from(places), JSON)
    def check(place, value):
        name = lines[place].split(" = ")[0]
        spoilt = [*lines[:place], f"{name} = {json.dumps(value)}", *lines[place + 1 :]]
        read_or_refused(sound, "\n".join(spoilt).encode("utf-8", "surrogatepass"))

    check()
