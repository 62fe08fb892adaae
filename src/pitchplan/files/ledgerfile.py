"""The ledger of what was published as a file: its form, reading it, and hashes to compare with."""

from __future__ import annotations

import hashlib
import re
import stat
from pathlib import Path
from typing import Any

from pitchplan.errors import Fault, InputError
from pitchplan.files.paths import NOWHERE
from pitchplan.files.strictjson import loads_strictly, read_bytes

__all__ = ["FORM", "LEDGER", "Entries", "has_ledger", "read_ledger", "sha256_of", "sha256_of_file"]

LEDGER = "published.json"
"""Name of the ledger in the folder of the files it lists."""
FORM = "pitchplan-published/1"
_SHA = re.compile(r"[0-9a-f]{64}")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")

Entries = dict[str, dict[str, Any]]
"""By a file's name: title, issued, sha256 and history, a list of the same of earlier files and why."""


def has_ledger(folder: Path) -> bool:
    """Tell whether anything was published in a folder."""
    try:
        return stat.S_ISREG((folder / LEDGER).stat().st_mode)
    except ValueError:
        return False  # A name no file can have is told by who writes it.
    except OSError as error:
        # One that cannot be looked at is there: else what it lists could be overwritten.
        return error.errno not in NOWHERE


def read_ledger(folder: Path) -> Entries:
    """Read the ledger of a folder.

    Raises
    ------
    InputError
        It cannot be opened, or is none.
    """
    ledger = folder / LEDGER
    fix = "Put back the ledger as it was, from a copy"
    try:
        found = loads_strictly(read_bytes(ledger), str(ledger))
    except InputError as error:
        raise InputError(*(Fault(f.what, fix, f.source) for f in error.faults)) from None
    files = found.get("files")
    if found.get("ledger") != FORM or not isinstance(files, dict):
        raise InputError(Fault(f"no ledger of the form {FORM}", fix, str(ledger)))
    for name, entry in files.items():
        rows = [entry, *entry["history"]] if isinstance(entry, dict) and _is_list(entry) else [None]
        if Path(name).name != name or not all(_is_row(row) for row in rows):
            raise InputError(Fault("an entry that cannot be read", fix, str(ledger), row=name))
    return files


def _is_list(entry: dict[str, Any]) -> bool:
    return isinstance(entry.get("history"), list)


def _is_row(row: Any) -> bool:
    return (
        isinstance(row, dict)
        and isinstance(row.get("title"), str)
        and bool(_DAY.fullmatch(str(row.get("issued"))))
        and bool(_SHA.fullmatch(str(row.get("sha256"))))
    )


def sha256_of(data: bytes) -> str:
    """Return the SHA-256 of bytes, 64 hexadecimal digits."""
    return hashlib.sha256(data).hexdigest()


def sha256_of_file(path: Path) -> str:
    """Return a file's hash; empty where there is no such file."""
    try:
        return sha256_of(path.read_bytes())
    except OSError:
        return ""
