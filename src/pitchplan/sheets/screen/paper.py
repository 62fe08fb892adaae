"""The pages to be printed, inside one file: what they have in common is written once."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["share"]

_LONG = re.compile(r"<path (?!id=)[^>]{200,}/>")  # such as the code of a link, the districts of the small map
_TEXT = re.compile(r"<text ([^>]*)>")
_ATTRIBUTE = re.compile(r'([\w-]+)="([^"]*)" ?')
_HARMLESS = re.compile(r"[#\w. -]+")
# What a class may say of a text, and the unit that a style asks for where an attribute has none.
_SAID = {
    "font-size": "px", "letter-spacing": "px", "fill": "", "font-weight": "", "text-anchor": "", "stroke": "",
    "stroke-width": "", "stroke-linejoin": "", "stroke-opacity": "", "fill-opacity": "", "paint-order": "",
}  # fmt: skip


def share(drawings: Sequence[str]) -> tuple[list[str], str]:
    """Let drawings that stand in one file share long paths and the styles of their texts.

    Parameters
    ----------
    drawings : sequence of str
        SVG elements as `svg_text` returns them.

    Returns
    -------
    drawings : list of str
        The same, but a long path that comes again refers to the first one of its like, and a text has its
        style by a class.
    style : str
        The classes' rules, for the file's style. They are made of numbers and colours alone.
    """
    often = Counter(path for drawing in drawings for path in _LONG.findall(drawing))
    paths: dict[str, str] = {}
    classes: dict[str, str] = {}

    def once(found: re.Match[str]) -> str:
        path = found[0]
        if often[path] == 1:
            return path
        if path in paths:
            return f'<use href="#{paths[path]}"/>'
        paths[path] = f"shared-{len(paths)}"
        return f'<path id="{paths[path]}" {path.removeprefix("<path ")}'

    def styled(found: re.Match[str]) -> str:
        said, kept = [], ""
        for name, value in _ATTRIBUTE.findall(found[1]):
            if name in _SAID and _HARMLESS.fullmatch(value):
                said.append(f"{name}:{value}{_SAID[name]}")
            else:
                kept += f' {name}="{value}"'
        name = classes.setdefault(";".join(said), f"t{len(classes)}")
        return f'<text class="{name}"{kept}>'

    out = [_TEXT.sub(styled, _LONG.sub(once, drawing)) for drawing in drawings]
    return out, "".join(f".{name}{{{rule}}}\n" for rule, name in classes.items())
