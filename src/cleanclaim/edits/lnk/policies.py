"""Whether a line's diagnoses support its procedure, by the coverage policies that are loaded.

A policy names procedures and, in groups, the diagnoses that it takes as a reason for them (or refuses). A local one binds in the states of its
contractor, a national one everywhere;
each says whose claims it binds. A line is supported where one policy of a kind supports it: several policies may name the same procedure for
different ends.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Final

import polars as pl

from cleanclaim.derived.availability import TABLES, covered
from cleanclaim.derived.claims import Claims
from cleanclaim.model import EVERYWHERE
from cleanclaim.model.arrays import days
from cleanclaim.model.expressions import IS_BILLING_DIAGNOSIS, IS_INSTITUTIONAL, has_modifier, in_force, names_payer
from cleanclaim.reference import Reference, starter
from cleanclaim.text.wording import worded

NOTICE_MODIFIERS: Final = ("GA", "GX", "GY", "GZ")
"""With one of these the biller expects the denial."""
KEYS: Final = ["claim_key", "line_number"]
_SUPPLY: Final = pl.lit(TABLES["coverage"].supply).alias("supply")
_POLICY: Final = [*KEYS, "procedure_code", "payer_class", "policy", "title", "kind", "release"]


@dataclass(frozen=True, slots=True)
class Judged:
    """What the policies say of lines.

    Attributes:
        unsupported: lines that no policy of a kind supports: keys, procedure_code, policy, title, kind, advisory, release.
        refused: lines with a diagnosis that a policy refuses: the same, and diagnosis_number and diagnosis_code.
        incomplete: lines whose diagnosis a policy takes only beside a second one that is missing: the same, and diagnosis_code.
        unknown_state: lines that local policies may bind, on claims that tell no state: keys, procedure_code.
        elsewhere: lines that a local policy names, but none of their state, on days for which not all local policies are loaded: keys.
        earlier_version: lines of a day before the version of the policy that is loaded: keys, policy.
    """

    unsupported: pl.DataFrame
    refused: pl.DataFrame
    incomplete: pl.DataFrame
    unknown_state: pl.DataFrame
    elsewhere: pl.DataFrame
    earlier_version: pl.DataFrame


def judged(claims: Claims, reference: Reference) -> Judged:
    """Judge all lines, once for all edits.

    Args:
        claims: the claims.
        reference: the dated tables.
    """
    kept = claims.kept.setdefault("coverage", None)
    if not isinstance(kept, Judged):
        kept = _judged(claims, reference)
        claims.kept["coverage"] = kept
    return kept


def _judged(claims: Claims, reference: Reference) -> Judged:
    lines = _lines(claims, reference)
    procedures = reference.narrow("coverage_procedures", lines["procedure_code"])
    policies = reference.narrow("coverage_policies", procedures["policy"])
    every = _named(lines, procedures, policies)
    no_state = (every["kind"] == "local") & every["state"].is_null() & ~every["policy"].is_in(_everywhere(every, reference).implode())
    somewhere = every.filter(~no_state)
    binding = _where_binding(somewhere, reference)
    listed = _listed(claims, binding, reference)
    hits = _tied(listed, binding)
    accepting = binding.filter("covered")
    local = somewhere.filter(pl.col("kind") == "local")
    earlier = policies.filter("has_earlier_version")
    among = partial(_of_any, reference)
    return Judged(
        unsupported=among("unsupported", _unsupported, accepting, hits),
        refused=among("refused", _refused, _refusing(claims, hits), binding),
        incomplete=among("incomplete", _incomplete, hits.filter("covered"), accepting, listed),
        unknown_state=every.filter(no_state).select(*KEYS, "procedure_code").unique(KEYS),
        elsewhere=among("elsewhere", partial(_elsewhere, reference), local, binding),
        earlier_version=among("earlier", _earlier, earlier, lines, procedures),
    )


def _of_any(reference: Reference, name: str, make: Callable[..., pl.DataFrame], *frames: pl.DataFrame) -> pl.DataFrame:
    """What is made of frames; where the first has no rows neither has the result, which is then made but once."""
    if frames[0].is_empty():
        empty = [frame.clear() for frame in frames]
        return reference.derived(f"nothing {name}", lambda: make(*empty))
    return make(*frames)


def _lines(claims: Claims, reference: Reference) -> pl.DataFrame:
    """The current lines that some policy, on whatever day, names."""
    names = reference.derived("procedures of policies", lambda: is_named(reference))
    place = claims.claims.select("claim_key", "payer_id", pl.coalesce("facility_state", "billing_state", "policy_state").alias("state"))
    return (
        claims.lines.lazy()
        .filter(~pl.col("is_history").fill_null(value=False), names, pl.col("from_date").is_not_null(), ~has_modifier(*NOTICE_MODIFIERS))
        .select(*KEYS, "procedure_code", "from_date", "rules_of", "payer_class")
        .join(place.lazy(), on="claim_key", how="left")
        .collect()
    )


def is_named(reference: Reference) -> pl.Expr:
    """True for lines whose procedure some policy names, on whatever day; one test for all edits, so that they share what is judged."""
    codes = reference.table("coverage_procedures")["code"].unique()
    return pl.col("procedure_code").is_in(codes.implode())


def _named(lines: pl.DataFrame, procedures: pl.DataFrame, policies: pl.DataFrame) -> pl.DataFrame:
    """Lines and policies that name their procedure on their day."""
    official = pl.col("release") != starter.NAME
    has_official = official.any().over("code", "kind")
    naming = procedures.filter(official | ~has_official).rename({"code": "procedure_code"})
    known = policies.select(pl.col("code").alias("policy"), "title", "payers", pl.col("valid_from").alias("_from"), pl.col("valid_to").alias("_to"))
    return (
        lines.join(naming, on="procedure_code")
        .filter(in_force("from_date"))
        .join(known, on="policy")
        .filter(in_force("from_date", "_from", "_to"), _binds())
        .unique([*KEYS, "policy", "group", "covered"], maintain_order=True)
    )


def _binds() -> pl.Expr:
    """True where the policy's payers are the claim's; Medicare's policies are looked at for every payer, since the finding is milder there."""
    return names_payer() | pl.col("payers").list.contains("medicare").fill_null(value=False)


