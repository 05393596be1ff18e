"""Words with a code of their own: past procedures and implants, and findings named in general."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from cleanclaim.notes import assertion as said
from cleanclaim.notes.coding import Coded, Coder
from cleanclaim.notes.found import Found, assertion_of
from cleanclaim.notes.mentions import Mention
from cleanclaim.notes.passages import Sentence
from cleanclaim.notes.sides import side_near
from cleanclaim.notes.tables import rows

_IN_PLACE: Final = re.compile(
    r"\s+(?:in place|in situ|status|dependent|recipient)\b", re.IGNORECASE
)


def of_procedures(note: str, sentence: Sentence, coder: Coder) -> Iterator[Found]:
    """Yield past procedures and implants, as status codes."""
    if sentence.section in {"family", "plan", "instructions"}:
        return
    for pattern, codes in _statuses("history"):
        for match in pattern.finditer(note, sentence.start, sentence.end):
            mention = Mention(match.start(), match.end(), sentence, heading=True)
            assertion = assertion_of(note, mention)
            is_past = assertion.meaning == said.PAST or sentence.section == "psh"
            is_past |= assertion.meaning == said.PRESENT and _IN_PLACE.match(note, match.end()) is not None  # fmt: skip
            result = coder.named(codes[" ".join(match[0].lower().replace("-", " ").split())])
            if not is_past or result is None:
                continue
            side = side_near(note, mention.start, mention.end, sentence)
            sided = coder.on_side(result.code, side) if side else ()
            for one in sided or (result,):
                yield Found(
                    mention, Coded(one, 0.85, "status (I.C.21.c.3)"), said.Assertion(said.PRESENT)
                )


@lru_cache(maxsize=2)
def _statuses(table: str) -> list[tuple[re.Pattern[str], dict[str, str]]]:
    codes = {
        words.replace("-", " "): row["code"]
        for row in rows(table)
        for words in row["words"].split("|")
    }
    options = "|".join(re.escape(one).replace(r"\ ", r"[\s-]+") for one in sorted(codes, key=len, reverse=True))  # fmt: skip
    return [(re.compile(rf"\b(?:{options})\b", re.IGNORECASE), codes)]
