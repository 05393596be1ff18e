"""The grammar of code references, case by case and over every note of the tabular list."""

from __future__ import annotations

from typing import get_args

import polars as pl
import pytest

from cleanclaim.reference import Reference
from cleanclaim.reference.notes import BINDING, CodeList, Status, parse
from cleanclaim.text.wording import worded


@pytest.fixture(scope="module")
def codes(reference: Reference) -> CodeList:
    nodes = reference.table("icd10cm_tabular").filter(~pl.col("kind").is_in(["chapter", "section"]))
    return CodeList(nodes["code"])


def targets_of(text: str, codes: CodeList) -> str:
    """The targets in one line: prefixes, with @position=characters if one is restricted."""
    status, targets = parse(text, codes)
    if status != "parsed":
        assert targets == []
        return status
    return " ".join(
        t.prefix + (f"@{t.position}={t.characters}" if t.position else "") for t in targets
    )


def parse_report(notes: pl.DataFrame) -> pl.DataFrame:
    """How many notes of each kind were parsed, and the texts of those that weren't."""
    counts = [(pl.col("status") == status).sum().alias(status) for status in get_args(Status)]
    where = worded("{}: {}", "code", "text")
    return (
        notes.filter(pl.col("kind").is_in(BINDING))
        .group_by("kind")
        .agg(
            pl.col("container").n_unique().alias("containers"),
            pl.len().alias("notes"),
            *counts,
            where.filter(pl.col("status") == "unparsed").alias("unparsed_texts"),
        )
        .sort("kind")
    )


CASES = [
    # one code, with and without dash
    ("tuberculous peritonitis (A18.31)", "A1831"),
    ("human immunodeficiency virus [HIV] disease (B20)", "B20"),
    ("bacterial foodborne intoxications (A05.-)", "A05"),
    ("fracture of femur (S72.0-)", "S720"),
    ("multiple sclerosis (G35-)", "G35"),
    ("other scrotum (D29.2.-)", "D292"),
    ("blank at the end (P03.82 )", "P0382"),
    ("poisoning, of any code below (code T80.22-)", "T8022"),
    # ranges
    ("salmonella (A04.0-A04.4)", "A040 A041 A042 A043 A044"),
    ("cerebrovascular diseases (I60-I63)", "I60 I61 I62 I63"),
    ("embolism (I63.3-I63.5-)", "I633 I634 I635"),
    ("myocardial infarction (I21.0-I21.B)", "I210 I211 I212 I213 I214 I219 I21A I21B"),
    ("injuries of head (S00 - S02)", "S00 S01 S02"),
    ("neck (S12.0--S12.3.-)", "S120 S121 S122 S123"),
    ("syndactyly (Q70.0- -Q70.3-)", "Q700 Q701 Q702 Q703"),
    ("rheumatic (I01.0 -I01.9)", "I010 I011 I012 I018 I019"),
    ("arthritis (M05.00 to M05.03)", "M0500 M0501 M0502 M0503"),
    ("a last code inside a subcategory (Z18.01-Z18.10)", "Z1801 Z1809 Z1810"),
    ("two dashed codes without their comma (I69.01-I69.11-)", "I6901 I6911"),
    ("a section with a letter (D37-D41)", "D37 D38 D39 D3A D40 D41"),
    # lists
    ("melanoma (C43.1-, C44.1-)", "C431 C441"),
    ("no blank (C43.2-,C44.2-)", "C432 C442"),
    ("semicolon (J00-J02; J20-J21)", "J00 J01 J02 J20 J21"),
    ("point for a comma (I60.-. I61.-, I62.-)", "I60 I61 I62"),
    ("a comma too many (K50.014, K50.114,)", "K50014 K50114"),
    ("and between ranges (A00-A02 and T80-T81, T88.8)", "A00 A01 A02 T80 T81 T888"),
    ("two groups (A41.9) following abortion (O08.82)", "A419 O0882"),
    # positions
    ("open fracture of skull (S02.- with 7th character B)", "S02@7=B"),
    ("open (S42.- with 7th character B or C)", "S42@7=BC"),
    ("no blank before with (S92.-with 7th character B)", "S92@7=B"),
    ("loss of consciousness (S06.0X- with seventh character S)", "S060X@7=S"),
    ("pedestrian (V01-V02 with 5th character 9)", "V01@5=9 V02@5=9"),
    ("hyphen (A37 with fifth-character 1)", "A37@5=1"),
    ("salicylates (T39.0-, with sixth character 1-4)", "T390@6=1234"),
    ("a dot before (F10-F11 with 5th character .6)", "F10@5=6 F11@5=6"),
    ("no parentheses around with (T39.0-) with sixth character 6", "T390@6=6"),
    # the intent of a drug code: the sixth character, or the fifth if there are only five
    ("adverse effect (T36 with fifth or sixth character 5)", "T36@6=5 T3695"),
    ("typing error (T36 with fifth or six character 5)", "T36@6=5 T3695"),
    ("a range and one more (T41.4- with fifth or sixth character 1-4 or 6)",
     "T414@6=12346 T4141 T4142 T4143 T4144 T4146"),
    ("some intent (T51 with fifth or sixth character to indicate intent)", "T51"),
    # endings
    ("diabetes with gangrene (E08-E09 with .52)", "E0852 E0952"),
    ("diabetes (E08-E09 with .51-.52)", "E0851 E0852 E0951 E0952"),
    ("psychosis (F10-F11, with .150, .250)", "F10150 F10250 F11150 F11250"),
    ("coma (E08, E11 with final characters .00 or .01)", "E0800 E0801 E1100 E1101"),
    ("sequela, but not I69.23 itself (I69.2 with final characters -23)", "I69223"),
    ("underdosing (T36.0-T36.1 with final character 6)", "T360X6 T361X6"),
    # without parentheses
    ("torticollis NOS M43.6", "M436"),
    ("conditions classified to Q67.0-Q67.2", "Q670 Q671 Q672"),
    ("intestinal obstruction classifiable to K56.-", "K56"),
    ("acquired absence of knee joint (Z89.52-", "Z8952"),
    ("electrolyte imbalance (E87.8}", "E878"),
    ("in subcategories S06.1- to S06.3-, and S06.81- to S06.82-, code to that injury",
     "S061 S062 S063 S0681 S0682"),
    ("leukemia in remission C91.0-C91.1 with 5th character 1", "C910@5=1 C911@5=1"),
    # nothing to enforce
    ("angiostrongyliasis due to:", "heading"),
    ("code, if applicable, for codes G31.0-G31.83, to identify:", "heading"),
    ("confirmed infection - code to infection", "prose"),
    ("diabetic acidosis - see categories E08-E10, E11, E13 with ketoacidosis", "prose"),
    ("vitamin B12 deficiency", "prose"),
    ("chronic (ischemic) disease", "prose"),
    ("open fracture (S52.- with open fracture 7th character)", "unparsed"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), CASES, ids=[text for text, _ in CASES])
