"""A sheet as KML and KMZ, for the map programs of phones: a folder per district, numbered placemarks."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

from pitchplan.sheets.icons import disc_png
from pitchplan.sheets.ink import INK
from pitchplan.sheets.lettering import harmless
from pitchplan.sheets.mapdatums import WGS84, datum_note, shifted_features
from pitchplan.sheets.words import season_line, word
from pitchplan.sheets.zips import zip_bytes

if TYPE_CHECKING:
    from pitchplan.sheets.published import Published
    from pitchplan.sheets.sheet import Sheet

__all__ = ["kml_bytes", "kmz_bytes"]

_NAMESPACE = "http://www.opengis.net/kml/2.2"
_ICON = "files/spot.png"
_AREAS = {"district": "area", "community": "community"}
_DATA = ("number", "spot_id", "address", "address_en", "district", "community", "capacity", "hours",
         "residents_served", "grid_square")  # fmt: skip


def kml_bytes(
    published: Published, sheet: Sheet | None = None, *, datum: str = WGS84, icon: str = ""
) -> bytes:
    """Return spots, pitches, communities and districts as KML 2.2.

    Parameters
    ----------
    published : Published
        The facts.
    sheet : Sheet, optional
        For title, publisher, languages, contact lines, communities and districts.
    datum : {"wgs84", "gcj02"}
        What the degrees shall be; the document's name says so if it is not what KML expects.
    icon : str
        Where the spots' marker is; empty for the program's own pin, in red.

    Returns
    -------
    bytes
        UTF-8, the same on each run.
    """
    language = sheet.languages[0] if sheet is not None else "zh"
    root = ET.Element("kml", xmlns=_NAMESPACE)
    document = _add(root, "Document")
    title = sheet.title if sheet is not None else word(language, "spots")
    _add(document, "name", " ".join(t for t in (title, datum_note(datum, short=True)) if t))
    _add(document, "open", "1")
    lines = [season_line(language, published.first, published.last, published.hours)]
    if sheet is not None:
        lines += [word(language, "publisher", publisher=sheet.publisher), sheet.source_note]
    _describe(document, [*lines, datum_note(datum)])
    _styles(document, icon)
    features = shifted_features(published, sheet, datum)
    _spots(document, features, sheet, language)
    _areas(document, features, language)
    ET.indent(root, " ")
    text = ET.tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{text}\n'.encode()


def kmz_bytes(published: Published, sheet: Sheet | None = None, *, datum: str = WGS84) -> bytes:
    """Return the KML, and the marker it shows without a network, as one compressed file; see `kml_bytes`."""
    files = {"doc.kml": kml_bytes(published, sheet, datum=datum, icon=_ICON)}
    return zip_bytes(files | {_ICON: disc_png(INK["red"], INK["paper"])})


def _add(parent: ET.Element, tag: str, text: str = "") -> ET.Element:
    element = ET.SubElement(parent, tag)
    if text:
        element.text = harmless(text)
    return element


def _describe(parent: ET.Element, lines: list[str]) -> None:
    """Add a card: programs read it as HTML, so it is escaped for HTML, and once more as XML."""
    said = [html.escape(harmless(line)) for line in lines if line]
    ET.SubElement(parent, "description").text = "<br/>".join(said)


def _styles(document: ET.Element, icon: str) -> None:
    spot = _style(document, "spot")
    mark = _add(spot, "IconStyle")
    if icon:
        _add(mark, "scale", "0.8")
        _add(_add(mark, "Icon"), "href", icon)
    else:
        mark.append(_colour(INK["red"]))
    _add(_add(spot, "LabelStyle"), "scale", "0.8")
    _polygon_style(document, "pitch", INK["pitch"], 1, INK["pitch"], 0.85)
    _polygon_style(document, "community", INK["community"], 1, INK["community"], 0.08)
    _polygon_style(document, "area", INK["district"], 2.5, INK["district"], 0.0)


def _style(document: ET.Element, name: str) -> ET.Element:
    return ET.SubElement(document, "Style", id=name)


def _polygon_style(document: ET.Element, name: str, line: str, width: float, fill: str, alpha: float) -> None:
    style = _style(document, name)
    edge = _add(style, "LineStyle")
    edge.append(_colour(line))
    _add(edge, "width", str(width))
    _add(style, "PolyStyle").append(_colour(fill, alpha))


def _colour(rgb: str, alpha: float = 1.0) -> ET.Element:
    """Return a colour as KML writes it: alpha, blue, green, red."""
    element = ET.Element("color")
    element.text = f"{round(255 * alpha):02x}{rgb[5:7]}{rgb[3:5]}{rgb[1:3]}".lower()
    return element


def _spots(document: ET.Element, features: list[dict[str, Any]], sheet: Sheet | None, language: str) -> None:
    """Add a folder per district, in the order of the spots' numbers, and the pitches in it."""
    folders: dict[str, ET.Element] = {}
    inner: dict[str, ET.Element] = {}
    contacts = sheet.contact if sheet is not None else {}
    for feature in features:
        p = feature["properties"]
        if p["kind"] not in ("spot", "pitch"):
            continue
        district = p["district"]
        contact = word(language, "contact", contact=contacts[district]) if district in contacts else ""
        if district not in folders:
            folders[district] = _add(document, "Folder")
            _add(folders[district], "name", district or word(language, "no_district"))
            _describe(folders[district], [contact])
        if p["kind"] == "spot":
            community = [p["community"]] if p.get("community") else []
            card = [p["address"], *community, *p["description"].split("\n"), contact]
            _placemark(folders[district], feature, p["title"], card, "spot")
            continue
        if district not in inner:
            inner[district] = _add(folders[district], "Folder")
            _add(inner[district], "name", word(language, "pitch"))
        _placemark(
            inner[district], feature, f"{p['number']} · {p['pitch_id']}", [p["street"], p["hours"]], "pitch"
        )


