"""The search index: every term of the code sets as arrays, built once and kept in the user's cache."""

from __future__ import annotations

import hashlib
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import date
from itertools import chain
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl

from cleanclaim.encoder import synonyms
from cleanclaim.encoder.systems import SYSTEMS
from cleanclaim.reference import OPEN_END, Reference, tabular
from cleanclaim.reference.tabular import Progress
from cleanclaim.storage import cache
from cleanclaim.storage.home import cache_home

FORMAT: Final = 6
"""Raise this whenever the index is built differently, so that older ones aren't read."""
TITLE, INCLUSION, SYNONYM, INDEX, NOTE = range(5)
"""Where a term comes from."""

_WHOLE: Final = 8
"""The length of a key with a seventh character."""
_EPOCH: Final = date(1970, 1, 1)
_KNOWN: Final = "synonyms.json"
_NUMBERS: Final = "numbers.npz"
_PROGRESS: Final = "Indexing the code lists (once)"
_TABLES: Final = frozenset(
    (
        "icd10cm",
        "icd9cm",
        "icd10cm_tabular",
        "icd10cm_seventh",
        "icd10cm_notes",
        "icd10cm_note_targets",
        "icd10cm_titles",
        "icd10cm_index",
        "hcpcs",
        "procedure_codes",
        "cpt",
    )
)
_PLAIN_NOTE: Final = re.compile(r"^([^():]+)\([A-Z][0-9][0-9A-Z](?:\.[0-9A-Z]{1,4})?-?\)$")
Ints = npt.NDArray[np.int32]
Floats = npt.NDArray[np.float32]


class Node(NamedTuple):
    """A place in a code set that a search can find: a code, a stem, or a category."""

    system: int
    code: str
    title: str
    parent: int


@dataclass(frozen=True, slots=True)
class Index:
    """Terms, the words in them, and the places in the code sets that they lead to.

    Nodes are sorted by key (the system's number and the code), terms by node. Lists of varying
    length are stored end to end: row n's items are `xs[x_starts[n] : x_starts[n + 1]]`.

    Attributes:
        node_keys: the system's number and the undotted code of each node, sorted.
        node_titles: their titles; empty if there is none.
        node_parents: the node above; -1 for none.
        child_starts, children: the nodes below.
        node_first, node_last: the codes (rows of `code_keys`) at and below a node.
        seventh_starts, seventh: a stem's seventh characters, as rows of `meanings`.
        meanings: a seventh character and its meaning.
        term_starts: the terms of each node.
        term_nodes: the node of each term.
        term_kinds: where each term comes from.
        term_texts: the words of each term, as printed.
        term_mass: the total weight of each term's words.
        word_starts, term_words: the stems in each term.
        posting_starts, postings: the terms that contain each stem.
        stems: every stem, sorted.
        stem_weights: how informative each stem is.
        words: every word as spelled, sorted.
        word_stems: the stem of each word.
        code_keys: every billable code with its system's number, sorted.
        span_starts, spans_from, spans_to: when each code was in force, in days since 1970-01-01.
        listed_to: the last day that each system's list covers; a day in the far future if there is
            no limit.
        known: the synonyms that the terms were read with.
    """

    node_keys: list[str]
    node_titles: list[str]
    node_parents: Ints
    child_starts: Ints
    children: Ints
    node_first: Ints
    node_last: Ints
    seventh_starts: Ints
    seventh: Ints
    meanings: list[str]
    term_starts: Ints
    term_nodes: Ints
    term_kinds: Ints
    term_texts: list[str]
    term_mass: Floats
    word_starts: Ints
    term_words: Ints
    posting_starts: Ints
    postings: Ints
    stems: list[str]
    stem_weights: Floats
    words: list[str]
    word_stems: Ints
    code_keys: list[str]
    span_starts: Ints
    spans_from: Ints
    spans_to: Ints
    listed_to: Ints
    known: synonyms.Synonyms


def load(reference: Reference, progress: Progress | None = None) -> Index:
    """Return the index of a reference's code lists, from the cache or newly built.

    Args:
        reference: the dated tables.
        progress: called with the progress while the index is built.
    """
    folder = cache_folder(reference)
    if (found := cache.load_cached(folder, _read)) is not None:
        return found
    for name in (
        tabular.TABLES
    ):  # they are cached too: first, because one program makes one folder at a time
        reference.table(name)
    return cache.load_or_make(
        folder,
        _read,
        lambda: build(reference, progress or (lambda _words, _share: None)),
        _write,
    )


def cache_folder(reference: Reference) -> Path:
    """Return the folder in the user's cache for the index of a reference's code lists."""
    releases = sorted(
        f"{release.name}|{release.table}|{release.sha256}" for release in reference.pinned(_TABLES)
    )
    digest = hashlib.sha256("\n".join([*releases, synonyms.sha256()]).encode()).hexdigest()
    return cache_home() / f"search-{digest[:16]}-{FORMAT}"


