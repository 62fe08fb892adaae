"""ZIP archives with the same bytes on each run."""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["zip_bytes"]

# The first moment that the format can tell.
_MOMENT = (1980, 1, 1, 0, 0, 0)
_PLAIN_FILE = 0o644 << 16


def zip_bytes(files: Mapping[str, bytes]) -> bytes:
    """Return an archive of some files, in the order given, without times."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            entry = zipfile.ZipInfo(name, _MOMENT)
            # By hand, so that an archive made on Windows is the same as one made elsewhere.
            entry.create_system, entry.external_attr = 3, _PLAIN_FILE
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, data)
    return buffer.getvalue()
