"""What the edits of the family ENV share: how a fault of a file's form is said."""

from __future__ import annotations

from typing import Final

MESSAGE: Final = "{explanation}[ Segment {segment_number}, {element}.][ Found {found}.][ Expected {expected}.]"
