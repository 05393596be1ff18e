"""How claims are judged: a run's settings, and what they change in claims and findings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import cache

import polars as pl

from cleanclaim.derived.claim_table import payer_finder
from cleanclaim.edits.edit import Disposition
from cleanclaim.errors import ConfigError
from cleanclaim.model import PAYER_CLASSES, PROGRAMMES, Batch, is_state
from cleanclaim.payers.tables import RULES
from cleanclaim.reference import Reference
from cleanclaim.reference.sets import load_set


@dataclass(frozen=True, slots=True)
class Settings:
    """How claims are judged.

    Attributes:
        payer_class: the payer class of every claim; None to take it from the claim (SBR09).
        as_of: the day as of which claims are judged; None for the day each was sent.
        min_disposition: the mildest disposition to report.
        adopts: payers (by payer id or payer class) and whose rules they adopted: medicare or
            medicaid.
        policy_state: the state whose local coverage policies apply to claims without a state.
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


def prepare(batch: Batch, settings: Settings, reference: Reference | None = None) -> Batch:
    """Fill in what doesn't depend on the reader: the payer class, the day to judge the claim by, and whose rules the payer adopted.

    Args:
        batch: the claims as read.
        settings: how claims are judged.
        reference: the dated tables, for programs that payer packs say were adopted; None if no rules are applied.
    """
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
    if reference is not None:
        claims = _adopted(claims, reference)
    return replace(batch, claims=claims)


def _adopted(claims: pl.DataFrame, reference: Reference) -> pl.DataFrame:
    """The claims with the programs that their payers' packs say were adopted, unless the settings say otherwise."""
    adopted = reference.derived(
        "adopted programs",
        lambda: reference.table(RULES).filter(
            kind="adopted_programs", confidence="high", is_contested=False
        ),
    )
    if adopted.is_empty():
        return claims
    packs = payer_finder(reference).packs_of(claims)
    own = claims.select("claim_key", "payer_class", "from_date").hstack(packs)
    rows = adopted.select(
        pl.col("code").alias("payer_pack"), "program", "valid_from", "valid_to", "payer_classes"
    )
    is_bound = pl.col("payer_classes").list.contains(pl.col("payer_class")).fill_null(value=True)
    met = (
        own.join(rows, on="payer_pack")
        .filter(pl.col("from_date").is_between("valid_from", "valid_to"), is_bound)
        .unique("claim_key", keep="first", maintain_order=True)
        .select("claim_key", "program")
    )
    joined = claims.join(met, on="claim_key", how="left", maintain_order="left")
    return joined.with_columns(pl.coalesce("rules_of", "program").alias("rules_of")).drop("program")


@cache
def _payer_class() -> pl.Expr:
    """The claim's own payer class, else the one for its claim filing code."""
    classes = load_set("claim_filing")
    known = dict(zip(classes["code"], classes["payer_class"], strict=True))
    by_code = pl.col("claim_filing_code").replace_strict(
        known, default=None, return_dtype=pl.String
    )
    return pl.coalesce("payer_class", by_code, pl.lit("unknown"))


def _rules_of(adopts: Mapping[str, str]) -> pl.Expr:
    """The rules that the claim's payer adopted, looked up by payer id, then by payer class."""
    names = dict(adopts)
    return pl.coalesce(
        "rules_of",
        *(
            pl.col(by).replace_strict(names, default=None, return_dtype=pl.String)
            for by in ("payer_id", "payer_class")
        ),
    )


def _today() -> date:
    """Today in the user's time zone, for claims without a date."""
    return datetime.now().astimezone().date()


def at_least(findings: pl.DataFrame, settings: Settings) -> pl.DataFrame:
    """The findings that are severe enough to report."""
    reported = [d.value for d in Disposition if d.rank <= settings.min_disposition.rank]
    if len(reported) == len(Disposition):
        return findings
    return findings.filter(pl.col("disposition").cast(pl.String).is_in(reported))
