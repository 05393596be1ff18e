"""A self-contained HTML page of sections: text, tables and charts, for results other than a claim check."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Sequence
from html import escape
from importlib.resources import files
from typing import Final

from cleanclaim.text.escaping import visible
from cleanclaim.version import VERSION

_STYLE: Final = "page.css"


def page(title: str, facts: str, sections: Iterable[str]) -> str:
    """The whole page. It loads nothing, and runs no script.

    Args:
        title: its heading.
        facts: one line below the heading.
        sections: HTML made by `section`.
    """
    style = "\n" + files("cleanclaim.report").joinpath(_STYLE).read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    return "\n".join(
        [
            '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">',
            f'<meta http-equiv="Content-Security-Policy" content="{policy}">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            '<meta name="referrer" content="no-referrer">',
            f"<title>{text(title)}</title>\n<style>{style}</style>\n</head>\n<body>",
            f'<header class="masthead"><div class="wide"><h1>{text(title)}</h1><p class="meta">{text(facts)}</p></div></header>\n<main class="wide sections">',
            *sections,
            f'</main>\n<footer class="wide"><p>Made by cleanclaim {VERSION} on your own computer; nothing was sent anywhere.</p></footer>\n</body>\n</html>\n',
        ]
    )


def section(heading: str, *parts: str) -> str:
    """A section of the page."""
    return f"<section><h2>{text(heading)}</h2>{''.join(parts)}</section>"


def paragraph(words: str, *, kind: str = "") -> str:
    """A paragraph."""
    mark = f' class="{kind}"' if kind else ""
    return f"<p{mark}>{text(words)}</p>"


def preformatted(words: str) -> str:
    """Lines as they are."""
    lines = "\n".join(map(visible, words.splitlines()))
    return f"<pre>{escape(lines)}</pre>"


def figures(items: Sequence[tuple[str, str]]) -> str:
    """Large numbers with their names."""
    cells = (f"<div><dt>{text(name)}</dt><dd>{text(value)}</dd></div>" for name, value in items)
    return f'<dl class="figures">{"".join(cells)}</dl>'


def table(heads: Sequence[str], rows: Iterable[Sequence[str]], *, numbers_from: int = 1) -> str:
    """A table.

    Args:
        heads: the headings.
        rows: the cells as text.
        numbers_from: the first column that is aligned to the right.
    """

    def cells(tag: str, row: Sequence[str]) -> str:
        right = ' class="number"'
        return "".join(
            f"<{tag}{right if n >= numbers_from else ''}>{text(cell)}</{tag}>"
            for n, cell in enumerate(row)
        )

    body = "".join(f"<tr>{cells('td', row)}</tr>" for row in rows)
    opened = '<div class="scroll" tabindex="0"><table>'
    return (
        f"{opened}<thead><tr>{cells('th', heads)}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def text(words: str) -> str:
    """A text that is safe in HTML."""
    return escape(visible(words))
