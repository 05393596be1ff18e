"""What the titles of ICD-10-CM say a condition is with, and without."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

import polars as pl

from cleanclaim.reference import Reference

_WORDS: Final = re.compile(r",?\s+\b(with|without)\b\s+")
_INTRACTABLE: Final = re.compile(r",? (not )?intractable\b")
_PLAIN: Final = ", uncomplicated"
_REMARK: Final = re.compile(r"\s*\([^)]*\)")
_OF_NOTHING: Final = re.compile(r"^(unspecified )?complications?$")
_SEVERAL: Final = r"^([STV-Y]|K4[013])"
"""Injuries and hernias, of which a patient may have several."""
_AURA: Final = re.compile(r"(with|without) aura")
"""Two kinds of migraine, which one patient may have."""
_ANYTHING: Final = "anything"
_BEHAVIOR: Final = "behavioral disturbance"
"""What a dementia without anything is without, by its title."""
_STATES: Final = {
    "not having achieved remission": (("remission", False), ("relapse", False)),
    "in remission": (("remission", True), ("relapse", False)),
    "in relapse": (("remission", False), ("relapse", True)),
}
"""How titles of blood cancers and dependences end, and what it says."""


class _Said(NamedTuple):
    """One thing that a title says: of what condition, of which part of it, what, and whether it is there."""

    condition: str
    part: str
    feature: str
    is_there: bool


def opposites(reference: Reference) -> pl.DataFrame:
    """Return what the titles say: code, condition, part, feature, is_there; one row for each feature.

    A code with a seventh character that the list gives apart stands here without it.

    A title without complications, or uncomplicated, says that "anything" isn't there, and every other title of the condition that something is.
    """
    return reference.derived("opposites in titles", lambda: _opposites(reference))


def _opposites(reference: Reference) -> pl.DataFrame:
    titles = (
        reference.table("icd10cm_tabular")
        .filter(pl.col("code").str.len_chars() >= 3, ~pl.col("code").str.contains(_SEVERAL))
        .select("code", "title")
    )
    rows = [(code, *said) for code, title in titles.rows() for said in _features(title)]
    return pl.DataFrame(rows, schema=["code", *_Said._fields], orient="row").unique(
        maintain_order=True
    )


def _features(title: str) -> Iterator[_Said]:
    """What a title says.

    >>> [(said.feature, said.is_there) for said in _features("Acute cystitis without hematuria")]
    [('hematuria', False)]
    >>> [(said.feature, said.is_there) for said in _features("Multiple myeloma in remission")]
    [('remission', True), ('relapse', False)]
    """
    text = _REMARK.sub("", title.lower())
    state = next((state for state in _STATES if text.endswith(state)), None)
    if state:
        condition = text.removesuffix(state).strip(" ,")
        yield from (_Said(condition, "", feature, is_there) for feature, is_there in _STATES[state])
        return
    plain = _AURA.sub(r"\1-aura", text)
    text = _INTRACTABLE.sub(
        lambda found: f" {'without' if found[1] else 'with'} intractability", plain
    )
    yield from _with_and_without(text.removesuffix(_PLAIN), is_plain=text.endswith(_PLAIN))


def _with_and_without(text: str, *, is_plain: bool) -> Iterator[_Said]:
    first, *rest = _WORDS.split(text)
    features = [
        (word == "with", *_cut(phrase)) for word, phrase in zip(rest[::2], rest[1::2], strict=True)
    ]
    condition, part = first.strip(), " ".join(tail for _, _, tail in features if tail)
    for is_there, feature, _ in features:
        if not is_there and (_OF_NOTHING.match(feature) or feature == _BEHAVIOR):
            yield _Said(condition, "", _ANYTHING, is_there=False)
            continue
        yield from (
            _Said(condition, part, each, is_there) for each in re.split(r" or | and ", feature)
        )
    if any(is_there for is_there, _, _ in features):
        yield _Said(condition, part, _ANYTHING, is_there=True)
    elif is_plain:
        yield _Said(condition, part, _ANYTHING, is_there=False)


def _cut(phrase: str) -> tuple[str, str]:
    """A feature, and what follows it behind a comma: a side, a part, a stage."""
    feature, _, tail = phrase.partition(",")
    return feature.strip(), tail.strip()