def build(reference: Reference, progress: Progress) -> Index:
    """Build the index.

    Args:
        reference: the dated tables.
        progress: called with the progress.
    """
    progress(_PROGRESS, 0.0)
    spans = _spans(reference)
    nodes, terms = _Nodes(), []
    terms += _icd10(reference, nodes)
    progress(_PROGRESS, 0.2)
    terms += _procedures(reference, nodes)
    nodes.add_untitled(spans)
    order = nodes.sorted()
    index = _laid_out(nodes, order, terms, spans, reference, progress)
    progress(_PROGRESS, 1.0)
    return index


class _Nodes:
    """The places, by key, while the index is built."""

    def __init__(self) -> None:
        self.rows: list[Node] = []
        self.at: dict[str, int] = {}

    def add(self, system: int, code: str, title: str, parent: str | None) -> int:
        key = f"{system}{code}"
        if key in self.at:
            return self.at[key]
        above = self.at.get(f"{system}{parent}", -1) if parent else -1
        self.at[key] = len(self.rows)
        self.rows.append(Node(system, code, title, above))
        return self.at[key]

    def find(self, system: int, code: str) -> int | None:
        return self.at.get(f"{system}{code}")

    def add_untitled(self, spans: pl.DataFrame) -> None:
        """Add codes that were in force but have no title here, so that they can be found by code."""
        known = set(self.at)
        for key in spans["key"].unique(maintain_order=True):
            if key not in known and not (len(key) == _WHOLE and _stem_key(key, known)):
                system, code = int(key[0]), key[1:]
                self.add(system, code, "", self.above(system, code) if system == 0 else None)

    def above(self, system: int, code: str) -> str | None:
        """Return the longest prefix of a code that is a place."""
        cuts = (code[:n] for n in range(len(code) - 1, 2, -1))
        return next((cut for cut in cuts if self.find(system, cut) is not None), None)

    def sorted(self) -> list[int]:
        """Return the rows sorted by key."""
        return sorted(range(len(self.rows)), key=lambda n: (self.rows[n].system, self.rows[n].code))


def _stem_key(key: str, keys: set[str]) -> bool:
    """Return True if a seven-character code's stem is a node."""
    stem = key[:-1]
    return any(option in keys for option in (stem, stem.rstrip("X")))


Found = tuple[int, int, str]
"""A term: its node, kind and words."""


def _icd10(reference: Reference, nodes: _Nodes) -> list[Found]:
    """Return the terms of the tabular list and of everything that leads into it."""
    tabular = reference.table("icd10cm_tabular").sort("order")
    found: list[Found] = []
    places = tabular.filter(~pl.col("kind").is_in(["chapter", "section"]))
    for code, parent, title in places.select("code", "parent", "title").iter_rows():
        found.append((nodes.add(0, code, title, parent), TITLE, title))
    found += _older_titles(reference, nodes)
    notes = reference.table("icd10cm_notes")
    own = notes.filter(pl.col("kind").is_in(["inclusion_term", "includes"]))
    for code, text in own.select("code", "text").iter_rows():
        at = nodes.find(0, code)
        if at is not None:
            found.append((at, INCLUSION, text))
    found += _named_in_notes(reference, nodes)
    for code, text in synonyms.load().codes:
        at = nodes.find(0, code)
        if at is not None:
            found.append((at, SYNONYM, text))
    if "icd10cm_index" in reference.names():
        found += _index_terms(reference, nodes)
    return found


def _older_titles(reference: Reference, nodes: _Nodes) -> Iterator[Found]:
    """Yield codes of other years that aren't in the tabular list."""
    if "icd10cm_titles" not in reference.names():
        return
    titles = reference.table("icd10cm_titles").unique("code", keep="last", maintain_order=True)
    keys = set(nodes.at)
    for code, title in titles.select("code", "long").sort("code").iter_rows():
        if f"0{code}" in keys or (len(code) == 7 and _stem_key(f"0{code}", keys)):
            continue
        yield nodes.add(0, code, title, nodes.above(0, code)), TITLE, title


def _named_in_notes(reference: Reference, nodes: _Nodes) -> Iterator[Found]:
    """Yield the names that a note elsewhere gives a code: "lumbago with sciatica (M54.4-)"."""
    notes = reference.table("icd10cm_notes").filter(pl.col("status") == "parsed")
    targets = (
        reference.table("icd10cm_note_targets")
        .group_by("note_id")
        .agg(pl.col("prefix").first(), pl.len().alias("n"), pl.col("char_position").first())
        .filter(pl.col("n") == 1, pl.col("char_position").is_null())
    )
    named = notes.join(targets, on="note_id").unique(["text"], maintain_order=True).sort("note_id")
    for text, prefix in named.select("text", "prefix").iter_rows():
        match = _PLAIN_NOTE.match(text)
        at = nodes.find(0, prefix)
        if match is not None and at is not None:
            yield at, NOTE, match[1].strip()


