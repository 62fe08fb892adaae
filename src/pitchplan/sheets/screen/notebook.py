"""The page on the screen inside a notebook."""

from __future__ import annotations

from dataclasses import dataclass, field
from html import escape

__all__ = ["ScreenPage"]


@dataclass(frozen=True)
class ScreenPage:
    """A page that a notebook shows in a frame, apart from the notebook's own scripts and styles.

    Attributes
    ----------
    html : str
        The whole page.
    height : int
        Height of the frame, pixels.
    """

    html: str = field(repr=False)
    height: int

    def _repr_html_(self) -> str:
        # Without allow-same-origin the page can reach nothing of the notebook.
        return (
            f'<iframe srcdoc="{escape(self.html)}" sandbox="allow-scripts allow-modals allow-popups" '
            f'allow="geolocation; clipboard-write" width="100%" height="{int(self.height)}" '
            'style="border: 1px solid #C9C8C2; border-radius: 8px"></iframe>'
        )
