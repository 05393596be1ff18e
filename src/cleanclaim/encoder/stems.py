"""Words as the search compares them: lower case, American spelling, stemmed, with synonyms merged."""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache
from typing import Final

import snowballstemmer

_SPLIT: Final = re.compile(r"[a-z]+\d+[a-z]?\d*|\d+[a-z]+|[a-z]+|\d+(?:\.\d+)*")
_POSSESSIVE: Final = re.compile(r"['\u2019`](?:s\b)?")
_SPELLING: Final = (
    (re.compile(r"ae|oe"), "e"),  # oedema, anaemia; applied to both sides of a comparison
    (re.compile(r"our(?=s?$|ed$|ing$)"), "or"),  # tumour
    (re.compile(r"sulph"), "sulf"),
    (re.compile(r"isation"), "ization"),
    (re.compile(r"yse(?=d?$)"), "yze"),
    (re.compile(r"(?<=[a-z])ise(?=d$)"), "ize"),
    (re.compile(r"leuc"), "leuk"),
    (re.compile(r"fibre"), "fiber"),
    (re.compile(r"(?<=met)re(?=s?$)|(?<=cent)re(?=s?$)"), "er"),
)
_ENDINGS: Final = (
    (re.compile(r"otic$"), "osis"),  # adjectives as their nouns
    (re.compile(r"eptic$"), "epsy"),
    (re.compile(r"neoplastic$"), "neoplasm"),
    (re.compile(r"rrh(?:eic|agic)$"), "rrhage"),
)
_ROMAN: Final = {
    name: str(n)
    for n, name in enumerate(
        (
            "i",
            "ii",
            "iii",
            "iv",
            "v",
            "vi",
            "vii",
            "viii",
            "ix",
            "x",
            "xi",
            "xii",
            "xiii",
            "xiv",
            "xv",
            "xvi",
            "xvii",
            "xviii",
            "xix",
            "xx",
        ),
        1,
    )
}
_NUMBERED: Final = frozenset(
    (
        "type",
        "types",
        "stage",
        "grade",
        "class",
        "group",
        "factor",
        "phase",
        "degree",
        "level",
        "variant",
        "form",
    )
)
STOP: Final = frozenset(
    (
        "a",
        "an",
        "and",
        "as",
        "at",
        "be",
        "by",
        "for",
        "from",
        "has",
        "have",
        "her",
        "his",
        "i",
        "in",
        "into",
        "is",
        "it",
        "its",
        "my",
        "of",
        "on",
        "or",
        "our",
        "per",
        "than",
        "that",
        "the",
        "their",
        "this",
        "to",
        "was",
        "which",
        "who",
        "you",
        "your",
        "due",
    )
)
"""Words that carry no medical meaning."""
_GREEK: Final = {"\u03b1": "alpha", "\u03b2": "beta", "\u03b3": "gamma", "\u03b4": "delta"}


def tokens(text: str) -> list[str]:
    """Return the words of a text in one spelling, not yet stemmed and without stop words.

    >>> tokens("Alzheimer's disease of the œsophagus, type II")
    ['alzheimer', 'disease', 'esophagus', 'type', '2']
    """
    return list(_tokens(text))


@lru_cache(maxsize=20_000)
def _tokens(text: str) -> tuple[str, ...]:
    plain = _ascii(_POSSESSIVE.sub("", text.lower()))
    found: list[str] = []
    for word in _SPLIT.findall(plain):
        if found and found[-1] in _NUMBERED and (number := _roman(word)):
            found.append(number)
        elif word not in STOP:
            found.append(spelled(word))
    return tuple(found)


def _roman(word: str) -> str | None:
    """Convert a Roman numeral, with or without a letter after it: ii, iia, iiib."""
    if word in _ROMAN:
        return _ROMAN[word]
    if word[:-1] in _ROMAN and word[-1] in "abcdef":
        return _ROMAN[word[:-1]] + word[-1]
    return None


def _ascii(text: str) -> str:
    if text.isascii():
        return text
    for letter, name in _GREEK.items():
        text = text.replace(letter, name)
    text = text.replace("œ", "oe").replace("æ", "ae")
    return unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()


@lru_cache(maxsize=100_000)
def spelled(word: str) -> str:
    """Return a word in American spelling, as far as rules can."""
    if len(word) < 4:
        return word
    for pattern, to in _SPELLING:
        word = pattern.sub(to, word)
    return word


@cache
def _stemmer() -> snowballstemmer.SnowballStemmer:
    return snowballstemmer.stemmer("english")


@lru_cache(maxsize=100_000)
def stem(word: str) -> str:
    """Return the stem of a word; numbers and words with digits don't change.

    >>> stem("hypertensive") == stem("hypertension")
    True
    """
    if len(word) < 4 or not word.isalpha():
        return word
    for pattern, to in _ENDINGS:
        word = pattern.sub(to, word)
    stemmed = str(_stemmer().stemWord(word))
    if len(stemmed) > 5 and stemmed.endswith("ia"):
        return stemmed[:-2]
    return stemmed[:-1] if len(stemmed) > 4 and stemmed.endswith("i") else stemmed
