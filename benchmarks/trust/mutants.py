"""Spoilt files without end: sound files changed at random, the same change for the same number."""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

__all__ = ["NASTY", "mutant"]

NASTY: tuple[Any, ...] = (
    *(
        "",
        " ",
        "\0",
        "\ufeff",
        "\u202e",
        "\ud83c\udf49",
        "nan",
        "NaN",
        "inf",
        "-inf",
        "NULL",
        "None",
        "#REF!",
    ),
    *("１２", "十二", "②", "12%", "1,5", "1e309", "1e-400", "-1", "0", "0x10", "9" * 400, "1_000", "٣", "½"),
    *("2026-02-30", "31.12.2026", "2026年6月1日", "0000-00-00", "99999-01-01", "46174", "2026-06-01T25:61"),
    *("=1+1", "=cmd|' /C calc'!A0", "'; DROP TABLE x; --", "../../etc/passwd", "/dev/zero", "http://[::1]/"),
    *(
        "true",
        "yes",
        "{}",
        "[]",
        "\n",
        '"',
        "'",
        ",",
        ";",
        "\t",
        "a" * 5000,
        "\x1b[31m",
        "<b>",
        "&amp;",
        "%s",
    ),
    *(0, -1, 1, 0.5, 1e308, -1e308, 2**53, 2**63, 2**64, 10**30, True, False, None, [], {}, [[]], [None]),
)
"""What people, programs and rogues write into cells."""
_NUMBER = re.compile(rb"-?\d+(?:\.\d+)?")
_QUOTED = re.compile(rb'"[^"\n]*"')


def _bytes_of(value: Any) -> bytes:
    text = value if isinstance(value, str) else json.dumps(value)
    return text.encode("utf-8", "surrogatepass")


def _raw(data: bytes, random: Random) -> bytes:
    """Flip bits, cut, copy, move, or put something in."""
    out = bytearray(data)
    for _ in range(random.choice((1, 1, 2, 8))):
        a, b = sorted(random.randrange(len(out) + 1) for _ in range(2)) if out else (0, 0)
        b = min(b, a + random.choice((1, 4, 64, 10_000)))
        how = random.randrange(6)
        if how == 0 and out:
            out[random.randrange(len(out))] ^= 1 << random.randrange(8)
        elif how == 1:
            del out[a if random.random() < 0.3 else len(out) - (b - a) :]
        elif how == 2:
            del out[a:b]
        elif how == 3:
            out[a:a] = out[a:b] * random.choice((1, 2, 50))
        elif how == 4:
            out[a:b] = _bytes_of(random.choice(NASTY))
        elif out:
            out[a:b] = bytes(random.randrange(256) for _ in range(b - a if b - a < 65 else 65))
    return bytes(out)


def _words(data: bytes, random: Random) -> bytes:
    """Put something nasty in the place of numbers and quoted words."""
    spots = [m.span() for p in (_NUMBER, _QUOTED) for m in p.finditer(data)]
    out = data
    for a, b in sorted(random.sample(spots, min(len(spots), random.choice((1, 1, 3)))), reverse=True):
        new = _bytes_of(random.choice(NASTY))
        out = out[:a] + (b'"' + new + b'"' if data[a:b].startswith(b'"') else new) + out[b:]
    return out


def _lines(data: bytes, random: Random) -> bytes:
    """Leave out, repeat or swap lines."""
    lines = data.split(b"\n")
    for _ in range(random.choice((1, 2))):
        a, b = random.randrange(len(lines)), random.randrange(len(lines))
        how = random.randrange(4)
        if how == 0 and len(lines) > 1:
            del lines[a]
        elif how == 1:
            lines.insert(a, lines[b])
        elif how == 2:
            lines[a], lines[b] = lines[b], lines[a]
        else:
            lines[a] = _bytes_of(random.choice(NASTY))
    return b"\n".join(lines)


def _cells(data: bytes, random: Random) -> bytes:
    """Change cells, rows and columns of a table of commas."""
    rows = [line.split(",") for line in data.decode("utf-8-sig").splitlines()]
    for _ in range(random.choice((1, 1, 2, 5))):
        row = random.choice(rows)
        a, b = random.randrange(len(row) or 1), random.randrange(len(row) or 1)
        how = random.randrange(7)
        if how <= 2 and row:
            row[a] = _bytes_of(random.choice(NASTY)).decode("utf-8", "surrogatepass")
        elif how == 3 and row:
            row[a], row[b] = row[b], row[a]
        elif how == 4 and row:
            del row[a]
        elif how == 5:
            rows.insert(random.randrange(len(rows)), list(row))
        else:
            for r in rows:
                r.insert(a, r[min(b, len(r) - 1)] if r else "")
    return "\n".join(",".join(r) for r in rows).encode("utf-8", "surrogatepass")


def _json(data: bytes, random: Random) -> bytes:
    """Change values, keys and lists of a JSON file."""
    found = json.loads(data)
    for _ in range(random.choice((1, 1, 2, 5))):
        parent, key = _somewhere(found, random)
        if parent is None:
            break
        how = random.randrange(6)
        if how <= 2:
            parent[key] = _copy(random.choice(NASTY))
        elif how == 3:
            del parent[key]
        elif how == 4:
            other, at = _somewhere(found, random)
            parent[key] = _copy(other[at]) if other else None
        elif isinstance(parent, list):
            parent.insert(key, _copy(parent[key]))
        else:
            parent[str(random.choice(NASTY))[:50]] = parent.pop(key)
    return json.dumps(found, ensure_ascii=random.random() < 0.5).encode("utf-8", "surrogatepass")


def _copy(value: Any) -> Any:
    return json.loads(json.dumps(value))


def _somewhere(found: Any, random: Random) -> tuple[Any, Any]:
    """Choose a place in nested lists and objects: what holds it, and its key or index."""
    parent, key, at = None, None, found
    while isinstance(at, (dict, list)) and at:
        parent, key = at, random.choice(list(at)) if isinstance(at, dict) else random.randrange(len(at))
        at = parent[key]
        if random.random() < 0.15:
            break
    return parent, key


def _packed(data: bytes, random: Random) -> bytes:
    """Spoil a file inside of a zip and pack it again, so that the spoilt bytes are reached."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    name = random.choice(list(files))
    how = random.choice((_raw, _words)) if name.endswith((".xml", ".rels", ".prj")) else _raw
    files[name] = how(files[name], random)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return out.getvalue()


_WAYS: dict[str, tuple[Callable[[bytes, Random], bytes], ...]] = {
    ".csv": (_raw, _cells, _cells, _cells, _lines),
    ".toml": (_raw, _words, _words, _lines),
    ".osm": (_raw, _words, _words, _lines),
    ".kml": (_raw, _words, _words),
    ".geojson": (_raw, _words, _json, _json, _json),
    ".topojson": (_raw, _words, _json),
    ".json": (_raw, _words, _json, _json),
    ".prj": (_raw, _words),
    ".xlsx": (_raw, _packed, _packed, _packed),
    ".zip": (_raw, _packed, _packed),
}


def mutant(path: Path, number: int) -> bytes:
    """Return the bytes of a sound file, spoilt: the same for the same file and number."""
    random = Random(f"{path.name} {number}")
    how = random.choice(_WAYS.get(path.suffix, (_raw,)))
    return how(path.read_bytes(), random)
