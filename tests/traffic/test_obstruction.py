"""The first stand costs more than the fifth, busy streets more than quiet ones."""

import numpy as np
import pandas as pd

from pitchplan.traffic.obstruction import CLASS_COSTS, obstruction


def frames(*runs):
    table = pd.DataFrame(runs, columns=["run_id", "street_id", "street_class", "placement", "clear_drive_m"])
    return table.rename(columns={"run_id": "pitch_id"}), table


def test_shape_of_the_costs():
    ranks = [CLASS_COSTS[c] for c in ("main", "secondary", "branch", "local", "lane", "open-space")]
    assert ranks == sorted(ranks, reverse=True)
    for street, run, pitch in ranks[:-1]:
        assert street >= run > 4 * pitch
    assert ranks[-1] == (0, 0, 0)


def test_scores_of_streets_runs_and_pitches():
    pitches, runs = frames(
        ("1", "b", "lane", "kerbside", 7.0),
        ("2", "b", "lane", "kerbside", 3.5),
        ("3", "a", "unheard-of", "kerbside", 5.5),
        ("4", "square", "open-space", "open-space", np.nan),
    )
    found = obstruction(pitches, runs)
    lane, branch = CLASS_COSTS["lane"], CLASS_COSTS["branch"]
    assert found.street_ids == ("a", "b")
    assert found.per_street.tolist() == [branch[0], lane[0]]
    assert found.street_of_run.tolist() == [1, 1, 0, -1]
    assert found.per_run.tolist() == [lane[1], lane[1], branch[1], 0]
    assert found.per_pitch.tolist() == [lane[2], lane[2] + 16, branch[2] + 4, 0]
    assert found.per_pitch.dtype == found.per_run.dtype == found.per_street.dtype == np.int64


def test_a_square_of_a_street_with_the_same_id_costs_nothing():
    pitches, runs = frames(("1", "b", "main", "open-space", np.nan), ("2", "b", "lane", "kerbside", 7.0))
    found = obstruction(pitches, runs)
    assert found.per_run[0] == 0
    assert found.per_street.tolist() == [CLASS_COSTS["lane"][0]]
