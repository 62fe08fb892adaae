"""Three hundred nasty polygons as streets: each refused by our error, or read as what it is."""

import geopandas as gpd
import numpy as np
import pytest
import shapely

import pitchplan as pp

from .nasty_polygons import KINDS, even_odd_area, nasty_polygon

CRS = "EPSG:4548"
EACH = 28
CENTRE = np.array([500_000.0, 4_057_000.0])
NEVER_REFUSED = {
    *("spike", "touching holes", "hole at an edge", "sliver", "repeated points"),
    *("hairpin", "hairpin inside"),
}


def polygons(kind):
    """Draw polygons of one kind: plain, with heights, and as parts of a multipart feature."""
    rng = np.random.default_rng(KINDS.index(kind))
    for i in range(EACH):
        shape = nasty_polygon(kind, rng, CENTRE)
        if i % 4 == 1:
            shape = shapely.force_3d(shape, 31.0)
        if i % 4 == 2:
            shape = shapely.MultiPolygon([shape, nasty_polygon(kind, rng, CENTRE + 500)])
        yield shape


def read(layer):
    """Read polygons as streets: what comes of them, or the faults they are refused with."""
    try:
        return pp.read_city(streets=layer, crs=CRS).streets, ()
    except pp.InputError as error:
        return None, error.faults


def test_there_are_three_hundred():
    assert EACH * len(KINDS) >= 300


@pytest.mark.parametrize("crs", [CRS, "EPSG:4326"])
@pytest.mark.parametrize("kind", KINDS)
def test_refused_or_read_as_what_it_is(kind, crs):
    refused = 0
    shapes = list(polygons(kind))
    # Degrees only blur the corners, by some nanometres: a quarter of the shapes shows what that does.
    for shape in shapes if crs == CRS else shapes[:7]:
        layer = gpd.GeoDataFrame({"street_id": ["s"]}, geometry=[shape], crs=CRS).to_crs(crs)
        streets, faults = read(layer)
        if faults:
            assert "can be read as" in faults[0].what
            assert faults[0].row == 1
            refused += 1
            continue
        assert set(streets.geom_type) == {"Polygon"}
        assert streets.is_valid.all()
        assert not streets.has_z.any()
        given = layer.to_crs(CRS).geometry.iloc[0]
        expected = sum(even_odd_area(part) for part in shapely.get_parts(given))
        assert streets.area.sum() == pytest.approx(expected, rel=1e-3)
    assert not (refused and kind in NEVER_REFUSED)
    assert kind != "holes that overlap" or refused >= 7


@pytest.mark.parametrize("kind", KINDS)
def test_all_that_is_refused_is_named_at_once_and_read_on_demand(kind):
    shapes = [shapely.affinity.translate(s, 1000 * i) for i, s in enumerate(polygons(kind))]
    layer = gpd.GeoDataFrame({"street_id": [f"s{i}" for i in range(EACH)]}, geometry=shapes, crs=CRS)
    _, faults = read(layer)
    kept = layer.drop(index=[fault.row - 1 for fault in faults])
    if len(kept):
        assert set(pp.read_city(streets=kept).streets["street_id"]) == set(kept["street_id"])
    everything = pp.read_city(streets=layer, repair="any").streets
    assert everything.is_valid.all()
    assert set(everything["street_id"]) == set(layer["street_id"])
