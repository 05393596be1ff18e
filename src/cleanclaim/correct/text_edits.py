"""Changes to a text, made at once: each replaces a span, and everything else stays."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(slots=True)
class TextEdits:
    """Changes to one text.

    Attributes:
        spans: the new text of each span, by its start and end.
    """

    spans: dict[tuple[int, int], str] = field(default_factory=dict)

    def put(self, start: int, end: int, new: str) -> None:
        """Replace a span; what was put there before counts no more."""
        self.spans[start, end] = new

    def add(self, at: int, new: str) -> None:
        """Insert a text between two characters, after what was inserted there before."""
        self.spans[at, at] = self.spans.get((at, at), "") + new

    def done(self, text: str, start: int = 0, end: int | None = None) -> str:
        """A part of the text with its changes.

        Args:
            text: the whole text.
            start: where the part starts.
            end: where it ends; None for the end of the text.
        """
        stop = len(text) if end is None else end
        parts, at = [], start
        for (first, last), new in sorted(self.spans.items()):
            if first < start or last > stop:
                continue
            parts += [text[at:first], new]
            at = last
        return "".join([*parts, text[at:stop]])
