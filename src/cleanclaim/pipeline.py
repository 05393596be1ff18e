"""The straight line: read → prepare → check → report. Start here."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Final

import polars as pl

from cleanclaim.derived.claims import Claims, pairs_shown
from cleanclaim.edits.edit import Disposition, Edit
from cleanclaim.engine.check import NOT_CHECKED, NOT_CHECKED_ORDER, Checked, check
from cleanclaim.engine.claim_order import renumbered
from cleanclaim.engine.findings import FINDINGS
from cleanclaim.errors import ConfigError, UnreadableFile
from cleanclaim.failures import merged
from cleanclaim.model import PAYER_CLASSES, PROGRAMMES, SYNTAX_FAULTS, Batch, concat, is_state
from cleanclaim.model.keys import in_order, numbers_of
from cleanclaim.read import FileRead, Past, read
from cleanclaim.read.history import Added, is_history, ledger_of, of_patients
from cleanclaim.read.inputs import digest_of, files_below
from cleanclaim.read.sources import is_stream
from cleanclaim.reference import Reference
from cleanclaim.reference.sets import load_set
from cleanclaim.report.result import Report
from cleanclaim.threads import in_turn

CLAIMS_AT_ONCE: Final = 35_000
"""Patients are worked on together in groups of about so many claims, which bounds the memory that edits need."""

_FEW: Final = 3
_AT_ONCE: Final = 2
"""Groups that are worked on at the same time."""

Progress = Callable[[str, int, float | None], None]
"""Told what is done, how many claims so far, and the share of all where that is known."""


@dataclass(frozen=True, slots=True)
class Settings:
    """How claims are judged.

    Attributes:
        payer_class: the payer class of every claim; None to take it from the claim (SBR09).
        as_of: the day on which claims are judged; None for the day of their transaction.
        min_disposition: the mildest disposition that is reported.
        adopts: payers (by payer id or payer class) and whose rules they adopted: medicare or medicaid.
        policy_state: the state whose local coverage policies bind claims that tell no state.
    """

    payer_class: str | None = None
    as_of: date | None = None
    min_disposition: Disposition = Disposition.INFO
    adopts: Mapping[str, str] = field(default_factory=dict)
    policy_state: str | None = None

    def __post_init__(self) -> None:
        faults = [
            f"adopts: {payer} = {programme!r}; expected {' or '.join(PROGRAMMES)}"
            for payer, programme in self.adopts.items()
            if programme not in PROGRAMMES
        ]
        if self.payer_class not in {None, *PAYER_CLASSES}:
            faults.append(
                f"payer_class: {self.payer_class!r}; expected one of {', '.join(PAYER_CLASSES)}"
            )
        if self.policy_state is not None and not is_state(self.policy_state):
            faults.append(f"policy_state: {self.policy_state!r}; expected a state such as OH")
        if faults:
            raise ConfigError(faults)


def check_inputs(
    inputs: Iterable[str | Path],
    reference: Reference,
    edits: Sequence[Edit],
    settings: Settings | None = None,
    *,
    history: Iterable[str | Path] = (),
    progress: Progress | None = None,
) -> Report:
    """Check the claims of files and folders.

    Args:
        inputs: files, folders, "-" for standard input.
        reference: the dated tables.
        edits: the edits to run.
        settings: how claims are judged.
        history: earlier claims, in the same forms, that are looked back at and never reported on.
        progress: told what is done and how many claims so far.

    Returns:
        The report; inputs that could not be read are among its `files`, with the reason.
    """
    chosen = settings or Settings()
    files: list[FileRead] = []
    given = list(inputs)
    form = any(edit.table == "syntax_faults" for edit in edits)
    current = _collected(read(given, files, form=form), progress, "reading")
    earlier = Earlier.before(given, history)
    return check_read(current, files, reference, edits, chosen, earlier=earlier, progress=progress)


def check_read(
    current: Batch,
    files: Sequence[FileRead],
    reference: Reference,
    edits: Sequence[Edit],
    settings: Settings,
    *,
    earlier: Earlier | None = None,
    progress: Progress | None = None,
) -> Report:
    """Check claims that were read already; see `check_inputs`."""
    past = earlier or Earlier()
    past_files: list[FileRead] = []
    if past.paths:
        patients = current.claims["patient_key"].unique()
        counts = any(edit.of_all_patients for edit in edits)
        read_back = past.read(past_files, patients, current.claims.height, counts_all=counts)
        looked_at = _collected(read_back, progress, "reading history")
        pairs = None
        if counts and looked_at.claims.height:
            pairs = pairs_of(looked_at, reference)
            looked_at = of_patients(looked_at, patients)
        marked = looked_at.claims.with_columns(pl.lit(value=True).alias("is_history"))
        looked_at = replace(
            looked_at,
            claims=marked,
            syntax_faults=SYNTAX_FAULTS.empty(),
            has_history=any(entry.claims for entry in past_files),
        )
        current = concat([current, looked_at])
        current = replace(current, history_pairs=pairs)
    batch = prepare(current, settings)
    report = _report(batch, reference, edits, settings, [*files, *past_files], progress)
    return replace(report, notes=past.notes)


def pairs_of(batch: Batch, reference: Reference) -> pl.DataFrame:
    """What claims of whole patients show (`cleanclaim.derived.claims.pairs_shown`), whatever the order in which they were read."""
    return pairs_shown(Claims(renumbered(batch).batch, reference))


@dataclass(frozen=True, slots=True)
class Earlier:
    """Earlier claims that are looked back at and never reported on.

    Attributes:
        paths: files, folders and histories.
        but: hashes of the files that are checked: their claims are left out of a history that has them already.
    """

    paths: tuple[str | Path, ...] = ()
    but: frozenset[str] = frozenset()

    @classmethod
    def before(cls, inputs: Iterable[str | Path], paths: Iterable[str | Path]) -> Earlier:
        """Those of some paths that are not the inputs themselves."""
        given = tuple(paths)
        if not _histories(given):
            return cls(given)
        named = [Path(path) for path in inputs if not is_stream(path)]
        return cls(given, frozenset(digest for path in named for digest in _digests(path)))

    def read(
        self,
        files: list[FileRead],
        patients: pl.Series,
        first_key: int,
        *,
        counts_all: bool = False,
        skip: int = 0,
        at_once: int = CLAIMS_AT_ONCE,
    ) -> Iterator[Batch]:
        """The claims of some patients, and of all others if they are counted; `files` is filled as they are read."""
        past = Past(patients, self.but, counts_all)
        return read(self.paths, files, first_key, form=False, skip=skip, at_once=at_once, past=past)

    @property
    def notes(self) -> tuple[str, ...]:
        """What the reader must know of it: which of the inputs are in a history already."""
        known = [
            added.name
            for history in _histories(self.paths)
            for added in _files_of(history)
            if added.sha256 in self.but
        ]
        if not known:
            return ()
        return (
            f"In the history already, and not looked back at: {', '.join(known[:_FEW])}"
            + (f" and {len(known) - _FEW} more" if len(known) > _FEW else "")
            + ".",
        )


def _histories(paths: Iterable[str | Path]) -> list[Path]:
    return [Path(path) for path in paths if not is_stream(path) and is_history(Path(path))]


def _files_of(history: Path) -> list[Added]:
    """What was added to a history; nothing where it is damaged, which reading it tells."""
    try:
        return ledger_of(history).files
    except UnreadableFile:
        return []


def _digests(path: Path) -> Iterator[str]:
    """The hashes of the files below an input; of none that cannot be read, which reading it tells."""
    with suppress(OSError):
        for file in files_below(path):
            with suppress(OSError):
                yield digest_of(file)


def prepare(batch: Batch, settings: Settings) -> Batch:
    """Fill what is the same for every reader: the payer class, and the day on which a claim is judged."""
    payer_class = pl.lit(settings.payer_class) if settings.payer_class else _payer_class()
    as_of = (
        pl.lit(settings.as_of)
        if settings.as_of
        else pl.coalesce("as_of", "submitted_date", pl.lit(_today()))
    )
    claims = batch.claims.with_columns(
        payer_class.alias("payer_class"), as_of.cast(pl.Date).alias("as_of")
    )
    if settings.policy_state:
        state = pl.coalesce("policy_state", pl.lit(settings.policy_state))
        claims = claims.with_columns(state.alias("policy_state"))
    if settings.adopts:
        claims = claims.with_columns(_rules_of(settings.adopts).alias("rules_of"))
    return replace(batch, claims=claims)


@cache
def _payer_class() -> pl.Expr:
    """As the claim tells it, else by its claim filing code."""
    classes = load_set("claim_filing")
    known = dict(zip(classes["code"], classes["payer_class"], strict=True))
    told = pl.col("claim_filing_code").replace_strict(known, default=None, return_dtype=pl.String)
    return pl.coalesce("payer_class", told, pl.lit("unknown"))


def _rules_of(adopts: Mapping[str, str]) -> pl.Expr:
    """Whose rules bind a claim whose payer adopted them: by payer id, then by payer class."""
    names = dict(adopts)
    return pl.coalesce(
        "rules_of",
        *(
            pl.col(by).replace_strict(names, default=None, return_dtype=pl.String)
            for by in ("payer_id", "payer_class")
        ),
    )


def _today() -> date:
    """The user's own day, for claims that tell no day themselves."""
    return datetime.now().astimezone().date()


