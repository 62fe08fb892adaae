"""Open published files in QGIS, without a screen, and draw them as QGIS shows them by itself.

QGIS brings its own Python; on Debian and Ubuntu::

    apt-get install qgis python3-qgis
    /usr/bin/python3 benchmarks/open_in_qgis.py out/map.gpkg out/map.geojson --out out

Each file becomes ``<name>.qgis.png``, a page in A4. The script fails if a layer of a GeoPackage
cannot be opened, has no default style that QGIS takes, or holds no feature.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from pathlib import Path

# Before Qt is loaded: there is no screen.
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from qgis.core import (  # type: ignore[import-not-found]
    QgsApplication,
    QgsCoordinateReferenceSystem,
    QgsCoordinateTransform,
    QgsLayoutExporter,
    QgsLayoutItemMap,
    QgsLayoutPoint,
    QgsLayoutSize,
    QgsPrintLayout,
    QgsProject,
    QgsVectorLayer,
)
from qgis.PyQt.QtGui import QFontDatabase  # type: ignore[import-not-found]


def layers_of(path: Path) -> list[QgsVectorLayer]:
    """Return a file's layers, the first one on top; layers that hold no geometry are left out."""
    whole = QgsVectorLayer(str(path), path.stem, "ogr")
    if not whole.isValid():
        raise SystemExit(f"{path}: QGIS cannot open it")
    names = list(dict.fromkeys(s.split("!!::!!")[1] for s in whole.dataProvider().subLayers()))
    kinds = [s.split("!!::!!") for s in whole.dataProvider().subLayers()]
    layers = []
    for parts in kinds:
        uri = f"{path}|layername={parts[1]}" + (
            f"|geometrytype={parts[3]}" if len(names) < len(kinds) else ""
        )
        layer = QgsVectorLayer(uri, parts[1], "ogr")
        if layer.isValid() and layer.isSpatial():
            layers.append(layer)
    # Points over lines over areas; areas that are filled lie lowest.
    lowest = {"streets": 1, "communities": 2}
    return sorted(layers, key=lambda one: (one.geometryType(), lowest.get(one.name(), 0)))


def check(path: Path, layers: list[QgsVectorLayer]) -> None:
    """Print what was opened; leave if a layer is empty or its style is not the file's."""
    faults = []
    for layer in layers:
        styles = layer.listStylesInDatabase()[0] if path.suffix == ".gpkg" else 0
        print(f"  {layer.name()}: {layer.featureCount()} features, {layer.crs().authid()}, {styles} styles,"
              f" {layer.renderer().type()}, labels {'on' if layer.labelsEnabled() else 'off'}")  # fmt: skip
        if layer.featureCount() == 0:
            faults.append(f"{layer.name()} is empty")
        if path.suffix == ".gpkg" and styles == 0 and layer.name() in ("spots", "pitches", "communities"):
            faults.append(f"{layer.name()} has no style")
    if faults:
        raise SystemExit(f"{path}: {'; '.join(faults)}")


def draw(layers: list[QgsVectorLayer], out: Path, scale: float) -> None:
    """Draw the layers on a page in A4, in metres around their middle."""
    project = QgsProject.instance()
    project.clear()
    project.addMapLayers(layers)
    spots = next((one for one in layers if one.name() == "spots"), layers[0])
    middle = spots.extent().center()
    utm = 32601 + int((middle.x() + 180) // 6)
    crs = QgsCoordinateReferenceSystem(f"EPSG:{utm}")
    project.setCrs(crs)
    box = QgsCoordinateTransform(spots.crs(), crs, project).transformBoundingBox(spots.extent())
    layout = QgsPrintLayout(project)
    layout.initializeDefaults()
    page = QgsLayoutItemMap(layout)
    layout.addLayoutItem(page)
    page.setLayers(layers)
    page.setCrs(crs)
    page.attemptMove(QgsLayoutPoint(5, 5))
    page.attemptResize(QgsLayoutSize(287, 200))
    # The first extent changes the item's shape: its size is set again, then the extent is fitted.
    page.setExtent(box.scaled(1.1))
    page.attemptResize(QgsLayoutSize(287, 200))
    page.zoomToExtent(box.scaled(1.1))
    if scale:
        page.setScale(scale)
    settings = QgsLayoutExporter.ImageExportSettings()
    settings.dpi = 150
    if QgsLayoutExporter(layout).exportToImage(str(out), settings) != QgsLayoutExporter.Success:
        raise SystemExit(f"{out}: QGIS could not draw it")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--out", type=Path, default=Path("out"))
    parser.add_argument(
        "--scale", type=float, default=0.0, help="such as 5000; by default all spots are shown"
    )
    parser.add_argument(
        "--font", type=Path, help="a font file with Chinese characters, where QGIS finds none"
    )
    args = parser.parse_args()
    application = QgsApplication([], False)
    application.initQgis()
    if args.font:
        QFontDatabase.addApplicationFont(str(args.font))
    for path in args.files:
        began = time.perf_counter()
        layers = layers_of(path)
        print(path)
        check(path, layers)
        out = args.out / f"{path.name}.qgis.png"
        draw(layers, out, args.scale)
        print(f"  {out}: {time.perf_counter() - began:.1f} s")
    sys.stdout.flush()
    # Qt's own end would wait for threads of the layout.
    os._exit(0)


if __name__ == "__main__":
    main()
