"""Make unseen characters visible, so that text from a file can't control the terminal.

Such text must not move the cursor, change colors or reverse the reading direction. Everything that
a person reads goes through this module: the text and HTML reports and every line on the error
stream. Reports for programs keep the exact text.
"""

from __future__ import annotations

import re
from typing import Final

_UNSEEN: Final = "\x00-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ud800-\udfff\ufeff\ufff9-\ufffb\U000e0000-\U000e007f"
"""Controls (C0, C1), zero-width and bidirectional characters, line and paragraph separators, lone surrogates."""
_ANY: Final = re.compile(f"[{_UNSEEN}]")
_BEYOND_ASCII: Final = re.compile(f"[{_UNSEEN}]".replace("\x00-\x1f\x7f", "\x7f"))


def visible(text: str) -> str:
    r"""The text with every unseen character escaped, such as \x1b or \u202e.

    >>> visible("A1\x1b[2J")
    'A1\\x1b[2J'
    """
    return text if text.isprintable() else _ANY.sub(_escape, text)


def encodable(text: str) -> str:
    r"""The text with lone surrogates escaped: file name bytes that aren't UTF-8 become \xff.

    >>> encodable("caf\udce9.837")
    'caf\\xe9.837'
    """
    data = text.encode("utf-8", "surrogateescape" if _is_of_bytes(text) else "backslashreplace")
    return data.decode("utf-8", "backslashreplace")


def json_safe(text: str) -> str:
    r"""JSON text with unseen characters as \u escapes: the same JSON, but safe on a terminal."""
    return text if text.isascii() and "\x7f" not in text else _BEYOND_ASCII.sub(_json_escape, text)


def _is_of_bytes(text: str) -> bool:
    """Whether every surrogate represents a byte, as in Python's file names."""
    return all("\udc80" <= char <= "\udcff" for char in text if "\ud800" <= char <= "\udfff")


def _escape(found: re.Match[str]) -> str:
    code = ord(found[0])
    if 0xDC80 <= code <= 0xDCFF:  # a byte of a file name that isn't UTF-8
        return f"\\x{code - 0xDC00:02x}"
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"  # fmt: skip


def _json_escape(found: re.Match[str]) -> str:
    return "".join(f"\\u{unit:04x}" for unit in memoryview(found[0].encode("utf-16-le", "surrogatepass")).cast("H"))  # fmt: skip
