"""A small picture for programs that bring none along."""

from __future__ import annotations

import struct
import zlib

import numpy as np

__all__ = ["disc_png"]


def disc_png(inside: str, edge: str, *, size: int = 64) -> bytes:
    """Return a disc with an edge on a clear ground as PNG.

    Parameters
    ----------
    inside, edge : str
        Colours such as ``#C8102E``.
    size : int
        Width and height, pixels.
    """
    middle = (size - 1) / 2
    distance = np.hypot(*(np.indices((size, size)) - middle))
    radius, width = size / 2 - 1, size / 12
    # One pixel of half cover makes the steps of a circle soft.
    cover = np.clip(radius - distance + 0.5, 0, 1)[..., None]
    core = np.clip(radius - width - distance + 0.5, 0, 1)[..., None]
    colour = core * _rgb(inside) + (1 - core) * _rgb(edge)
    pixels = np.concatenate([colour, 255 * cover], axis=2).round().astype(np.uint8)
    rows = b"".join(b"\0" + row.tobytes() for row in pixels)
    head = struct.pack(">IIBBBBB", size, size, 8, 6, 0, 0, 0)
    parts = [(b"IHDR", head), (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(name, data) for name, data in parts)


def _rgb(colour: str) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    return np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)], dtype=np.float64)


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
