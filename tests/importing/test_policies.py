"""Coverage policies: the Medicare Coverage Database, own tables; Medicaid NCCI; the telehealth list; zips in zips."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from datetime import date
from typing import Any

import polars as pl
import pytest

import cleanclaim
from cleanclaim.edits.samples import institutional, medicare, professional
from cleanclaim.importing import Imported
from cleanclaim.importing.mcd_groups import ties
from cleanclaim.reference import Reference
from cleanclaim.reference.store import Store

Import = Callable[..., Imported]
Stored = Callable[[str], pl.DataFrame]
ARTICLE = {
    "article": "article_id,article_version,article_type,title,article_eff_date,article_end_date,article_rev_end_date,status,date_retired,display_id\n"
    "501,7,1,A test article,2024-01-01 00:00:00,,,A,,\n502,1,1,A draft,2024-01-01 00:00:00,,,A,,DA502\n503,1,1,Retired,2020-01-01 00:00:00,,,R,2023-01-01 00:00:00,\n",
    "article_x_hcpc_code": "article_id,article_version,hcpc_code_id,hcpc_code_version,hcpc_code_group,range,last_updated,long_description,short_description\n"
    "501,7,11111,1,1,N,,words,words\n501,7,22222,1,1,N,,words,words\n502,1,33333,1,1,N,,words,words\n",
    "article_x_icd10_covered": "article_id,article_version,icd10_code_id,icd10_code_version,icd10_covered_group,range,last_updated,sort_order,description,asterisk\n"
    "501,7,E11.9,1,1,N,,1,words,\n501,7,I10,1,2,N,,1,words,Y\n501,7,XX000,1,1,N,,1,Not Applicable,\n",
    "article_x_icd10_covered_group": "article_id,article_version,icd10_covered_group,paragraph,last_updated,icd10_covered_ast\n"
    '501,7,1,"<p>Group 1:\nfor CPT codes 11110-11112</p>",,\n501,7,2,"<p>for 22222 a code of this list and one of Group 1</p>",,\n',
    "article_x_icd10_noncovered": "article_id,article_version,icd10_code_id,icd10_code_version,icd10_noncovered_group,range,last_updated,sort_order,description\n"
    "501,7,Z00.00,1,1,N,,1,words\n",
    "article_x_icd10_noncovered_group": "article_id,article_version,icd10_noncovered_group,paragraph,last_updated\n501,7,1,,\n",
    "article_x_contractor": "article_id,article_version,article_type,contractor_id,contractor_type_id,contractor_version,last_updated\n501,7,1,9,8,1,\n501,7,1,10,8,1,\n",
    "contractor_jurisdiction": "contractor_id,contractor_type_id,contractor_version,state_id,last_updated,active_date,term_date\n"
    "9,8,1,36,,,\n10,8,1,70,,,\n10,8,1,5,,,2020-01-01 00:00:00\n",
    "state_lookup": "state_id,state_abbrev,description\n36,OH,Ohio\n70,DN,Downstate\n5,CA,California\n",
    "update_period": "period_id,begin_date,end_date\n1,2026-08-20 00:00:00,2026-08-27 00:00:00\n",
}
LCD = {
    "lcd": "lcd_id,lcd_version,title,orig_det_eff_date,rev_eff_date,rev_end_date,status,date_retired,display_id\n300,4,A policy,2015-10-01 00:00:00,2025-02-06 00:00:00,,A,,\n",
    "update_period": ARTICLE["update_period"],
}
NCD = {
    "ncd_trkg": "NCD_id,NCD_vrsn_num,natl_cvrg_type,cvrg_lvl_cd,NCD_mnl_sect,NCD_mnl_sect_title,NCD_efctv_dt,NCD_impltn_dt,NCD_trmntn_dt\n"
    "102,2,1,2,190.20,A test,2005-01-01 00:00:00.000000,,\n103,1,1,3,50.5,Old - RETIRED,1978-08-01,,\n",
}


def zipped(files: dict[str, str | bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return packed.getvalue()


def export(name: str, tables: dict[str, str]) -> bytes:
    """As CMS packs it: a zip with a zip of CSV files."""
    inner = zipped({f"{table}.csv": text for table, text in tables.items()})
    return zipped({f"{name}_csv.zip": inner, "readme_first.txt": "words"})


def test_the_exports(load: Import, store: Store) -> None:
    done = load(
        {
            "current_article.zip": export("current_article", ARTICLE),
            "current_lcd.zip": export("current_lcd", LCD),
            "ncd.zip": export("ncd", NCD),
        }
    )
    assert done.refused == ()
    reference = Reference.load(store=store.path)
    own = pl.col("release").str.starts_with("MCD")
    policies = reference.table("coverage_policies").filter(own)
    assert policies.select("code", "kind", "valid_from", "has_earlier_version").rows() == [
        ("A501", "article", date(2024, 1, 1), True),
        ("L300", "lcd", date(2025, 2, 6), True),
        ("NCD 190.20", "ncd", date(2005, 1, 1), True),
    ]
    states = reference.table("coverage_states").filter(own)
    assert sorted(states.select("code", "state", "region").rows()) == [
        ("A501", "NY", "DN"),
        ("A501", "OH", "OH"),
    ]
    tied = reference.table("coverage_procedures").filter(own)
    assert sorted(
        tied.select("code", "group", "covered", "advisory", "and_group").rows(), key=str
    ) == [
        ("11111", 1, False, False, None),
        ("11111", 1, True, False, None),
        ("22222", 1, False, False, None),
        ("22222", 2, True, True, 1),
    ]
    diagnoses = reference.table("coverage_diagnoses").filter(own)
    assert sorted(diagnoses.select("code", "group", "covered", "needs_second").rows()) == [
        ("E119", 1, True, False),
        ("I10", 2, True, True),
        ("Z0000", 1, False, False),
    ]


def output(claim: dict[str, object], store: Store, *codes: str) -> list[tuple[str, str, str]]:
    report = cleanclaim.check(claim, reference=Reference.load(store=store.path), select=codes)
    return report.findings.select("code", pl.col("disposition").cast(pl.String), "message").rows()


def unsaid(claim: dict[str, object], store: Store, code: str) -> str:
    report = cleanclaim.check(claim, reference=Reference.load(store=store.path), select=[code])
    return " ".join(report.not_checked["reason"])


def test_a_policy_applies_in_its_states_and_on_its_days(load: Import, store: Store) -> None:
    load({"current_article.zip": export("current_article", ARTICLE)})

    def claim(diagnosis: str, **more: object) -> dict[str, object]:
        return medicare(
            **{
                "billing_state": "OH",
                "diagnoses": [diagnosis],
                "lines": [{"procedure_code": "11111"}],
                **more,
            }  # type: ignore[arg-type]
        )

    [(code, disposition, message)] = output(claim("J06.9"), store, "LNK103")
    assert (code, disposition) == ("LNK103", "deny-line")
    assert "A501" in message
    assert output(claim("E11.9"), store, "LNK103", "LNK105") == []
    assert output(claim("J06.9", billing_state="NC"), store, "LNK103") == []
    assert [row[0] for row in output(claim("Z00.00"), store, "LNK105")] == ["LNK105"]
    assert (
        output(
            claim("J06.9", lines=[{"procedure_code": "11111", "modifier_1": "GA"}]), store, "LNK103"
        )
        == []
    )
    assert "began on 2024-01-01" in unsaid(claim("J06.9", from_date="2023-12-31"), store, "LNK103")
    assert "has no state" in unsaid(claim("J06.9", billing_state=None), store, "LNK103")
    other = professional(
        billing_state="OH", diagnoses=["J06.9"], lines=[{"procedure_code": "11111"}]
    )
    assert [row[1] for row in output(other, store, "LNK103")] == ["warn"]


def test_prose_makes_a_policy_advisory(load: Import, store: Store) -> None:
    load({"current_article.zip": export("current_article", ARTICLE)})
    line = {"procedure_code": "22222", "diagnosis_pointers": (1, 2)}
    lone = medicare(billing_state="OH", diagnoses=["I10", "J06.9"], lines=[line])
    assert [row[:2] for row in output(lone, store, "LNK103", "LNK109")] == [("LNK109", "return")]
    both = medicare(billing_state="OH", diagnoses=["I10", "E11.9"], lines=[line])
    assert output(both, store, "LNK103", "LNK109") == []
    neither = medicare(billing_state="OH", diagnoses=["J06.9", "J02.9"], lines=[line])
    assert [row[:2] for row in output(neither, store, "LNK103")] == [("LNK103", "warn")]


@pytest.mark.parametrize("table", ["update_period", "article_x_contractor"])
def test_an_export_without_all_its_tables_is_refused(
    table: str, load: Import, store: Store
) -> None:
    parts = {name: text for name, text in ARTICLE.items() if name != table}
    done = load({"current_article.zip": export("current_article", parts)})
    assert f"no {table}.csv" in done.refused[0]
    assert store.releases() == []


@pytest.mark.parametrize(
    ("paragraph", "named", "not_named", "advisory", "and_group"),
    [
        ("", "11111", "", False, None),
        ("For CPT&nbsp;codes 81162-81167 and 81212", "81165", "81200", False, None),
        ("<b>HCPCS code J1885</b>", "J1885", "J1886", False, None),
        ("One code from Group 1 and one from Group 2 must be reported", "11111", "", True, 2),
        ("Use as a secondary diagnosis", "11111", "", True, None),
        ("All codes except 11111 need these", "11111", "22222", True, None),
    ],
)
def test_what_a_paragraph_ties_together(
    paragraph: str, named: str, not_named: str, advisory: bool, and_group: int | None
) -> None:
    tie = ties(paragraph, 1)
    assert tie.names(named)
    assert not (not_named and tie.names(not_named))
    assert (tie.is_advisory, tie.and_group) == (advisory, and_group)


COVERAGE = "policy,kind,title,payers,states,procedure_code,diagnosis_code,group,list,and_group,valid_from,valid_to,citation\n"


def test_an_own_policy_applies_to_its_payer(load: Import, store: Store) -> None:
    rows = "P-1,payer,Our test,99999,,11111,E11.9,1,covered,,2026-01-01,,Manual 4.2\n"
    assert load({"our-policies.csv": COVERAGE + rows}).refused == ()
    claim = professional(diagnoses=["J06.9"], lines=[{"procedure_code": "11111"}])
    [(_, disposition, message)] = output(claim, store, "LNK104")
    assert "P-1" in message
    assert disposition == "warn"
    adopted = cleanclaim.check(
        claim,
        reference=Reference.load(store=store.path),
        select=["LNK104"],
        adopts={"99999": "medicare"},
    )
    assert adopted.findings["disposition"].to_list() == ["deny-line"]
    assert (
        output(
            professional(payer_id="1", diagnoses=["J06.9"], lines=[{"procedure_code": "11111"}]),
            store,
            "LNK104",
        )
        == []
    )


@pytest.mark.parametrize("state", ["OH", "CA", None])
def test_an_own_local_policy_without_states_applies_in_every_state(
    state: str | None, load: Import, store: Store
) -> None:
    rows = "P-1,local,Our test,,,11111,E11.9,1,covered,,2026-01-01,,Manual 4.2\n"
    rows += "P-2,local,Ohio's,,OH,22222,E11.9,1,covered,,2026-01-01,,Manual 4.3\n"
    load({"our-policies.csv": COVERAGE + rows})
    claim = medicare(
        billing_state=state,
        diagnoses=["J06.9"],
        lines=[{"procedure_code": "11111"}, {"procedure_code": "22222"}],
    )
    named = [message.split(" under ")[1][:3] for _, _, message in output(claim, store, "LNK103")]
    assert named == (["P-1", "P-2"] if state == "OH" else ["P-1"])


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ("P-1,payer,T,,,11111,E119,1,maybe,,,,\n", "covered or noncovered"),
        ("P-1,payer,T,,,1111,E119,1,covered,,,,\n", "a procedure code of five characters"),
        (
            "P-1,payer,T,,,11111,E119,1,covered,,2026-13-01,,\n",
            "row 2: found '2026-13-01', expected a day",
        ),
        ("P-1,payer,T,,,11111,E119,1,covered,,,,,x\n", "14 columns"),
    ],
)
def test_an_own_policy_that_does_not_fit(row: str, says: str, load: Import) -> None:
    assert says in load({"p.csv": COVERAGE + row}).refused[0]


def test_an_own_frequency_limit(load: Import, store: Store) -> None:
    head = "procedure_code,payers,most,period,reason,valid_from,valid_to,citation\n"
    load({"limits.csv": head + "83036,commercial,1,days:90,one in ninety days,,,Manual 9\n"})
    reference = Reference.load(store=store.path)
    old = professional(
        claim_id="A",
        is_history=True,
        from_date="2026-03-01",
        diagnoses=["E11.9"],
        lines=[{"procedure_code": "83036"}],
    )
    new = professional(claim_id="B", diagnoses=["E11.9"], lines=[{"procedure_code": "83036"}])
    report = cleanclaim.check([old, new], reference=reference, select=["HX102"])
    assert "2026-05-30" in report.findings["suggestion"][0]
    later = professional(
        claim_id="B",
        from_date="2026-05-30",
        diagnoses=["E11.9"],
        lines=[{"procedure_code": "83036"}],
    )
    assert cleanclaim.check([old, later], reference=reference, select=["HX102"]).findings.is_empty()


def test_medicaid_pairs_and_limits_apply_to_medicaid_claims(load: Import, store: Store) -> None:
    done = load(
        {
            "medicaid-ncci-2026-q2-ptp-edits-practitioner-services.txt": "title\r\nnotice\r\nCol1\tCol2\tEffDt\tDelDt\tModifierIndicator\tPTP Edit Rationale\r\n"
            "11111\t22222\t20200101\t\t0\tA reason\r\n",
            "medicaid-ncci-q2-2026-mue-edits-practitioner-services.txt": "notice\r\nHCPCS/CPT Code\tMUE Values\tMUE Rationale\r\n11111\t2\tA reason\r\n",
        }
    )
    assert done.refused == ()
    assert sorted((r.table, r.covers_to) for r in done.stored) == [
        ("medicaid_mue_practitioner", date(2026, 6, 30)),
        ("medicaid_ptp_practitioner", date(2026, 6, 30)),
    ]
    lines: list[dict[str, Any]] = [
        {"procedure_code": "11111", "units": 3},
        {"procedure_code": "22222"},
    ]
    claim = professional(payer_class="medicaid", claim_filing_code="MC", lines=lines)
    assert sorted(row[:2] for row in output(claim, store, "NCCI101", "QTY101")) == [
        ("NCCI101", "deny-line"),
        ("QTY101", "deny-line"),
    ]
    assert output(medicare(lines=lines), store, "NCCI101", "QTY101") == []


def test_a_medicaid_pair_that_does_not_fit(load: Import) -> None:
    name = "medicaid-ncci-2026-q2-ptp-edits-practitioner-services.txt"
    rows = "11111\t22222\t20200101\t\t0\tA reason\r\n11111\t33333\t2020\t\t0\tA reason\r\n"
    assert "row 2: found '2020', expected a date" in load({name: rows}).refused[0]


def test_the_telehealth_list(load: Import, store: Store) -> None:
    text = "List for calendar year 2026,,,\nHCPCS,Short Descriptor,Status,Can Audio-only Interaction Meet the Requirements?\n11111,words,,Yes\n22222,words,,No\n"
    assert load({"list-telehealth-services-calendar-year-2026.csv": text}).refused == ()
    video = medicare(
        place_of_service_code="10", lines=[{"procedure_code": "22222", "modifier_1": "93"}]
    )
    assert "audio only" in output(video, store, "PX111")[0][2]
    assert (
        output(
            medicare(place_of_service_code="10", lines=[{"procedure_code": "11111"}]),
            store,
            "PX111",
        )
        == []
    )
    assert (
        "telehealth list"
        in output(
            medicare(place_of_service_code="10", lines=[{"procedure_code": "33333"}]),
            store,
            "PX111",
        )[0][2]
    )


def test_hospital_claims_have_the_hospital_table(load: Import, store: Store) -> None:
    head = "N\t\t\t\t\t\t\r\n"
    row = "{}\t22222\t\t20200101\t*\t0\tA reason\r\n"
    load({f"ccioph-v321r0-f{n}.txt": head + row.format(f"1111{n}") for n in range(1, 5)})
    lines = [{"procedure_code": "11111"}, {"procedure_code": "22222"}]
    assert [row[0] for row in output(institutional(lines=lines), store, "NCCI101")] == ["NCCI101"]
    assert output(institutional(bill_type_code="111", lines=lines), store, "NCCI101") == []
    assert output(medicare(lines=lines), store, "NCCI101") == []


def test_zips_deeper_than_any_publisher_goes(load: Import) -> None:
    deep = zipped({"a.zip": zipped({"b.zip": zipped({"c.zip": zipped({"d.txt": "x"})})})})
    assert any("zips in zips in zips" in refused for refused in load({"deep.zip": deep}).refused)
