"""What a planner sees where an example cannot go on: one line, never a traceback.

Imported first, so that it also holds while the libraries are loaded.
"""

from __future__ import annotations

import _thread
import os
import sys

STOPPED = 130
"""Exit code after Ctrl-C, as shells have it."""


def stop(text: str) -> None:
    """Say what a Ctrl-C left, and end at once: a solver that does not look up is not waited for."""
    print(f"Stopped (Ctrl-C). {text}", file=sys.stderr, flush=True)
    sys.stdout.flush()
    os._exit(STOPPED)


def _say(kind: type[BaseException], error: BaseException, trace: object) -> None:
    """Say what stopped the script; only a fault of the program's own shows where it is."""
    if issubclass(kind, KeyboardInterrupt):
        stop("Every file is whole: as it was, or as it was last written.")
    if any(base.__name__ == "PitchplanError" for base in kind.__mro__):
        print(f"{kind.__name__}: {error}", file=sys.stderr)
        return
    sys.__excepthook__(kind, error, trace)  # type: ignore[arg-type]


def _swallowed(lost: sys.UnraisableHookArgs) -> None:
    """Press again where a Ctrl-C came in code that can raise nothing, such as a finaliser."""
    if issubclass(lost.exc_type, KeyboardInterrupt):
        _thread.interrupt_main()
    else:
        sys.__unraisablehook__(lost)


sys.excepthook = _say
sys.unraisablehook = _swallowed
