"""What was published: a ledger beside the files, so that none of them changes silently.

``published.json`` lies in the folder of the files it lists, and can be read by people:

    {"ledger": "pitchplan-published/1",
     "files": {"map.pdf": {"title": "…", "issued": "2026-05-20", "sha256": "…",
                           "history": [{"title": "…", "issued": "2026-05-01", "sha256": "…",
                                        "replaced_because": "…"}]}}}

Order of writing
----------------
File and ledger are two files, and no system replaces two at once. The bytes of both lie complete on the
disk before either takes its name; then the ledger does, then the file. Whatever cuts in between leaves

* neither: nothing has happened;
* the ledger alone: it lists a file that is missing or still the one before. `check_published` says so, no
  other bytes can take the name, and the same call of `write` again completes it;
* both: it is done.

The other order could leave a published file that no ledger knows, which the next run would overwrite
silently. Where placing the file fails without a crash (a full disk), `write_many` puts the ledger back.
"""

from __future__ import annotations

import contextlib
import json
import os
import unicodedata
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pitchplan.errors import Fault, InputError, OutputError
from pitchplan.files.ledgerfile import (
    FORM,
    LEDGER,
    Entries,
    has_ledger,
    read_ledger,
    sha256_of,
    sha256_of_file,
)
from pitchplan.files.paths import NOWHERE
from pitchplan.files.writing import write_atomically, write_many
from pitchplan.masking import mask_numbers

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import pandas as pd

__all__ = ["LEDGER", "check_published", "write_guarded", "write_many_guarded", "write_published"]


def check_published(folder: str | os.PathLike[str]) -> pd.DataFrame:
    """Compare the published files of a folder with their ledger.

    Parameters
    ----------
    folder : str or os.PathLike
        Where the files and ``published.json`` are.

    Returns
    -------
    pandas.DataFrame
        One row per file listed, columns as `schemas.PUBLISHED`; ``state`` is ``as published``,
        ``changed``, ``missing``, ``not readable`` (rights, or a damaged disk), or ``replaced only in the
        ledger`` where writing was cut off and the file is still the one before.

    Raises
    ------
    InputError
        There is no ledger, or it cannot be read.

    Examples
    --------
    >>> report = check_published("maps")  # doctest: +SKIP
    >>> report[report["state"] != "as published"]  # doctest: +SKIP
    """
    import pandas as pd

    from pitchplan.schemas import PUBLISHED

    place = Path(folder)
    if not has_ledger(place):
        fix = 'Give a folder into which a sheet of stage "published" was written'
        raise InputError(Fault(f"there is no {LEDGER}", fix, str(folder)))
    rows = []
    for name, entry in sorted(read_ledger(place).items()):
        state, found = _state(place / name, entry)
        facts = (entry["title"], entry["issued"], entry["sha256"], found, len(entry["history"]))
        rows.append((name, state, *facts))
    return pd.DataFrame(rows, columns=PUBLISHED.names)


def _state(path: Path, entry: dict[str, Any]) -> tuple[str, str]:
    """Return what became of a published file, and the hash of what is there; empty where none can be told."""
    try:
        found = sha256_of(path.read_bytes())
    except OSError as error:
        return "missing" if error.errno in NOWHERE else "not readable", ""
    if found == entry["sha256"]:
        return "as published", found
    before = [old["sha256"] for old in entry["history"]]
    return "replaced only in the ledger" if found in before[-1:] else "changed", found


def write_guarded(path: Path, data: bytes) -> Path:
    """Write a file that is not published; the name of a published one takes its own bytes alone.

    Parameters
    ----------
    path : pathlib.Path
        Where the file shall appear.
    data : bytes
        What it shall hold.

    Returns
    -------
    pathlib.Path
        The path.

    Raises
    ------
    OutputError
        The ledger of the folder lists the name with other bytes, or cannot be read; or the file could not
        be written.
    """
    return write_many_guarded({path: data})[0]


def write_many_guarded(files: Mapping[Path, bytes]) -> list[Path]:
    """Write several files of one folder as `write_guarded` does one: none where one of them may not change.

    Parameters
    ----------
    files : mapping of pathlib.Path to bytes
        What each file shall hold.

    Returns
    -------
    list of pathlib.Path
        The paths, in the order given.

    Raises
    ------
    OutputError
        As `write_guarded`.
    """
    folders: set[Path] = set()
    for path in files:
        # Two ways to say a folder are one folder: locked twice, it would wait for itself.
        with contextlib.suppress(OSError, ValueError):
            folders.add(path.parent.resolve())
    with contextlib.ExitStack() as stack:
        for folder in sorted(folders):
            stack.enter_context(_alone(folder))  # also without a ledger: someone may be publishing the first
        for path, data in files.items():
            _refuse_change(path, data)
        return write_many(files)


