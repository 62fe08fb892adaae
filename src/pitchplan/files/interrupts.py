"""Ctrl-C waits while something is done that must not be left half done."""

from __future__ import annotations

import contextlib
import signal
import threading
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["undisturbed"]


@contextlib.contextmanager
def undisturbed() -> Iterator[None]:
    """Hold Ctrl-C back until the block is done; then it has its way.

    For blocks of milliseconds. Outside the main thread, where Ctrl-C never arrives, it does nothing.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    pressed: list[tuple[int, Any]] = []
    before = signal.signal(signal.SIGINT, lambda number, frame: pressed.append((number, frame)))
    try:
        yield
    finally:
        # A handler that was not set from Python (None) cannot be set from Python either.
        signal.signal(signal.SIGINT, signal.default_int_handler if before is None else before)
        if pressed and callable(before):
            before(*pressed[0])
