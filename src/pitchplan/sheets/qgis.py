"""Styles of QGIS, which show the layers of a map in the sheet's colours."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from pitchplan.sheets.ink import INK, TINTS
from pitchplan.sheets.signs import SIGNS

if TYPE_CHECKING:
    from pitchplan.sheets.gis import Layer

__all__ = ["style"]

_HEAD = "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n"


def style(layer: Layer) -> str:
    """Return a layer's default style as QML, the XML that QGIS 3 reads; empty for kinds without one."""
    root = ET.Element("qgis", version="3.22.0", styleCategories="Symbology|Labeling")
    match layer.kind, layer.dimension:
        case "spot", 0:
            _single(root, "marker", "SimpleMarker", _MARKER)
            _numbered(root)
            _labels(root, _ADDRESS)
            _keep_free(root)
        case "pitch", 2:
            _single(root, "fill", "SimpleFill", _fill(INK["pitch"], INK["pitch"], 0.2))
        case "community", 2:
            _tinted(root, list(dict.fromkeys(layer.frame["district"])))
            _labels(root, _COMMUNITY)
        case "district", 1 | 2:
            _outline(root, layer.dimension, INK["district"], 0.8, "dash dot")
            _labels(root, _DISTRICT)
        case "street", 2:
            _single(root, "fill", "SimpleFill", _fill(INK["street"], INK["street_edge"], 0.15))
            _labels(root, _STREET)
        case "street", 1:
            _outline(root, 1, INK["street_edge"], 0.5, "solid")
            _labels(root, _STREET)
        case "page", 1 | 2:
            _outline(root, layer.dimension, INK["soft"], 0.4, "dash")
        case "keep-clear", 0:
            _signs(root)
        case _:
            return ""
    ET.indent(root, " ")
    return _HEAD + ET.tostring(root, encoding="unicode") + "\n"


def _rgba(colour: str, alpha: float = 1.0) -> str:
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return f"{red},{green},{blue},{round(255 * alpha)}"


_MARKER = {
    "name": "circle", "color": _rgba(INK["red"]), "outline_color": _rgba(INK["paper"]),
    "outline_width": "0.3", "outline_width_unit": "MM", "size": "5.6", "size_unit": "MM",
}  # fmt: skip
_FIGURES = {"chr": "", "font": "Noto Sans", "font_style": "Bold", "size": "2.5", "size_unit": "MM",
            "color": _rgba(INK["paper"]), "outline_width": "0", "horizontal_anchor_point": "1",
            "vertical_anchor_point": "1"}  # fmt: skip


def _fill(inside: str, edge: str, width_mm: float, alpha: float = 1.0) -> dict[str, str]:
    return {
        "color": _rgba(inside, alpha), "style": "solid", "outline_color": _rgba(edge),
        "outline_style": "solid", "outline_width": str(width_mm), "outline_width_unit": "MM",
    }  # fmt: skip


def _symbol(parent: ET.Element, name: str, kind: str, layer_class: str, properties: dict[str, str]) -> None:
    symbol = ET.SubElement(parent, "symbol", type=kind, name=name, alpha="1", clip_to_extent="1")
    _symbol_layer(symbol, layer_class, properties)


def _symbol_layer(symbol: ET.Element, layer_class: str, properties: dict[str, str]) -> ET.Element:
    layer = ET.SubElement(symbol, "layer", {"class": layer_class, "enabled": "1", "pass": "0", "locked": "0"})
    # This way of writing properties is read by every QGIS 3.
    for key, value in properties.items():
        ET.SubElement(layer, "prop", k=key, v=value)
    return layer


def _single(root: ET.Element, kind: str, layer_class: str, properties: dict[str, str]) -> None:
    renderer = ET.SubElement(root, "renderer-v2", type="singleSymbol", symbollevels="0")
    _symbol(ET.SubElement(renderer, "symbols"), "0", kind, layer_class, properties)


def _numbered(root: ET.Element) -> None:
    """Write the number into the marker: as a label it would be left out where labels meet."""
    symbol = root.find("renderer-v2/symbols/symbol")
    assert symbol is not None
    layer = _symbol_layer(symbol, "FontMarker", _FIGURES)
    options = ET.SubElement(ET.SubElement(layer, "data_defined_properties"), "Option", type="Map")
    ET.SubElement(options, "Option", name="name", type="QString", value="")
    properties = ET.SubElement(options, "Option", name="properties", type="Map")
    character = ET.SubElement(properties, "Option", name="char", type="Map")
    ET.SubElement(character, "Option", name="active", type="bool", value="true")
    ET.SubElement(character, "Option", name="field", type="QString", value="number")
    # Two: the value of a field.
    ET.SubElement(character, "Option", name="type", type="int", value="2")
    ET.SubElement(options, "Option", name="type", type="QString", value="collection")