def _index_terms(reference: Reference, nodes: _Nodes) -> Iterator[Found]:
    """Yield the paths of the official indexes, if they are imported."""
    rows = reference.table("icd10cm_index").filter(pl.col("code") != "")
    rows = rows.unique(["code", "term"], maintain_order=True).sort("code", "term")
    for code, term in rows.select("code", "term").iter_rows():
        plain = code.rstrip("-")
        at = nodes.find(0, plain)
        if at is None:
            at = next((n for k in range(len(plain) - 1, 2, -1) if (n := nodes.find(0, plain[:k].rstrip("X"))) is not None), None)  # fmt: skip
        if at is not None:
            yield at, INDEX, term


def _procedures(reference: Reference, nodes: _Nodes) -> Iterator[Found]:
    """Yield HCPCS Level II and CPT codes from the lists that are loaded."""
    names = reference.names()
    for table, text in (
        ("hcpcs", "description"),
        ("cpt", "description"),
        ("procedure_codes", "label"),
    ):
        if table not in names:
            continue
        rows = reference.table(table)
        if text not in rows.columns:
            continue
        rows = rows.unique("code", keep="last", maintain_order=True).sort("code")
        for code, words in rows.select("code", text).iter_rows():
            if words:
                yield nodes.add(_procedure_system(code), code, words, None), TITLE, words


def _procedure_system(code: str) -> int:
    return SYSTEMS.index("HCPCS" if code[0].isalpha() else "CPT")


def _spans(reference: Reference) -> pl.DataFrame:
    """Return every billable code with its system's number, and when it was in force: key, valid_from, valid_to."""
    parts = []
    names = reference.names()
    for table in ("icd10cm", "icd9cm", "hcpcs", "cpt", "procedure_codes"):
        if table not in names:
            continue
        system = {"icd10cm": pl.lit("0"), "icd9cm": pl.lit("1")}.get(
            table, pl.when(pl.col("code").str.contains("^[A-Z]")).then(pl.lit("2")).otherwise(pl.lit("3"))
        )  # fmt: skip
        parts.append(
            reference.table(table).select(
                (system + pl.col("code")).alias("key"), "valid_from", "valid_to"
            )
        )
    return pl.concat(parts).unique().sort("key", "valid_from")


def _last_day(reference: Reference, system: str) -> int:
    """Return the last day that a system's list covers, in days since 1970-01-01."""
    spans = reference.whole("hcpcs") if system == "HCPCS" else []
    last = max((end for _, end in spans), default=OPEN_END)
    return (last - _EPOCH).days


def _seventh(reference: Reference) -> dict[str, list[tuple[str, str]]]:
    """Return each stem's seventh characters with their meanings."""
    found: dict[str, list[tuple[str, str]]] = {}
    rows = reference.table("icd10cm_seventh").select("code", "character", "meaning")
    for code, character, meaning in rows.iter_rows():
        found.setdefault(f"0{code}", []).append((character, meaning))
    return found


def _laid_out(
    nodes: _Nodes,
    order: list[int],
    found: list[Found],
    spans: pl.DataFrame,
    reference: Reference,
    progress: Progress,
) -> Index:
    seventh = _seventh(reference)
    rows = [nodes.rows[n] for n in order]
    place = np.empty(len(order) + 1, dtype=np.int32)
    place[order] = np.arange(len(order))
    place[-1] = -1
    keys = [f"{row.system}{row.code}" for row in rows]
    parents = place[[row.parent for row in rows]]
    children: list[list[int]] = [[] for _ in rows]
    for n, parent in enumerate(parents):
        if parent >= 0:
            children[parent].append(n)
    meanings = sorted({f"{c}{m}" for one in seventh.values() for c, m in one})
    meaning_at = {text: n for n, text in enumerate(meanings)}
    sevenths = [[meaning_at[f"{c}{m}"] for c, m in seventh.get(key, ())] for key in keys]
    codes = spans.group_by("key", maintain_order=True).agg("valid_from", "valid_to")
    code_keys = codes["key"].to_list()
    sorted_codes = np.array(code_keys)
    low = np.searchsorted(sorted_codes, np.array(keys))
    high = np.searchsorted(sorted_codes, np.array([key + "~" for key in keys]))
    terms = sorted({(int(place[node]), kind, text) for node, kind, text in found})
    words = _Words(terms, keys, progress)
    child_starts, child_items = _end_to_end(children)
    seventh_starts, seventh_items = _end_to_end(sevenths)
    term_nodes = np.array([term[0] for term in terms], dtype=np.int32)
    return Index(
        node_keys=keys,
        node_titles=[row.title for row in rows],
        node_parents=parents,
        child_starts=child_starts,
        children=child_items,
        node_first=low.astype(np.int32),
        node_last=high.astype(np.int32),
        seventh_starts=seventh_starts,
        seventh=seventh_items,
        meanings=meanings,
        term_starts=np.searchsorted(term_nodes, np.arange(len(rows) + 1)).astype(np.int32),
        term_nodes=term_nodes,
        term_kinds=np.array([term[1] for term in terms], dtype=np.int32),
        term_texts=[term[2] for term in terms],
        term_mass=words.mass(),
        word_starts=words.starts,
        term_words=words.items,
        posting_starts=words.posting_starts,
        postings=words.postings,
        stems=words.stems,
        stem_weights=words.weights,
        words=words.spelled,
        word_stems=words.spelled_stems,
        code_keys=code_keys,
        span_starts=np.concatenate([[0], codes["valid_from"].list.len().cum_sum().to_numpy()]).astype(np.int32),
        spans_from=codes["valid_from"].explode().to_physical().to_numpy().astype(np.int32),
        listed_to=np.array([_last_day(reference, system) for system in SYSTEMS], dtype=np.int32),
        known=synonyms.load(),
        spans_to=codes["valid_to"].explode().to_physical().to_numpy().astype(np.int32),
    )  # fmt: skip


