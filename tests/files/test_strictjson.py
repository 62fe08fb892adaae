"""JSON is read as strictly as it is written, and what is no such file is said in a planner's words."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pitchplan.errors import InputError
from pitchplan.files.strictjson import loads_strictly, read_bytes


@given(st.binary(max_size=60))
def test_any_bytes_are_an_object_or_an_error_of_ours(data: bytes) -> None:
    with contextlib.suppress(InputError):
        assert isinstance(loads_strictly(data, "file"), dict)


@pytest.mark.parametrize(
    ("data", "word"),
    [
        (b'{"a": NaN}', "NaN"),
        (b'{"a": -Infinity}', "Infinity"),
        (b'{"a": 1, "b": {"c": 1, "c": 2}}', "'c' stands twice"),
        (b"[" * 200_000, "deeply"),
        (b'{"a":' * 100_000, "deeply"),
        (b"[]", "not a JSON object"),
        (b'"text"', "not a JSON object"),
        (b'{"a": 1', "not strict JSON"),
        (b'{"a": 1} x', "not strict JSON"),
        (b'{"a": ' + b"1" * 5000 + b"}", "not strict JSON"),
        (b'{"a": "\\ud800"}', "half a character"),
        (b'{"\\udfff": 1}', "half a character"),
        ('{"a": "瓜"}'.encode("gb18030"), "UTF-8"),
        (b"\xff\xfe{\x00", "UTF-8"),
    ],
)
def test_what_is_not_strict_is_refused(data: bytes, word: str) -> None:
    with pytest.raises(InputError, match=word):
        loads_strictly(data, "file")


def test_a_byte_order_mark_and_escaped_pairs_are_read() -> None:
    assert loads_strictly(b'\xef\xbb\xbf{"a": "\\ud83c\\udf49"}', "file") == {"a": "🍉"}


def test_only_plain_local_files_are_opened(tmp_path: Path) -> None:
    (tmp_path / "empty.geojson").touch()
    (tmp_path / "folder.geojson").mkdir()
    (tmp_path / "map.pdf").write_text("{}")
    for name in ("missing.geojson", "empty.geojson", "folder.geojson", "map.pdf", "nul\0.geojson"):
        with pytest.raises(InputError):
            read_bytes(tmp_path / name)
    for other in ("https://example.org/map.geojson", "/vsicurl/map.geojson", 7):
        with pytest.raises(InputError):
            read_bytes(other)  # type: ignore[arg-type]


def test_a_file_too_large_for_a_map_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "huge.geojson"
    path.touch()
    os.truncate(path, 500_000_001)
    with pytest.raises(InputError, match="too large"):
        read_bytes(path)


def test_of_a_long_key_that_stands_twice_its_beginning_is_said() -> None:
    key = "k" * 200
    with pytest.raises(InputError) as error:
        loads_strictly(f'{{"{key}": 1, "{key}": 2}}'.encode(), "file")
    assert f"'{'k' * 80}'" in str(error.value)