def _outline(root: ET.Element, dimension: int, colour: str, width_mm: float, dashes: str) -> None:
    line = {"line_color": _rgba(colour), "line_width": str(width_mm), "line_width_unit": "MM",
            "line_style": dashes}  # fmt: skip
    _single(root, "fill" if dimension == 2 else "line", "SimpleLine", line)


def _tinted(root: ET.Element, districts: list[str]) -> None:
    """Tint areas by district, in the order in which the sheet tints them."""
    renderer = ET.SubElement(root, "renderer-v2", type="categorizedSymbol", attr="district", symbollevels="0")
    categories, symbols = ET.SubElement(renderer, "categories"), ET.SubElement(renderer, "symbols")
    for i, district in enumerate(districts):
        ET.SubElement(categories, "category", symbol=str(i), value=district, label=district, render="true")
        _symbol(symbols, str(i), "fill", "SimpleFill", _fill(TINTS[i % len(TINTS)], INK["community"], 0.2))


def _signs(root: ET.Element) -> None:
    """Show each kind with the outline nearest to its sign, from the scale on that the sheet shows it."""
    renderer = ET.SubElement(root, "renderer-v2", type="RuleRenderer", symbollevels="0")
    rules, symbols = ET.SubElement(renderer, "rules", key="{0}"), ET.SubElement(renderer, "symbols")
    for i, (key, sign) in enumerate(SIGNS.items()):
        # There are hundreds: over a whole city they would hide the spots.
        shown = {"scalemaxdenom": str(min(sign.up_to, _SIGNS_UP_TO)), "scalemindenom": "1"}
        kinds = ", ".join(f"'{kind}'" for kind in sorted(sign.kinds))
        rule = {"filter": f'"feature" IN ({kinds})', "key": f"{{{i + 1}}}", "label": key, "symbol": str(i)}
        ET.SubElement(rules, "rule", rule | shown)
        looks = {"name": sign.qgis, "color": _rgba(sign.colour), "size": "2.2"}
        _symbol(symbols, str(i), "marker", "SimpleMarker", _MARKER | looks)


_SIGNS_UP_TO = 6_000
_ADDRESS = {
    "rule": {"scalemaxdenom": "6000", "scalemindenom": "1"},
    "text": {"fieldName": "\"address\" || ' ×' || \"capacity\"", "isExpression": "1", "fontSize": "7",
             "textColor": _rgba(INK["text"])},
    "placement": {"placement": "6", "predefinedPositionOrder": "R,L,BR,TR,BL,TL", "offsetType": "1",
                  "dist": "0.4", "distUnits": "MM", "priority": "8"},
}  # fmt: skip
_COMMUNITY = {
    "text": {"fieldName": "name", "fontSize": "6", "textColor": _rgba(INK["community"])},
    "placement": {"placement": "4", "priority": "2"},
}  # fmt: skip
_DISTRICT = {
    "text": {"fieldName": "name", "fontSize": "13", "textColor": _rgba(INK["district"])},
    "placement": {"placement": "4", "priority": "6"},
}  # fmt: skip
_STREET = {
    "rule": {"scalemaxdenom": "12000", "scalemindenom": "1"},
    "text": {"fieldName": "name", "fontSize": "6", "textColor": _rgba(INK["text"])},
    "placement": {"placement": "3", "priority": "3"},
}  # fmt: skip


def _labels(root: ET.Element, parts: dict[str, dict[str, str]]) -> None:
    """Label a layer, from the scale on that its rule says."""
    root.set("labelsEnabled", "1")
    labeling = ET.SubElement(root, "labeling", type="rule-based")
    top = ET.SubElement(labeling, "rules", key="{0}")
    rule = ET.SubElement(top, "rule", {"key": "{1}"} | parts.get("rule", {}))
    settings = ET.SubElement(rule, "settings", calloutType="simple")
    font = {"fontFamily": "Noto Sans CJK SC", "fontWeight": "50", "fontSizeUnit": "Point", "textOpacity": "1"}
    text = ET.SubElement(settings, "text-style", font | parts["text"])
    ET.SubElement(text, "text-buffer", bufferDraw="1", bufferSize="0.6", bufferSizeUnits="MM",
                  bufferColor=_rgba(INK["paper"]), bufferOpacity="0.85")  # fmt: skip
    ET.SubElement(settings, "placement", parts["placement"])
    ET.SubElement(settings, "rendering", drawLabels="1", obstacle="0")


def _keep_free(root: ET.Element) -> None:
    """Let no layer write over this one's markers; areas that asked for this would have no room for names."""
    rules = root.find("labeling/rules")
    assert rules is not None
    settings = ET.SubElement(ET.SubElement(rules, "rule", key="{2}"), "settings", calloutType="simple")
    ET.SubElement(settings, "text-style", fieldName="number", fontSize="7")
    ET.SubElement(settings, "rendering", drawLabels="0", obstacle="1", obstacleFactor="2")