class _Words:
    """The stems of all terms, and how informative each is."""

    def __init__(self, terms: Sequence[Found], keys: Sequence[str], progress: Progress) -> None:
        known = synonyms.load()
        spelled: dict[str, str] = {}
        lists: list[list[str]] = []
        for n, (_, _, text) in enumerate(terms):
            if n % 10_000 == 0:
                progress(_PROGRESS, 0.3 + 0.6 * n / len(terms))
            lists.append(known.stems(text, spelled))
        self.stems = sorted({one for words in lists for one in words})
        at = {one: n for n, one in enumerate(self.stems)}
        self.starts, self.items = _end_to_end(
            [sorted({at[one] for one in words}) for words in lists]
        )
        self.spelled = sorted(spelled)
        self.spelled_stems = np.array([at[spelled[word]] for word in self.spelled], dtype=np.int32)
        term_of = np.repeat(np.arange(len(terms), dtype=np.int32), np.diff(self.starts))
        by_stem = np.argsort(self.items, kind="stable")
        self.postings = term_of[by_stem]
        self.posting_starts = np.searchsorted(self.items[by_stem], np.arange(len(self.stems) + 1)).astype(np.int32)  # fmt: skip
        self.weights = self._weights(terms, keys)

    def _weights(self, terms: Sequence[Found], keys: Sequence[str]) -> Floats:
        """Weigh each word: the rarer it is among the subcategories, the more informative."""
        group = np.unique([keys[node][:5] for node, _, _ in terms], return_inverse=True)[1]
        count = np.array(
            [
                len(np.unique(group[self.postings[first:last]]))
                for first, last in zip(
                    self.posting_starts[:-1], self.posting_starts[1:], strict=True
                )
            ]
        )
        weights = np.log(1 + group.max() / count)
        return np.array(
            [synonyms.weight(one, w) for one, w in zip(self.stems, weights, strict=True)],
            dtype=np.float32,
        )

    def mass(self) -> Floats:
        """Return the total weight of each term's words."""
        return np.add.reduceat(
            np.append(self.weights[self.items], np.float32(0)), self.starts[:-1]
        ).astype(np.float32) * (np.diff(self.starts) > 0)


def _end_to_end(lists: Sequence[Sequence[int]]) -> tuple[Ints, Ints]:
    starts = np.zeros(len(lists) + 1, dtype=np.int32)
    np.cumsum([len(one) for one in lists], out=starts[1:])
    return starts, np.fromiter(chain.from_iterable(lists), dtype=np.int32)


def _read(kept: cache.CachedFolder) -> Index:
    with np.load(io.BytesIO(kept.read(_NUMBERS))) as numbers:
        given = {name: numbers[name] for name in numbers.files}
    given["known"] = synonyms.Synonyms.restore(kept.read(_KNOWN).decode())
    for one in fields(Index):
        if one.name not in given:
            given[one.name] = kept.read(f"{one.name}.txt").decode().split("\n")
    return Index(**given)


def _write(index: Index, folder: Path) -> None:
    values = {one.name: getattr(index, one.name) for one in fields(Index)}
    numbers = {name: value for name, value in values.items() if isinstance(value, np.ndarray)}
    np.savez(folder / _NUMBERS, allow_pickle=False, **numbers)
    for name, value in values.items():
        if isinstance(value, list):
            (folder / f"{name}.txt").write_bytes("\n".join(value).encode())
    (folder / _KNOWN).write_bytes(index.known.dump().encode())
