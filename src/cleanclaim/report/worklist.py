"""The order in which a report lists claims, and how many of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import polars as pl

from cleanclaim.edits.edit import Edit
from cleanclaim.engine.not_checked import NOT_CHECKED
from cleanclaim.failures import Failure
from cleanclaim.read import FileRead
from cleanclaim.report.result import Report, Results, Whole
from cleanclaim.verdicts import FINDINGS
from cleanclaim.verdicts.claims import CLAIMS

_DOLLARS: Final = (pl.col("at_risk_amount"), True)
_PAYER: Final = pl.coalesce("payer_name", "payer_id")
_PROVIDER: Final = pl.coalesce("rendering_npi", "billing_npi")
SORTS: Final = {
    "risk": (_DOLLARS, (pl.col("hardest"), False)),
    "hardest": ((pl.col("hardest"), False), _DOLLARS),
    "payer": ((_PAYER, False), _DOLLARS),
    "provider": ((_PROVIDER, False), _DOLLARS),
    "date": ((pl.col("from_date"), False), _DOLLARS),
    "file": (),
}
"""Orders of claims: columns, and whether the highest comes first. Ties stay in the order of the files."""
GROUPS: Final = ("claim", "edit", "payer", "provider")
"""What findings are listed under."""
_GROUP_OF_CLAIM: Final = {"payer": _PAYER, "provider": _PROVIDER}


@dataclass(frozen=True, slots=True)
class View:
    """How a report lists claims.

    Attributes:
        sort: the order, one of `SORTS`; None for the format's own.
        group_by: what findings are listed under, one of `GROUPS`; None for claims.
        limit: the most claims with findings to list; 0 for all, None for the format's own limit.
    """

    sort: str | None = None
    group_by: str | None = None
    limit: int | None = None


def arranged(results: Results, view: View) -> Results:
    """The results in another order, or only their first claims with findings.

    Findings on whole files come first. The summary still counts everything.
    """
    if view.sort in {None, "file"} and view.group_by in {None, "claim"} and not view.limit:
        return results
    return Arranged(results, view)


def whole(results: Results) -> Whole:
    """The results in memory, for formats that need all of them at once."""
    return results if isinstance(results, (Report, Arranged)) else Arranged(results, View())


@dataclass(frozen=True)
class Arranged:
    """Results in the order of a view, in memory."""

    results: Results
    view: View

    @property
    def edits(self) -> tuple[Edit, ...]:
        """The edits that ran."""
        return self.results.edits

    @property
    def files(self) -> tuple[FileRead, ...]:
        """What became of every input."""
        return self.results.files

    @property
    def summary(self) -> dict[str, Any]:
        """The counts of all claims."""
        return self.results.summary

    @property
    def is_clean(self) -> bool:
        """True if everything was checked and no finding is more severe than info."""
        return self.results.is_clean

    @property
    def unread(self) -> list[FileRead]:
        """Inputs that were not read, or not to their end."""
        return self.results.unread

    @property
    def failures(self) -> tuple[Failure, ...]:
        """Edits that failed, and groups of claims that could not be checked."""
        return self.results.failures

    @cached_property
    def claims(self) -> pl.DataFrame:
        """The claims in order; with a limit, the first ones with findings."""
        limit = self.view.limit
        is_asked = pl.col("findings") > 0 if limit else pl.lit(value=True)
        claims = _together(CLAIMS, self.results.claims_parts(), is_asked)
        keys = list(SORTS[self.view.sort or "file"])
        group = _GROUP_OF_CLAIM.get(self.view.group_by or "")
        if group is not None:
            keys.insert(0, (group, False))
        if keys:
            by, descending = zip(*keys, strict=True)
            claims = claims.sort(by, descending=descending, nulls_last=True, maintain_order=True)
        return claims.head(limit) if limit else claims

    @cached_property
    def findings(self) -> pl.DataFrame:
        """The findings of these claims, in their order; with their `group`, if there are groups."""
        keys = self.claims["claim_key"].implode()
        is_asked = pl.col("claim_key").is_in(keys) | pl.col("claim_key").is_null()
        found = _together(FINDINGS, self.results.findings_parts(), is_asked)
        group = _GROUP_OF_CLAIM.get(self.view.group_by or "", pl.lit(None, pl.String))
        rank = self.claims.select("claim_key", group.alias("group")).with_row_index("_rank")
        ranked = found.join(rank, on="claim_key", how="left", maintain_order="left")
        if self.view.group_by == "edit":
            ranked = ranked.with_columns(group=pl.col("code"))
            return ranked.sort("code", "_rank", nulls_last=False, maintain_order=True).drop("_rank")
        return ranked.sort("_rank", nulls_last=False, maintain_order=True).drop("_rank")

    @cached_property
    def not_checked(self) -> pl.DataFrame:
        """What was not checked about these claims."""
        keys = self.claims["claim_key"].implode()
        is_asked = pl.col("claim_key").is_in(keys) | pl.col("claim_key").is_null()
        return _together(NOT_CHECKED, self.results.not_checked_parts(), is_asked)

    def claims_parts(self) -> Iterator[pl.DataFrame]:
        """The claims in one part."""
        yield self.claims

    def findings_parts(self) -> Iterator[pl.DataFrame]:
        """The findings in one part."""
        yield self.findings

    def not_checked_parts(self) -> Iterator[pl.DataFrame]:
        """What was not checked in one part."""
        yield self.not_checked


def _together(
    schema: Mapping[str, pl.DataType | type[pl.DataType]],
    parts: Iterable[pl.DataFrame],
    is_asked: pl.Expr,
) -> pl.DataFrame:
    """Some rows of all parts; without parts, none."""
    return pl.concat([pl.DataFrame(schema=schema), *(part.filter(is_asked) for part in parts)])
