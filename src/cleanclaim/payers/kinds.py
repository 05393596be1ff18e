"""The tables of a payer pack, and what each of their columns holds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

Form = Literal[
    "text", "day", "source day", "codes", "places", "modifiers", "states", "classes", "filing",
    "types", "whole number", "percent", "limit", "period", "choice",
]  # fmt: skip
"""What a cell holds: see `cleanclaim.payers.cells`."""
CONSEQUENCES: Final = ("reject", "return", "deny-claim", "deny-line", "suspend", "warn", "info")
"""What the payer does if a row is broken, hardest first; the dispositions of edits."""
CONFIDENCES: Final = ("high", "medium", "low")
CLAIM_TYPES: Final = ("professional", "institutional", "dental")


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a pack's tables.

    Attributes:
        name: its name in the header.
        form: what its cells hold.
        meaning: what it means, in one sentence.
        required: True if every row needs a value.
        choices: the values that it can have, for the form "choice".
    """

    name: str
    form: Form
    meaning: str
    required: bool = False
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Kind:
    """A table of a pack.

    Attributes:
        name: its name, and that of its file without `.csv`.
        edit: the edit that applies its rows; empty for a table that changes how claims are judged.
        meaning: what a row says.
        columns: its own columns; `COMMON` follows them.
        one_of: columns of which each row needs at least one.
    """

    name: str
    edit: str
    meaning: str
    columns: tuple[Column, ...]
    one_of: tuple[str, ...] = ()

    @property
    def every_column(self) -> dict[str, Column]:
        """The columns that the file may have, by name."""
        return {column.name: column for column in (*self.columns, *COMMON)}


COMMON: Final = (
    Column("key", "text", "The row's name in the pack; a row of yours with the same key replaces one that comes with cleanclaim.", required=True),
    Column("policy", "text", "The payer's name or number for the rule.", required=True),
    Column("section", "text", "Where in the policy."),
    Column("source", "text", "Where you read it: a key of [sources] in pack.toml, or its title.", required=True),
    Column("source_date", "source day", "When that was published: YYYY, YYYY-MM or YYYY-MM-DD. Blank: the date in pack.toml, or undated."),
    Column("valid_from", "day", "The first date of service. Blank: no start."),
    Column("valid_to", "day", "The last date of service. Blank: no end."),
    Column("confidence", "choice", "How sure the row is. Below high it never gives more than a warning.", required=True, choices=CONFIDENCES),
    Column("consequence", "choice", "What the payer does.", required=True, choices=CONSEQUENCES),
    Column("payer_classes", "classes", "The lines of business that it binds. Blank: those in pack.toml."),
    Column("filing_codes", "filing", "The claim filing indicators (SBR09) that it binds, such as 16. Blank: any."),
    Column("states", "states", "The states of the provider that it binds. Blank: every state."),
    Column("claim_types", "types", "professional, institutional or dental. Blank: all."),
    Column("note", "text", "What else a reader should know; the finding says it."),
)  # fmt: skip
_CODES: Final = Column(
    "codes",
    "codes",
    "Procedure codes, ranges such as 99241-99245, or @name of a list in code_lists.csv.",
)
_MODIFIERS: Final = Column("modifiers", "modifiers", "Only for lines with one of these modifiers.")
_PLACES: Final = Column("places", "places", "Only for lines with one of these places of service.")
_WITH: Final = Column(
    "with_codes",
    "codes",
    "Only if one of these codes is billed by the same provider on the same day.",
)
_INSTEAD: Final = Column("instead", "text", "What to bill instead.")

KINDS: Final = {
    kind.name: kind
    for kind in (
        Kind(
            "filing_limits", "PAY102", "How long after the service a claim may be filed.",
            (
                Column("limit", "limit", "90 days, 12 months, 1 year, end of month +6 (the sixth month after), or end of year +1.", required=True),
                Column("counted_from", "choice", "from_date or to_date (default).", choices=("from_date", "to_date")),
                Column("network", "choice", "in or out, if the limit depends on it; a claim doesn't say.", choices=("in", "out")),
                Column("weekends", "choice", "extend, if a limit that ends on a weekend ends on the Monday.", choices=("extend",)),
            ),
        ),
        Kind("not_payable", "PAY103", "A code that the payer doesn't pay.", (_CODES, _MODIFIERS, _PLACES, _INSTEAD), ("codes", "modifiers")),
        Kind(
            "modifier_rules", "PAY104", "A modifier that the payer wants or refuses.",
            (
                _CODES,
                Column("rule", "choice", "one_of, first (one must come first) or none_of.", required=True, choices=("one_of", "first", "none_of")),
                Column("modifiers", "modifiers", "The modifiers.", required=True),
                _PLACES,
            ),
            ("codes", "places"),
        ),
        Kind(
            "place_of_service", "PAY105", "Where a service may or may not be done.",
            (
                _CODES,
                _MODIFIERS,
                Column("rule", "choice", "allowed: only these places; not_allowed: none of them.", required=True, choices=("allowed", "not_allowed")),
                Column("places", "places", "The places of service.", required=True),
            ),
            ("codes", "modifiers"),
        ),
        Kind(
            "bundling", "PAY106", "A code that the payer doesn't pay next to another.",
            (
                Column("codes", "codes", "The codes that aren't paid.", required=True),
                Column("with_codes", "codes", "The codes, same provider and day, that include them.", required=True),
                Column("unless_modifiers", "modifiers", "Modifiers on the line that lift the rule. Blank: none does."),
            ),
        ),
        Kind(
            "authorization", "PAY107", "A code that needs a number from the payer.",
            (
                _CODES,
                _MODIFIERS,
                _PLACES,
                Column("number", "choice", "prior_authorization (default) or referral.", choices=("prior_authorization", "referral")),
            ),
            ("codes", "modifiers", "places"),
        ),
        Kind(
            "frequency", "PAY108", "How often a service is paid.",
            (
                Column("codes", "codes", "Procedure codes; each is counted alone.", required=True),
                Column("most", "whole number", "How many times.", required=True),
                Column("period", "period", "day, calendar_year, lifetime, days:N or months:N (N full months must pass).", required=True),
            ),
        ),
        Kind(
            "documentation", "PAY109", "What must come with the claim.",
            (
                _CODES,
                _MODIFIERS,
                _WITH,
                Column("proof", "choice", "attachment, line_note or ndc: what the claim must have.", required=True, choices=("attachment", "line_note", "ndc")),
                Column("wanted", "text", "What the payer wants, such as the operative report."),
            ),
            ("codes", "modifiers"),
        ),
        Kind(
            "substitutions", "PAY110", "A code in place of which the payer wants another.",
            (
                Column("codes", "codes", "The codes that it doesn't want.", required=True),
                _MODIFIERS,
                _PLACES,
                Column("instead", "text", "What it wants.", required=True),
            ),
        ),
        Kind(
            "fee_rules", "PAY111", "What the payer pays, if that isn't its usual fee.",
            (
                _CODES,
                _MODIFIERS,
                _PLACES,
                _WITH,
                Column("percent", "percent", "The share of the usual fee."),
                Column("effect", "text", "What happens, in your words.", required=True),
            ),
            ("codes", "modifiers"),
        ),
        Kind(
            "adopted_programs", "", "Whose rules the payer adopted: claims to it are judged by them.",
            (Column("program", "choice", "medicare or medicaid.", required=True, choices=("medicare", "medicaid")),),
        ),
    )
}  # fmt: skip
"""The tables by name."""
CODE_LISTS: Final = "code_lists"
"""The table of a pack's own lists of codes: list, code."""