def _where_binding(named: pl.DataFrame, reference: Reference) -> pl.DataFrame:
    """National policies, and local ones in their states or in every state."""
    national = named.filter(pl.col("kind") != "local")
    local = named.filter(pl.col("kind") == "local")
    if local.is_empty() or "coverage_states" not in reference.names():
        return national
    states = reference.narrow("coverage_states", local["policy"]).select(pl.col("code").alias("policy"), "state").unique()
    is_everywhere = pl.col("policy").is_in(_everywhere(local, reference).implode())
    in_states = local.filter(~is_everywhere).join(states, on=["policy", "state"], how="semi")
    return pl.concat([national, in_states, local.filter(is_everywhere)])


def _everywhere(named: pl.DataFrame, reference: Reference) -> pl.Series:
    """The local policies that apply in every state: an organization's own, which name none."""
    local = named.filter(pl.col("kind") == "local")["policy"]
    if local.is_empty() or "coverage_states" not in reference.names():
        return pl.Series([], dtype=pl.String)
    return reference.narrow("coverage_states", local).filter(pl.col("state") == EVERYWHERE)["code"].unique()


def _listed(claims: Claims, binding: pl.DataFrame, reference: Reference) -> pl.DataFrame:
    """The lines' diagnoses that some list of a binding policy holds: keys, policy, group, covered, needs_second, diagnosis_number, diagnosis_code."""
    pointed = _reasons(claims).join(binding.select(*KEYS, "policy").unique(), on=KEYS)
    lists = reference.narrow("coverage_diagnoses", pointed["diagnosis_code"]).rename({"code": "diagnosis_code"})
    return (
        pointed.join(lists, on=["diagnosis_code", "policy"])
        .filter(in_force("from_date"))
        .select(*KEYS, "policy", "group", "covered", "needs_second", "diagnosis_number", "diagnosis_code")
    )


