"""Suggestions for whole notes."""

from __future__ import annotations

from datetime import date

import pytest

import cleanclaim
from cleanclaim.errors import ConfigError, InputError
from cleanclaim.notes.suggest import INDEX, INPATIENT, Options, Suggester
from cleanclaim.notes.suggestion import CODE, NOT_CODED, Suggestion
from cleanclaim.notes.tables import rows

ON = date(2026, 5, 12)
NOTE = """CC: knee pain

HPI: Pat Example is a 60-year-old with \u201cgood\u201d health. Denies fever. Had a cold last week.

Family History: Mother - colon cancer.

ASSESSMENT AND PLAN:
1. Right knee osteoarthritis - start meloxicam 15 mg.
2. Possible gout: check uric acid.
"""


def _codes(found: list[Suggestion], kind: str) -> list[str]:
    return [one.code for one in found if one.disposition == kind]


def test_a_note(suggester: Suggester) -> None:
    """Problems are coded, the uncertain and denied aren't, with the reason."""
    found = suggester.suggest(NOTE, Options(ON))
    assert _codes(found, CODE) == ["M17.11"]
    why = {one.code: one.why for one in found if one.disposition == NOT_CODED}
    assert why["M10.9"] == "uncertain in an outpatient note"
    assert why["R50.9"] == "denied"
    assert why["C18.9"] == "family history"


def test_evidence_is_exact(suggester: Suggester) -> None:
    """Every suggestion has words of the note at its offsets."""
    for setting, mode in (("outpatient", "billing"), (INPATIENT, INDEX)):
        found = suggester.suggest("\U0001f600 " + NOTE, Options(ON, setting, mode))
        assert found
        for one in found:
            assert one.evidence
            for each in one.evidence:
                assert each.text == ("\U0001f600 " + NOTE)[each.start : each.end]


def test_inpatient_notes_code_the_uncertain(suggester: Suggester) -> None:
    """Section II.H: at discharge, a probable diagnosis is coded as if it existed."""
    assert "M10.9" in _codes(suggester.suggest(NOTE, Options(ON, INPATIENT)), CODE)


@pytest.mark.parametrize("on", [date(2019, 5, 1), date(2021, 10, 1), ON])
def test_codes_are_valid_on_the_date(suggester: Suggester, on: date) -> None:
    """A code of another year is never suggested."""
    note = "Assessment:\n1. Low back pain\n2. Headache\n3. Depression\n4. Cough\n5. CKD stage 3"
    found = suggester.suggest(note, Options(on))
    codes = set(_codes(found, CODE))
    assert ("M54.5" in codes) == (on < date(2021, 10, 1))
    assert ("M54.50" in codes) == (on >= date(2021, 10, 1))
    assert ("R05.9" in codes) == (on >= date(2021, 10, 1))


def test_the_same_note_gives_the_same_answer(suggester: Suggester) -> None:
    """Suggestions are deterministic."""
    assert suggester.suggest(NOTE, Options(ON)) == suggester.suggest(NOTE, Options(ON))


@pytest.mark.parametrize("note", ["", " \n", "....", "12345 67890", "\x00\ud83d", "a" * 5000])
def test_odd_notes_give_no_error(suggester: Suggester, note: str) -> None:
    """Text without conditions gives no codes."""
    assert _codes(suggester.suggest(note, Options(ON)), CODE) == []


def test_unknown_words_are_refused() -> None:
    """A setting or mode that doesn't exist is an error that names it."""
    with pytest.raises(ConfigError, match="setting: expected outpatient or inpatient"):
        Options(ON, "clinic")
    with pytest.raises(ConfigError, match="mode: expected billing or index"):
        Options(ON, mode="all")


def test_python_api() -> None:
    """`cleanclaim.suggest` takes a text; anything else is refused without showing it."""
    found = cleanclaim.suggest("Assessment: Gout.", on=ON)
    assert found[0].as_dict()["evidence"] == [{"start": 12, "end": 16, "text": "Gout"}]
    with pytest.raises(InputError, match="found int"):
        cleanclaim.suggest(5, on=ON)  # type: ignore[arg-type]


@pytest.mark.parametrize("on", [date(2024, 6, 1), ON])
@pytest.mark.parametrize("table", ["defaults", "history", "past", "family"])
def test_the_tables_have_codes_that_exist(suggester: Suggester, table: str, on: date) -> None:
    """Every row of the package's tables has a code that can be billed on the day."""
    coder = suggester._coder(on)
    missing = [row["code"] for row in rows(table) if not coder.first_of(tuple(row["code"].split()))]
    assert missing == []


def test_the_sites_have_codes_that_exist(suggester: Suggester) -> None:
    """Every code of the table of sites can be billed."""
    coder = suggester._coder(ON)
    codes = {one for row in rows("sites") for kind, one in row.items() if kind != "words" and one}
    assert [one for one in codes if not coder.first_of(tuple(one.split()))] == []


@pytest.mark.parametrize(
    "care", ["Rest and fluids", "Ice, rest, elevation", "Oral hydration & observation"]
)
def test_care_alone_is_no_condition(care: str) -> None:
    found = cleanclaim.suggest(f"Assessment: Gout. {care}.", on=date(2026, 5, 12))
    assert [one.code for one in found] == ["M10.9"]