def _refuse_change(path: Path, data: bytes) -> None:
    """Raise where a name is taken by a published file with other bytes."""
    listed = _listed(path, _entries(path))
    if listed and listed[1]["sha256"] != sha256_of(data):
        fix = f"Give another name, such as {_other_name(path)}; only a sheet of stage 'published' can"
        raise OutputError(f'{_refused(path, *listed)} {fix} replace it, with replaces="why".')


def write_published(path: Path, data: bytes, *, title: str, issued: str, replaces: str = "") -> Path:
    """Write a published file and enter it in the ledger of its folder.

    Parameters
    ----------
    path : pathlib.Path
        Where the file shall appear.
    data : bytes
        What it shall hold.
    title : str
        Title of the map.
    issued : str
        Day of issue, such as ``2026-05-20``.
    replaces : str
        Why it replaces what was published under the name before.

    Returns
    -------
    pathlib.Path
        The path.

    Raises
    ------
    InputError
        Nothing was published under the name that could be replaced.
    OutputError
        Other bytes were published under the name and no reason is given, the ledger cannot be read, or a
        file could not be written.
    """
    with _alone(path.parent):
        entries = _entries(path)
        listed = _listed(path, entries)
        title, replaces = mask_numbers(title), mask_numbers(replaces)
        entry = {"title": title, "issued": issued, "sha256": sha256_of(data), "history": []}
        if listed is None:
            if replaces:
                fix = f"Leave replaces out, or check the name; published are: {_names(entries)}"
                raise InputError(
                    Fault(f"nothing was published as {path.name}", fix, "write", column="replaces")
                )
            return _write_both(path, data, {**entries, path.name: entry})
        name, old = listed
        if old["sha256"] == entry["sha256"]:
            # The same file again; after a cut-off run this is what completes it.
            return write_atomically(path, data)
        if not replaces:
            fix = f'Give another name, such as {_other_name(path)}, or say why: write(…, replaces="why").'
            raise OutputError(f"{_refused(path, name, old)} {fix}")
        past = {key: old[key] for key in ("title", "issued", "sha256")} | {"replaced_because": replaces}
        found = sha256_of_file(path)
        if found not in ("", old["sha256"]):
            past["changed_to_sha256"] = found  # somebody had changed it by hand
        return _write_both(path, data, {**entries, name: entry | {"history": [*old["history"], past]}})


def _write_both(path: Path, data: bytes, entries: Entries) -> Path:
    text = json.dumps({"ledger": FORM, "files": dict(sorted(entries.items()))}, ensure_ascii=False, indent=1)
    write_many({path.with_name(LEDGER): (text + "\n").encode(), path: data})
    return path


def _refused(path: Path, name: str, entry: dict[str, Any]) -> str:
    called = "" if name == path.name else f" as {name}"
    what = f"it was published{called} on {entry['issued']} ({entry['title']!r}) with other content"
    return f"{path}: not written, because {what}."


def _other_name(path: Path) -> str:
    stem, dot, suffix = path.name.partition(".")
    return f"{stem}-2{dot}{suffix}"


def _names(entries: Entries) -> str:
    names = sorted(entries)
    return ", ".join(names[:10]) + (" …" if len(names) > 10 else "") or "none"


def _listed(path: Path, entries: Entries) -> tuple[str, dict[str, Any]] | None:
    """Find a file in the ledger, also by a name that the system takes for the same."""
    if path.name in entries:
        return path.name, entries[path.name]
    for name, entry in entries.items():
        if _folded(name) == _folded(path.name):
            with contextlib.suppress(OSError):
                if path.samefile(path.with_name(name)):
                    return name, entry
    return None


def _folded(name: str) -> str:
    return unicodedata.normalize("NFC", name).casefold()


def _entries(path: Path) -> Entries:
    """Read the ledger beside a file that is about to be written; empty where there is none."""
    if not has_ledger(path.parent):
        return {}
    try:
        return read_ledger(path.parent)
    except InputError as error:
        what = f"{path}: not written, because what was published in this folder cannot be told"
        raise OutputError(f"{what} ({error}). Or write into another folder.") from None


@contextlib.contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Let one process at a time into the ledger of a folder, where the system can lock folders."""
    handle = None
    try:
        # Ctrl-C while another one is waited for must not leave a lock that the next write would wait for.
        with contextlib.suppress(ImportError, OSError, AttributeError, ValueError):
            import fcntl

            handle = os.open(folder, os.O_RDONLY)
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        if handle is not None:
            os.close(handle)