def _reasons(claims: Claims) -> pl.DataFrame:
    """The diagnoses that may be the reason for a line: those it points at; all of the claim on an institutional one, whose lines have no pointers."""
    said = (*KEYS, "diagnosis_number", "diagnosis_code", "from_date")
    pointed = claims.line_diagnoses.filter(pl.col("icd_version") == 10).select(said)
    institutional = claims.lines.filter(IS_INSTITUTIONAL)
    if institutional.is_empty():
        return pointed
    of_claim = claims.diagnoses.filter(pl.col("icd_version") == 10, IS_BILLING_DIAGNOSIS | (pl.col("diagnosis_type") == "reason_for_visit"))
    every = institutional.select(*KEYS, "from_date").join(of_claim.select("claim_key", "diagnosis_number", "diagnosis_code"), on="claim_key").select(said)
    return pl.concat([pointed, every])


def _tied(listed: pl.DataFrame, binding: pl.DataFrame) -> pl.DataFrame:
    """Those in a list that the policy ties to the line's procedure, with and_group and advisory."""
    ties = binding.select(*KEYS, "policy", "group", "covered", "and_group", "advisory")
    return listed.join(ties, on=[*KEYS, "policy", "group", "covered"])


def _unsupported(covered: pl.DataFrame, hits: pl.DataFrame) -> pl.DataFrame:
    by_kind = [*KEYS, "kind"]
    supported = hits.filter("covered").join(covered.select(*_POLICY).unique(), on=[*KEYS, "policy"]).select(by_kind)
    return (
        covered.join(supported, on=by_kind, how="anti", maintain_order="left")
        .group_by(by_kind, maintain_order=True)
        .agg(pl.col("procedure_code", "payer_class", "policy", "title", "release", "payers").first(), pl.col("advisory").any())
    )


def _refusing(claims: Claims, hits: pl.DataFrame) -> pl.DataFrame:
    """The hits in lists of refused diagnoses; none for an institutional line that another diagnosis of the claim supports, since nothing says which is meant."""
    institutional = claims.lines.filter(IS_INSTITUTIONAL).select(KEYS)
    supported = hits.filter("covered").join(institutional, on=KEYS, how="semi")
    return hits.filter(~pl.col("covered")).join(supported, on=KEYS, how="anti")


def _refused(hits: pl.DataFrame, binding: pl.DataFrame) -> pl.DataFrame:
    listed = binding.filter(~pl.col("covered")).select(*_POLICY, "group", "payers").unique()
    return hits.join(listed, on=[*KEYS, "policy", "group"]).unique([*KEYS, "diagnosis_number"], maintain_order=True)


def _incomplete(hits: pl.DataFrame, covered: pl.DataFrame, listed: pl.DataFrame) -> pl.DataFrame:
    """Lines that only a list supports which asks for a second diagnosis, and that one is missing."""
    by = [*KEYS, "policy"]
    groups = listed.filter("covered").group_by(by).agg(pl.col("group").unique().alias("_groups"), pl.col("diagnosis_number").n_unique().alias("_pointed"))
    judged_hits = hits.join(groups, on=by).with_columns(
        (pl.col("and_group").is_not_null() & ~pl.col("_groups").list.contains(pl.col("and_group")).fill_null(value=False)).alias("_lacks_group"),
        (pl.col("needs_second") & (pl.col("_pointed") < 2)).alias("_lacks_second"),
    )
    lacks = pl.col("_lacks_group") | pl.col("_lacks_second")
    alone = (
        judged_hits.with_columns(lacks.alias("_lacks"))
        .filter(pl.col("_lacks").all().over(KEYS))
        .unique(KEYS, maintain_order=True)
        .select(*by, "diagnosis_code", pl.col("_lacks_group"))
    )
    told = covered.select(*_POLICY, "payers").unique(by, maintain_order=True)
    return alone.join(told, on=by)


