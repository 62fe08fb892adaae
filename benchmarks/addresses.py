"""How fast address lines are written, and whether addresses lead back to their places.

python benchmarks/addresses.py                    # microseconds of CPU per run, median of five, 40,000 runs
python benchmarks/addresses.py --back spring      # every address line of Spring City, 20,000 sentences
python benchmarks/addresses.py --back streets.osm.pbf
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

import pitchplan as pp
from pitchplan.candidates.addresses.asking import find_address
from pitchplan.candidates.addresses.gazetteer import gazetteer_of
from pitchplan.candidates.addresses.lines import address_lines

sys.path.insert(0, str(Path(__file__).parent))
from list_sentences import AMBIGUOUS, STYLES, sentences

_COPIES = 88
_RIGHT_M = 5.0


def main() -> None:
    """Measure speed, or lead addresses back."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--back", help="spring, or an OpenStreetMap extract")
    options.add_argument("--sentences", type=int, default=20_000)
    said = options.parse_args()
    spring = pp.datasets.spring_city()
    if not said.back:
        _time(spring)
        return
    city = spring.city if said.back == "spring" else pp.read_osm(said.back)
    runs = pp.find_candidates(city, spring.book, season=spring.season).runs
    for name, told, misled in (
        (f"{2 * len(runs)} lines of runs", *led_back(city, runs)),
        ("entries of lists", *checked(city, said.sentences, styles=STYLES)),
        ("entries nobody can place", *checked(city, said.sentences, styles=AMBIGUOUS)),
    ):
        print(f"{name}: {dict(sorted(told.items()))}")
        for line in misled[:20]:
            print(f"  MISLED {line}")


def _time(spring: Any) -> None:
    """Write the lines of Spring City's runs, many times over."""
    found = pp.find_candidates(spring.city, spring.book, season=spring.season)
    runs, seconds = pd.concat([found.runs] * _COPIES, ignore_index=True), []
    for _ in range(5):
        began = time.process_time()
        address_lines(runs, found.gazetteer)
        seconds.append(time.process_time() - began)
    print(f"{len(runs)} runs, {1e6 * statistics.median(seconds) / len(runs):.1f} microseconds each")


def led_back(city: Any, runs: pd.DataFrame) -> tuple[Counter[str], list[str]]:
    """Ask for every run by both its lines."""
    gazetteer = gazetteer_of(city)
    local, english = address_lines(runs, gazetteer)
    places = list(zip(runs["x_m"], runs["y_m"], strict=True))
    asked = [(line, x, y) for said in (local, english) for line, (x, y) in zip(said, places, strict=True)]
    return _tally(gazetteer, asked)


def checked(
    city: Any, count: int, *, styles: tuple[str, ...], seed: int = 1
) -> tuple[Counter[str], list[str]]:
    """Ask for sentences made of a city's streets.

    Parameters
    ----------
    city : City
    count : int
    styles : tuple of str
        Of `list_sentences`.
    seed : int

    Returns
    -------
    told : Counter
        right (within 5 m), vague (farther, but within what the answer says it leaves open), refused.
    misled : list of str
        Answers farther off than they say, or to what nobody can place.
    """
    made = sentences(city, count, seed, styles)
    return _tally(gazetteer_of(city), [(s.text, s.x_m, s.y_m) for s in made])


def _tally(gazetteer: Any, asked: list[tuple[str, float, float]]) -> tuple[Counter[str], list[str]]:
    told: Counter[str] = Counter()
    misled = []
    for text, x, y in asked:
        try:
            answer = find_address(text, gazetteer)
        except pp.InputError:
            told["refused"] += 1
            continue
        away = float(np.hypot(answer.x_m - x, answer.y_m - y))
        if away <= _RIGHT_M:
            told["right"] += 1
        elif away <= answer.precision_m:
            told["vague"] += 1
        else:
            told["MISLED"] += 1
            misled.append(f"{text} -> {answer.read_as}, {away:.1f} m off, said {answer.precision_m:.1f} m")
    return told, misled


if __name__ == "__main__":
    main()