def _areas(document: ET.Element, features: list[dict[str, Any]], language: str) -> None:
    for kind, style in _AREAS.items():
        found = [f for f in features if f["properties"]["kind"] == kind]
        if found:
            folder = _add(document, "Folder")
            _add(folder, "name", word(language, kind))
            for feature in found:
                p = feature["properties"]
                _placemark(folder, feature, p["title"], [p.get("name_en") or p.get("district_en", "")], style)


def _placemark(parent: ET.Element, feature: dict[str, Any], name: str, card: list[str], style: str) -> None:
    mark = _add(parent, "Placemark")
    _add(mark, "name", name)
    _describe(mark, card)
    _add(mark, "styleUrl", f"#{style}")
    extended = _add(mark, "ExtendedData")
    for key in _DATA:
        value = feature["properties"].get(key)
        if value not in (None, ""):
            _add(ET.SubElement(extended, "Data", name=key), "value", str(value))
    if not len(extended):
        mark.remove(extended)
    _geometry(mark, feature["geometry"])


def _geometry(parent: ET.Element, geometry: dict[str, Any]) -> None:
    kind, coordinates = geometry["type"], geometry["coordinates"]
    if kind.startswith("Multi"):
        several = _add(parent, "MultiGeometry")
        for part in coordinates:
            _geometry(several, {"type": kind.removeprefix("Multi"), "coordinates": part})
    elif kind == "Polygon":
        polygon = _add(parent, "Polygon")
        for i, ring in enumerate(coordinates):
            boundary = _add(polygon, "innerBoundaryIs" if i else "outerBoundaryIs")
            _add(_add(boundary, "LinearRing"), "coordinates", _pairs(ring))
    else:
        pairs = _pairs([coordinates] if kind == "Point" else coordinates)
        _add(_add(parent, kind), "coordinates", pairs)


def _pairs(points: list[list[float]]) -> str:
    return " ".join(f"{lon:.7f},{lat:.7f}" for lon, lat in points)
