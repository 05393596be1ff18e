"""Visits whose levels can be compared with each other."""

from __future__ import annotations

from typing import Final

CATEGORIES: Final = {
    "new office visits": ("99202", "99203", "99204", "99205"),
    "established office visits": ("99211", "99212", "99213", "99214", "99215"),
    "first hospital visits": ("99221", "99222", "99223"),
    "later hospital visits": ("99231", "99232", "99233"),
    "emergency visits": ("99281", "99282", "99283", "99284", "99285"),
    "office consultations": ("99242", "99243", "99244", "99245"),
}
"""The codes of each kind, from the lowest level to the highest."""
KIND_OF: Final = {code: kind for kind, codes in CATEGORIES.items() for code in codes}
