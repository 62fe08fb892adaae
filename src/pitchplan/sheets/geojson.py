"""A sheet as GeoJSON: strictly RFC 7946, with simplestyle 1.1 so that any viewer shows it well."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from pitchplan.plan_file import MEMBER, PROFILE, content_sha256
from pitchplan.sheets.degrees import bounding_box
from pitchplan.sheets.mapdatums import datum_note, shifted_features
from pitchplan.sheets.profile import dump, head_member

if TYPE_CHECKING:
    from pitchplan.sheets.published import Published
    from pitchplan.sheets.sheet import Sheet

__all__ = ["PROFILE", "geojson_bytes"]

# A name that a web page would take for a tag: whoever shows it raw must not run it.
_TAG = re.compile(r"<(?=[A-Za-z/!?])")


def geojson_bytes(published: Published, sheet: Sheet | None = None, *, datum: str = "wgs84") -> bytes:
    """Return a map as one FeatureCollection of the profile ``pitchplan-map/1``.

    Parameters
    ----------
    published : Published
        The facts.
    sheet : Sheet, optional
        For title, publisher, languages and everything around the spots.
    datum : {"wgs84", "gcj02"}
        What the degrees shall be; the member ``pitchplan`` says so if they are not WGS84, and then
        the file is not RFC 7946.

    Returns
    -------
    bytes
        UTF-8, one feature per line, WGS84 with 7 decimals, the same on each run. A bracket that
        could open a tag is full-width, whatever text it stands in.
    """
    features = [_harmless(f) for f in shifted_features(published, sheet, datum)]
    note = datum_note(datum)
    member = ({"datum": note} if note else {}) | _harmless(head_member(published, sheet, features))
    member["content_sha256"] = content_sha256(member, features)
    head: dict[str, Any] = {"type": "FeatureCollection", MEMBER: member}
    box = bounding_box(f["geometry"] for f in features)
    if box:
        head["bbox"] = box
    text = dump(head)[:-1] + ',"features":[\n' + ",\n".join(dump(f) for f in features) + "\n]}\n"
    return text.encode("utf-8")


def _harmless(said: dict[str, Any]) -> dict[str, Any]:
    """Return an object without a text that a web page would take for a tag."""
    text = dump(said)
    found: dict[str, Any] = json.loads(_TAG.sub("＜", text)) if "<" in text else said
    return found
