"""How big a piece of work is, said before it is begun: memory, and seconds until a first answer."""

from __future__ import annotations

import contextlib
import os
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pitchplan.errors import TooBig

__all__ = ["Estimate", "LargeWork", "memory_at_hand_mb", "memory_told"]

_WARN_AT = 0.5
_MB = 1e6
_CALLER = 5
"""Frames from the warning up to the planner's own line."""


class LargeWork(UserWarning):
    """Work that takes more than half of the memory at hand."""


@dataclass(frozen=True)
class Estimate:
    """What a piece of work is expected to take.

    Attributes
    ----------
    work : str
        What it is, with its size.
    memory_mb : float
        Memory it adds, megabytes.
    seconds : float
        CPU seconds until a first answer.
    smaller : str
        How to make it smaller.
    """

    work: str
    memory_mb: float
    seconds: float
    smaller: str

    def __str__(self) -> str:
        return (
            f"{self.work}: about {_amount(self.memory_mb)}, {max(1.0, self.seconds):.0f} s to a first answer"
        )

    @contextlib.contextmanager
    def checked(self) -> Iterator[None]:
        """Do the work where the memory at hand is enough for it.

        Raises
        ------
        TooBig
            It is not, or it ran out although it should have been.

        Warns
        -----
        LargeWork
            More than half of it is needed.
        """
        there = memory_at_hand_mb()
        if there is not None and self.memory_mb > there:
            raise TooBig(f"{self}; {_amount(there)} are at hand. {self.smaller}.")
        if there is not None and self.memory_mb > _WARN_AT * there:
            said = f"{self}; more than half of the {_amount(there)} at hand. {self.smaller}."
            warnings.warn(said, LargeWork, stacklevel=_CALLER)
        with memory_told(str(self), self.smaller):
            yield


@contextlib.contextmanager
def memory_told(work: str, smaller: str) -> Iterator[None]:
    """Tell what was being done where memory runs out; also a decorator.

    Parameters
    ----------
    work : str
        What is done.
    smaller : str
        How to make it smaller.

    Raises
    ------
    TooBig
        In place of Python's own error, and of that of a library.
    """
    try:
        yield
    except Exception as error:
        # Libraries in C++ say it in their own way.
        if isinstance(error, MemoryError) or "bad_alloc" in str(error):
            raise TooBig(f"{work}: memory ran out. {smaller}.") from None
        raise


def _amount(megabytes: float) -> str:
    return f"{megabytes / 1000:.1f} GB" if megabytes >= 1000 else f"{megabytes:.0f} MB"


def memory_at_hand_mb() -> float | None:
    """Return how much memory this process can still get, megabytes; None where nobody can say.

    Notes
    -----
    The least of what the system has left, what a container is allowed (cgroup v2) and what
    ``ulimit -v`` leaves. Where the system does not say what is left, all it has.
    """
    known = [n for n in (_left_in_system(), _left_in_container(), _left_by_ulimit()) if n is not None]
    return min(known, default=None)


def _left_in_system() -> float | None:
    with contextlib.suppress(OSError, ValueError, StopIteration):
        lines = Path("/proc/meminfo").read_text().splitlines()
        line = next(t for t in lines if t.startswith("MemAvailable:"))
        return int(line.split()[1]) * 1024 / _MB
    with contextlib.suppress(OSError, ValueError, AttributeError):
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / _MB
    return None


def _left_in_container() -> float | None:
    with contextlib.suppress(OSError, ValueError):
        most, used = (int(Path(f"/sys/fs/cgroup/memory.{n}").read_text()) for n in ("max", "current"))
        return max(0.0, (most - used) / _MB)
    return None


def _left_by_ulimit() -> float | None:
    with contextlib.suppress(ImportError, OSError, ValueError):
        import resource

        most, _ = resource.getrlimit(resource.RLIMIT_AS)
        if most == resource.RLIM_INFINITY:
            return None
        pages = int(Path("/proc/self/statm").read_text().split()[0])
        return max(0.0, (most - pages * os.sysconf("SC_PAGE_SIZE")) / _MB)
    return None