def whole_patients(batch: Batch, at_once: int = CLAIMS_AT_ONCE) -> Iterator[Batch]:
    """The batch in groups of whole patients; faults of form that lie in no claim stand with the first.

    Args:
        batch: all claims.
        at_once: about how many claims a group holds.

    Yields:
        Groups; no patient is in two of them.
    """
    groups = -(-batch.claims.height // at_once)
    if groups <= 1:
        yield batch
        return
    batch = in_order(batch)
    number = (batch.claims["patient_key"].fill_null(0) % groups).to_numpy()
    has_history = batch.has_history or bool(batch.claims["is_history"].any())
    history_pairs = batch.history_pairs
    frames = batch.frames()
    of_row = {name: numbers_of(frame, batch.claims, number) for name, frame in frames.items()}
    for group in range(groups):
        own = {
            name: frame.filter(pl.Series(of_row[name] == group)) for name, frame in frames.items()
        }
        yield replace(Batch.of(own), has_history=has_history, history_pairs=history_pairs)


def reported(findings: pl.DataFrame, settings: Settings) -> pl.DataFrame:
    """The findings that are hard enough to be reported."""
    told = [d.value for d in Disposition if d.rank <= settings.min_disposition.rank]
    if len(told) == len(Disposition):
        return findings
    return findings.filter(pl.col("disposition").cast(pl.String).is_in(told))


def told_once(not_checked: pl.DataFrame) -> pl.DataFrame:
    """What several groups of claims told of one table, together."""
    of_tables = pl.col("lines").is_not_null()
    by = [name for name in not_checked.columns if name != "lines"]
    merged = (
        not_checked.filter(of_tables).group_by(by, maintain_order=True).agg(pl.col("lines").sum())
    )
    return pl.concat([not_checked.filter(~of_tables), merged.select(not_checked.columns)])


def _collected(batches: Iterator[Batch], progress: Progress | None, doing: str) -> Batch:
    parts: list[Batch] = []
    done = 0
    for batch in batches:
        parts.append(batch)
        done += batch.claims.height
        if progress:
            progress(doing, done, None)
    return concat(parts)


def _checked(
    batch: Batch, reference: Reference, edits: Sequence[Edit], progress: Progress | None
) -> list[Checked]:
    """Group after group, two at once where there are several: much of the work runs outside Python's lock."""
    if batch.claims.height <= CLAIMS_AT_ONCE:
        return [check(batch, reference, edits)]
    checked: list[Checked] = []
    done = 0

    def work(group: Batch) -> tuple[int, Checked]:
        return group.claims.height, check(group, reference, edits)

    for claims, found in in_turn(work, whole_patients(batch), _AT_ONCE):
        checked.append(found)
        done += claims
        if progress:
            progress("checking", done, done / batch.claims.height)
    return checked


def _report(
    batch: Batch,
    reference: Reference,
    edits: Sequence[Edit],
    settings: Settings,
    files: Sequence[FileRead],
    progress: Progress | None,
) -> Report:
    checked = _checked(batch, reference, edits, progress)
    findings = (
        pl.concat([c.findings for c in checked]) if checked else pl.DataFrame(schema=FINDINGS)
    )
    not_checked = (
        pl.concat([c.not_checked for c in checked]) if checked else pl.DataFrame(schema=NOT_CHECKED)
    )
    kept = reported(findings, settings)
    if len(checked) > 1:
        kept = kept.sort("claim_key", nulls_last=False, maintain_order=True)
        not_checked = told_once(not_checked).sort(NOT_CHECKED_ORDER)
    return Report(
        batch,
        kept,
        not_checked,
        tuple(files),
        tuple(edits),
        reference=reference,
        failures=merged(failure for c in checked for failure in c.failures),
    )
