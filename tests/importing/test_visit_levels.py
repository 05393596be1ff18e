"""CMS's file of practitioners by provider and service: the sums of visits by specialty."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from cleanclaim.audit.peers import visits_by_specialty, visits_imported
from cleanclaim.errors import InputError
from cleanclaim.importing import import_files
from cleanclaim.reference import Reference
from cleanclaim.reference.store import Store

HEADER = "Rndrng_NPI,Rndrng_Prvdr_Type,HCPCS_Cd,HCPCS_Desc,Place_Of_Srvc,Tot_Srvcs\n"
ROWS = (
    '1,Family Practice,99213,"Office visit, established",O,"1,200.5"\n'
    "2,Family Practice,99213,x,F,300\n"
    "2,Family Practice,99214,x,O,80\n"
    "3,Cardiology,99214,x,O,40\n"
    "3,Cardiology,93000,x,O,4000\n"
)
NAME = "MUP_PHY_R25_P05_V20_D23_Prov_Svc.csv"


def imported(folder: Path, text: str, name: str = NAME) -> tuple[Reference, tuple[str, ...]]:
    (folder / name).write_text(text)
    store = Store(folder / "store")
    done = import_files([folder / name], store)
    return Reference.load(store=store.path), done.refused


def test_visits_are_summed_by_specialty(tmp_path: Path) -> None:
    reference, refused = imported(tmp_path, HEADER + ROWS)
    assert refused == ()
    expected = {"Family Practice": {"99213": 1500.5, "99214": 80}, "Cardiology": {"99214": 40}}
    assert visits_imported(reference) == expected == visits_by_specialty(tmp_path / NAME)
    days = reference.table("visit_levels")["valid_from"].unique().to_list()
    assert days == [date(2023, 1, 1)]


def test_the_last_year_counts(tmp_path: Path) -> None:
    imported(tmp_path, HEADER + ROWS)
    later = HEADER + "1,Family Practice,99215,x,O,7\n"
    reference, _ = imported(tmp_path, later, NAME.replace("D23", "D24"))
    assert visits_imported(reference) == {"Family Practice": {"99215": 7}}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (HEADER + "1,Family Practice,99213,x,O,many\n", "row 2: found 'many', expected a number in Tot_Srvcs"),
        (HEADER + "1,Cardiology,93000,x,O,4\n", "expected rows with visit codes such as 99213"),
    ],
)  # fmt: skip
def test_what_is_not_as_expected_is_refused(text: str, told: str, tmp_path: Path) -> None:
    _, [refused] = imported(tmp_path, text)
    assert told in refused


def test_another_file_is_no_peers(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("a,b\n1,2\n")
    with pytest.raises(InputError, match="CMS's file by provider and service"):
        visits_by_specialty(tmp_path / "a.csv")


def test_nothing_is_imported(reference: Reference) -> None:
    assert visits_imported(reference) == {}
