from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

EXAMPLES = Path(__file__).resolve().parents[1] / "examples"


@pytest.mark.parametrize(("name", "least"), [("watermelon_map", 4), ("demand", 3)])
def test_a_notebook_runs_and_shows_pictures(tmp_path, name, least):
    notebook = nbformat.read(EXAMPLES / f"{name}.ipynb", as_version=4)
    for cell in notebook.cells:
        # A search takes the time it is given; pictures are drawn of whatever plan it has by then.
        cell.source = cell.source.replace("time_limit_s=20", "time_limit_s=2")
    NotebookClient(notebook, timeout=300, resources={"metadata": {"path": str(tmp_path)}}).execute()
    shown = [o for c in notebook.cells if c.cell_type == "code" for o in c.outputs]
    pictures = [o for o in shown if "image/png" in o.get("data", {})]
    assert len(pictures) >= least
    assert not [o for o in shown if o.output_type == "error"]
