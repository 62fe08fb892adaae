"""What is taken: the shares of boxes are those of their cells, before and after more is taken."""

import numpy as np

from pitchplan.sheets.ground import Ground, box_points
from pitchplan.sheets.page import Rect


def share_by_cells(ground: Ground, box: np.ndarray) -> float:
    """Count the cells of a box one by one."""
    frame, cell = ground.frame, ground.CELL
    left, top, right, bottom = (
        int(np.rint(v / cell)) for v in box - np.array([frame.x, frame.y, frame.x, frame.y])
    )
    cells = [(r, c) for r in range(top, bottom) for c in range(left, right)]
    rows, columns = ground.taken.shape
    free = [0 <= r < rows and 0 <= c < columns and not ground.taken[r, c] for r, c in cells]
    return 1 - sum(free) / max(len(cells), 1)


def test_shares_follow_what_is_taken() -> None:
    rng = np.random.default_rng(4)
    ground = Ground(Rect(10, 20, 60, 40))
    for _ in range(6):
        corner = rng.uniform([5, 15], [60, 50], (20, 2))
        boxes = np.column_stack([corner, corner + rng.uniform(1, 12, (20, 2))])
        found = ground.share_of_boxes(boxes)
        np.testing.assert_allclose(found, [share_by_cells(ground, box) for box in boxes], atol=1e-12)
        at = rng.uniform([10, 20], [60, 50])
        ground.take(box_points(*at, *(at + rng.uniform(1, 8, 2))))
    assert 0 < ground.taken.mean() < 1
