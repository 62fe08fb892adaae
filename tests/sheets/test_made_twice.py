"""What GDAL writes is taken only where all of it was written."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pitchplan.errors import OutputError
from pitchplan.sheets import geopackage, gis, render, shapefile


@pytest.mark.parametrize(
    ("suffix", "module"), [(".fgb", gis), (".gpkg", geopackage), (".shp.zip", shapefile)]
)
def test_a_file_in_which_gdal_left_something_out_is_not_written(
    sheet: Any, monkeypatch: pytest.MonkeyPatch, suffix: str, module: Any
) -> None:
    """As it does where the disk is full for a moment: it says nothing then."""
    write, calls = gis.write_layer, []

    def torn(path: Path, layer: Any, *rest: Any, **options: Any) -> None:
        calls.append(path)
        short = len(calls) == 1 and len(layer.frame) > 1
        frame = layer.frame.iloc[1:] if short else layer.frame
        write(path, gis.Layer(layer.name, layer.kind, layer.dimension, frame), *rest, **options)

    monkeypatch.setattr(module, "write_layer", torn)
    with pytest.raises(OutputError, match=rf"{suffix}: not written.*not everything was written"):
        render(sheet, suffix)


@pytest.mark.parametrize("suffix", [".pdf", ".png"])
def test_files_that_typst_cannot_load_are_named_with_what_is_printed(
    sheet: Any, monkeypatch: pytest.MonkeyPatch, suffix: str
) -> None:
    write = Path.write_bytes
    monkeypatch.setattr(Path, "write_bytes", lambda p, data: write(p.with_name(f"{p.name}.gone"), data))
    with pytest.raises(OutputError, match=rf"{suffix}: not written.*typst could not print the sheet.*TMPDIR"):
        render(sheet, suffix)