def test_a_note_names_these_codes(codes: CodeList, text: str, expected: str) -> None:
    assert targets_of(text, codes) == expected


def test_every_excludes1_note_is_counted(reference: Reference) -> None:
    report = parse_report(reference.table("icd10cm_notes"))
    row = report.row(by_predicate=pl.col("kind") == "excludes1", named=True)
    assert (row["containers"], row["notes"]) == (2_644, 5_407)
    assert row["parsed"] + row["heading"] + row["prose"] + row["unparsed"] == 5_407
    assert (row["parsed"], row["heading"], row["prose"]) == (5_277, 54, 75)
    assert row["unparsed_texts"] == [
        "S51: open fracture of elbow and forearm (S52.- with open fracture 7th character)"
    ]


def test_containers_and_notes_are_those_of_the_xml(reference: Reference) -> None:
    report = parse_report(reference.table("icd10cm_notes"))
    assert dict(report.select("kind", "containers").iter_rows()) == {
        "code_also": 320,
        "code_first": 363,
        "excludes1": 2_644,
        "excludes2": 1_165,
        "use_additional": 844,
    }
    summed = report.with_columns(pl.sum_horizontal("parsed", "heading", "prose", "unparsed"))
    assert summed["parsed"].to_list() == report["notes"].to_list()
    assert report["unparsed"].sum() == 1


def test_no_excludes1_note_in_parentheses_is_treated_as_prose(reference: Reference) -> None:
    """A reference in parentheses that isn't understood must be counted, not skipped."""
    notes = reference.table("icd10cm_notes")
    skipped = notes.filter(
        pl.col("kind").is_in(["excludes1", "excludes2", "code_first", "use_additional"]),
        pl.col("status").is_in(["prose", "heading"]),
        pl.col("text").str.contains(r"\([A-Z][0-9][0-9A-Z](\.|-|\)|,)"),
    )
    assert skipped["text"].to_list() == []


def test_every_target_leads_to_a_code(reference: Reference) -> None:
    """All except endings that a list names but that don't exist."""
    billable = reference.table("icd10cm")["code"].unique().to_frame()
    reached = pl.concat(
        [billable.select(pl.col("code").str.slice(0, n).alias("prefix")) for n in range(3, 8)]
    ).unique()
    lost = reference.table("icd10cm_note_targets").join(reached, on="prefix", how="anti")
    # Some don't exist for every drug (F17.14), and G31.90 is the publisher's typo.
    of_drugs = lost.filter(pl.col("prefix").str.contains("^F1[0-9]"))
    assert of_drugs["note_id"].n_unique() == 6
    assert lost.filter(~pl.col("prefix").str.contains("^F1[0-9]"))["prefix"].to_list() == ["G3190"]


def test_notes_under_a_heading_have_it(reference: Reference) -> None:
    notes = reference.table("icd10cm_notes")
    using = notes.filter(pl.col("code") == "E11", pl.col("kind") == "use_additional")
    assert using.filter(pl.col("text").str.starts_with("insulin"))["heading"].to_list() == [
        "code to identify control using:"
    ]
    assert notes.filter(pl.col("status") == "heading", pl.col("text").str.ends_with("-")).is_empty()


@pytest.mark.parametrize(
    ("code", "kind", "is_exhaustive"),
    [
        ("E11", "use_additional", True),  # control using insulin, oral drugs …
        ("F02", "code_first", False),  # the underlying physiological condition, such as
        ("J17", "code_first", False),  # underlying disease, such as
    ],
)
def test_a_box_that_leaves_something_open_is_marked(
    reference: Reference, code: str, kind: str, *, is_exhaustive: bool
) -> None:
    notes = reference.table("icd10cm_notes").filter(pl.col("code") == code, pl.col("kind") == kind)
    assert not notes.is_empty()
    assert notes["is_exhaustive"].unique().to_list() == [is_exhaustive]