def _elsewhere(reference: Reference, local: pl.DataFrame, binding: pl.DataFrame) -> pl.DataFrame:
    known = covered(days(local["from_date"]), reference.whole("coverage_procedures"))
    met = binding.filter(pl.col("kind") == "local").select(KEYS)
    return local.filter(pl.Series(~known)).join(met, on=KEYS, how="anti").select(KEYS).unique()


def _earlier(versions: pl.DataFrame, lines: pl.DataFrame, procedures: pl.DataFrame) -> pl.DataFrame:
    """Lines of days before the version that is loaded of a policy which had earlier ones."""
    named = procedures.select(pl.col("code").alias("procedure_code"), "policy", "kind").unique()
    began = versions.group_by(pl.col("code").alias("policy")).agg(pl.col("valid_from").min().alias("_began"))
    return (
        lines.join(named, on="procedure_code")
        .join(began, on="policy")
        .filter(pl.col("from_date") < pl.col("_began"))
        .select(*KEYS, "policy", "kind", "_began")
        .unique()
    )


NOT_SUPPORTED: Final = (
    "Check the record for the reason for the service and point at that diagnosis."
    " If the policy doesn't cover it, get a signed ABN and add modifier GA; otherwise you can't bill the patient."
)
"""What to do about a diagnosis that doesn't support a service, for Medicare."""
_OTHERS: Final = (
    "Check the record for the reason for the service, and this payer's own policy. If it doesn't cover the service, ask for authorization before giving it."
)


def advice(medicare: str) -> pl.Expr:
    """What to do: for Medicare as given; other payers' patients get no ABN."""
    is_other = (pl.col("payer_class") != "medicare").fill_null(value=False)
    return pl.when(is_other).then(pl.lit(_OTHERS)).otherwise(pl.lit(medicare)).alias("suggestion")


def told(judgement: Judged, kind: str) -> pl.DataFrame:
    """The lines that no policy of one kind supports, as findings; a warning where the list only guides."""
    return judgement.unsupported.filter(pl.col("kind") == kind).select(
        *KEYS,
        "procedure_code",
        "policy",
        "title",
        pl.when("advisory").then(pl.lit("this list only guides: the policy's own text decides")).alias("caution"),
        "release",
        pl.when("advisory").then(pl.lit("warn")).alias("disposition"),
        advice(NOT_SUPPORTED),
    )


def untold(judgement: Judged, kind: str) -> pl.DataFrame:
    """What could not be told of lines by policies of one kind, as rows of `not_checked`.

    Args:
        judgement: what `judged` returned.
        kind: local or national.

    Returns:
        Rows: claim_key, line_number, reason, supply, table; of lines that a policy may bind.
    """
    of_kind = judgement.earlier_version.filter(pl.col("kind") == kind)
    began = worded("the version of {} that is loaded began on {}", "policy", "_began")
    parts = [of_kind.select(*KEYS, began.alias("reason"), _SUPPLY)]
    if kind == "local":
        elsewhere = pl.lit("the local policies of the claim's state are not loaded")
        nowhere = pl.lit("the claim has no state, so it isn't known which local policies apply")
        state = pl.lit("the state in the claim's addresses, or --policy-state")
        parts += [
            judgement.elsewhere.select(*KEYS, elsewhere.alias("reason"), _SUPPLY),
            judgement.unknown_state.select(*KEYS, nowhere.alias("reason"), state.alias("supply")),
        ]
    return pl.concat(parts).with_columns(pl.lit("coverage").alias("table"))
