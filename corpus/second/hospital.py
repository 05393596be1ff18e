"""Institutional claims with one defect each, written from the manuals."""

from __future__ import annotations

from typing import Any

from corpus.second.make import Make, bad, c, k

CPM = "Medicare Claims Processing Manual, "
MCE = "Definitions of Medicare Code Edits, edit "
IOCE = "Integrated OCE, edit "
GUIDE = "837I guide, "
FORM = "ENV002 ENV003"


def _died(day: str, status: str) -> dict[str, Any]:
    """The date of death, which a bill of a patient who died has."""
    return {"segments": [f"HI*BH:55:D8:{day.replace('-', '')}"]} if status == "20" else {}


def stay(head: str, dx: str, lines: str = "0120*3", *, nights: int = 3, **more: Any) -> Make:
    """An inpatient stay."""
    return c(head, dx, lines, stay=nights, **more)


bad(
    "pcs-code-invalid", "INS106", "A procedure code of a stay that ICD-10-PCS doesn't have on the day of discharge.", MCE + "1",
    k(stay("medicare 2024-08-12 111", "K8000", segments=["HI*BBR:0FT44ZX:D8:20240813"])),
    k(stay("medicare 2018-03-05 111", "K3580", segments=["HI*BBR:0DTJ4Z:D8:20180305"])),
    k(stay("commercial 2022-05-02 111", "M1711", segments=["HI*BBR:0SRD0J9:D8:20220502", "HI*BBQ:0SRD0J0:D8:20220503"]), hard=True),
    k(stay("medicaid 2020-11-09 111", "I2510", segments=["HI*BBR:4A023N9:D8:20201110"])),
    k(stay("medicare 2025-01-14 111", "J189", segments=["HI*BBR:0BH17EI:D8:20250114"]), hard=True),
    k(stay("tricare 2023-06-20 111", "S72001A", segments=["HI*BBR:99213:D8:20230620"])),
    also=FORM,
)  # fmt: skip
bad(
    "pcs-sex-conflict", "INS107", "A procedure of one sex's organs for the other sex (Medicare until 2024-09-30).", MCE + "5",
    k(stay("medicare 2019-04-08 111", "N390", sex="M", segments=["HI*BBR:0UT90ZZ:D8:20190409"])),
    k(stay("medicare 2022-02-07 111", "N390", sex="M", segments=["HI*BBR:0UT20ZZ:D8:20220208"])),
    k(stay("medicare 2021-10-12 111", "N390", sex="F", segments=["HI*BBR:0VT00ZZ:D8:20211012"])),
    k(stay("medicare 2024-05-06 111", "N390", sex="F", segments=["HI*BBR:0VT08ZZ:D8:20240507"]), hard=True),
    k(stay("medicare 2017-01-17 111", "R339", sex="F", segments=["HI*BBR:0VB08ZX:D8:20170117"]), hard=True),
)  # fmt: skip
bad(
    "questionable-admission", "INS108", "A principal diagnosis that seldom needs a stay.", MCE + "8",
    *[k(stay(f"medicare {day} 111", code), dx=1) for day, code in (("2024-03-11", "I10"), ("2019-08-05", "E119"), ("2022-12-01", "Z21"), ("2020-06-16", "H6121"), ("2025-02-10", "R030"))],
)  # fmt: skip
bad(
    "delivery-without-outcome-on-stay", "INS109 DX125", "A delivery in the hospital without the code for its outcome.", MCE + "20; ICD-10-CM Official Guidelines I.C.15.b.5",
    *[
        k(stay(f"{payer} {day} 111", dx, sex="F", age=29, segments=[f"HI*BBR:{pcs}:D8:{day.replace('-', '')}"]), hard=pcs != "10E0XZZ")
        for payer, day, dx, pcs in (
            ("commercial", "2022-04-04", "O80 Z3A39", "10E0XZZ"),
            ("medicaid", "2024-09-02", "O82 Z3A39", "10D00Z1"),
            ("commercial", "2019-07-08", "O701 Z3A40", "10E0XZZ"),
            ("medicaid", "2023-11-06", "O42013 Z3A34", "10D07Z3"),
            ("tricare", "2026-05-11", "O34211 Z3A38", "10D00Z1"),
        )
    ],
    also="DX123 INS169",
)  # fmt: skip
bad(
    "pcs-not-covered", "INS110", "A procedure that Medicare doesn't cover, or not for this diagnosis.", MCE + "11",
    k(stay("medicare 2024-02-12 111", "E1010", segments=["HI*BBR:0FYG0Z2:D8:20240213"]), hard=True),
    k(stay("medicare 2022-05-16 111", "Z302", sex="F", age=40, segments=["HI*BBR:0U574ZZ:D8:20220517"]), hard=True),
    k(stay("medicare 2020-03-02 111", "Z302", sex="F", age=41, segments=["HI*BBR:0UL74CZ:D8:20200303"])),
    k(stay("medicare 2023-08-21 111", "Z302", sex="F", age=38, segments=["HI*BBR:0UL74ZZ:D8:20230822"])),
    k(stay("medicare 2018-09-10 111", "Z302", sex="M", age=45, segments=["HI*BBR:0VTQ0ZZ:D8:20180911"])),
)  # fmt: skip
bad(
    "pcs-limited-coverage", "INS111", "A procedure that Medicare covers only in approved hospitals.", MCE + "17",
    k(stay("medicare 2024-04-15 111", "J439", segments=["HI*BBR:0BYK0Z0:D8:20240416"])),
    k(stay("medicare 2021-06-07 111", "J8410", segments=["HI*BBR:0BYM0Z0:D8:20210608"])),
    k(stay("medicare 2019-02-11 111", "I5022", segments=["HI*BBR:02YA0Z0:D8:20190212"])),
    k(stay("medicare 2022-10-17 111", "I5022", segments=["HI*BBR:02YA0Z0:D8:20221018"])),
    k(stay("medicare 2025-06-09 111", "K7460", segments=["HI*BBR:0FY00Z0:D8:20250610"])),
)  # fmt: skip
bad(
    "wrong-surgery-on-stay", "INS112", "A wrong procedure, patient or side: no covered stay.", MCE + "18; " + CPM + "ch. 32, 230",
    *[
        k(stay(f"medicare {day} 111", f"{dx} {wrong}", segments=[f"HI*BBR:{pcs}:D8:{day.replace('-', '')}"]))
        for day, dx, wrong, pcs in (
            ("2017-05-08", "K8000", "Y6551", "0FT44ZZ"),
            ("2019-10-14", "M1711", "Y6553", "0SRD0J9"),
            ("2021-03-22", "K3580", "Y6552", "0DTJ4ZZ"),
            ("2023-07-10", "C50911", "Y6553", "0HTT0ZZ"),
            ("2026-04-13", "I2510", "Y6551", "4A023N7"),
        )
    ],
    also="INS114 INS115 DX113 DX114",
)  # fmt: skip
bad(
    "ventilation-longer-than-stay", "INS113", "More than 96 hours on a ventilator in a stay of less than four days.", MCE + "19",
    *[
        k(stay(f"{payer} {day} 111", dx, f"0200*{nights}", nights=nights, segments=[f"HI*BBR:5A1955Z:D8:{day.replace('-', '')}"]))
        for payer, day, dx, nights in (
            ("medicare", "2018-01-08", "J9601", 2),
            ("medicare", "2020-12-07", "J9601", 3),
            ("commercial", "2022-08-15", "J189", 1),
            ("medicaid", "2024-06-03", "J9602", 3),
            ("medicare", "2025-11-17", "A419", 2),
        )
    ],
)  # fmt: skip
bad(
    "poa-missing", "INS114", "A diagnosis of an acute stay without its present-on-admission indicator.", "ICD-10-CM Official Guidelines, appendix I; " + CPM + "ch. 3, 20.2.1",
    k(stay("medicare 2017-11-06 111", "J189/Y E119/-"), dx=2),
    k(stay("medicare 2021-02-08 111", "I214/- I10/Y"), dx=1),
    k(stay("medicaid 2023-05-15 111", "K8000/Y K219/Y D649/-"), dx=3),
    k(stay("commercial 2019-06-10 111", "A419/Y N179/-"), dx=2),
    k(stay("medicare 2026-03-02 114", "S72001A/- J449/Y", discharge_disposition_code="03"), dx=1, hard=True),
    also="INS118 DX110 INS152",
)  # fmt: skip
bad(
    "poa-on-exempt", "INS115", "A present-on-admission indicator on a code that is exempt from it.", "ICD-10-CM Official Guidelines, appendix I, exempt list",
    k(stay("medicare 2019-03-04 111", "J189/Y Z7901/Y"), dx=2),
    k(stay("medicare 2020-02-10 111", "I214/Y Z87891/Y"), dx=2),
    k(stay("medicare 2020-07-13 111", "K8000/Y Z9049/N"), dx=2),
    k(stay("medicaid 2022-03-14 111", "E1165/Y Z794/Y"), dx=2),
    k(stay("medicare 2024-11-04 111", "S72001A/Y e:V4302XA/Y"), hard=True),
)  # fmt: skip
bad(
    "revenue-code-unassigned", "INS116", "A revenue code that isn't assigned.", "NUBC manual, FL 42",
    *[
        k(c(f"{payer} {day} 131", "R1031", f"0510/G0463 {rev}/74176"), line=2)
        for payer, day, rev in (("medicare", "2017-04-03", "0308"), ("medicare", "2024-08-05", "0353"), ("commercial", "2020-10-12", "0334"), ("medicaid", "2022-06-06", "0405"), ("medicare", "2026-02-16", "0453"))
    ],
    also="ENV003 INS102 INS165",
)  # fmt: skip
bad(
    "revenue-code-without-procedure", "INS117", "An outpatient line whose revenue code needs a procedure code.", IOCE + "48; " + CPM + "ch. 4, 20.1",
    *[
        k(c(f"{payer} {day} 131", "R1031", f"0510/G0463 {rev}/"), line=2)
        for payer, day, rev in (("medicare", "2016-09-12", "0320"), ("medicare", "2019-01-14", "0300"), ("medicare", "2021-08-09", "0480"), ("medicare", "2024-07-08", "0350"), ("medicare", "2026-01-12", "0610"))
    ],
    also="ENV002",
)  # fmt: skip
bad(
    "status-against-bill", "INS118 INS103", "A discharge status that the type of bill or the dates contradict.", CPM + "ch. 25, 75.2, FL 17; ch. 3, 50",
    k(stay("medicare 2018-05-07 112", "I639", "0120*30", nights=30, discharge_disposition_code="01")),
    k(stay("medicare 2021-09-13 113", "I639", "0120*30", nights=30, discharge_disposition_code="03"), hard=True),
    k(stay("medicare 2023-02-06 111", "J189", discharge_disposition_code="30")),
    k(stay("medicaid 2020-01-13 114", "J189", "0120*9", nights=9, discharge_disposition_code="30"), hard=True),
    k(stay("commercial 2025-10-06 111", "J189", discharge_disposition_code="30")),
    also="INS152",
)  # fmt: skip
bad(
    "stay-sex-unknown", "INS119", "A stay of a patient whose sex is unknown.", MCE + "15",
    *[k(stay(f"{payer} {day} 111", "J189", sex="U")) for payer, day in (("medicare", "2017-02-13"), ("medicare", "2020-04-20"), ("medicare", "2022-07-11"), ("medicare", "2023-12-11"), ("medicare", "2024-06-10"))],
)  # fmt: skip
bad(
    "admitting-diagnosis-or-reason-missing", "INS130", "A stay without its admitting diagnosis, or an unscheduled outpatient visit without the patient's reason.",
    GUIDE + "HI admitting diagnosis and patient's reason for visit; " + CPM + "ch. 25, 75.6, FL 69 and 70",
    k(stay("medicare 2018-08-06 111", "J189", no_admitting=True)),
    k(stay("commercial 2022-01-17 111", "I214", no_admitting=True)),
    k(c("medicare 2019-05-20 131", "S93401A", "0450/99283", admit_type_code="1")),
    k(c("medicare 2023-09-18 131", "R0789", "0450/99284", admit_type_code="1", admit_source_code="1"), hard=True),
    k(c("medicaid 2025-03-24 131", "J069", "0516/99213", admit_type_code="2"), hard=True),
    also=FORM,
)  # fmt: skip
bad(
    "attending-missing", "INS131", "A claim without its attending provider.", GUIDE + "2310A; " + CPM + "ch. 25, 75.6, FL 76",
    k(stay("medicare 2019-09-09 111", "J189", attending_npi=None)),
    k(stay("commercial 2021-04-12 111", "K8000", attending_npi=None)),
    k(c("medicare 2017-07-17 131", "R0789", "0510/G0463", attending_npi=None)),
    k(c("medicaid 2023-03-20 131", "M1711", "0420/97110-GP", attending_npi=None)),
    k(c("medicare 2026-05-04 851", "R0789", "0510/G0463", attending_npi=None), hard=True),
    also=FORM,
)  # fmt: skip
bad(
    "discharge-hour-missing", "INS132", "A final inpatient bill without the hour of discharge.", GUIDE + "2300 DTP 096",
    *[
        k(stay(f"{payer} {day} {bill}", "J189", "0120*4", nights=4, discharge_hour=None))
        for payer, day, bill in (("medicare", "2018-10-08", "111"), ("commercial", "2020-08-17", "111"), ("medicaid", "2022-11-14", "111"), ("tricare", "2024-01-22", "111"), ("medicare", "2026-03-30", "111"))
    ],
    also=FORM,
)  # fmt: skip
bad(
    "observation-wrong", "INS133", "Observation billed on the wrong revenue code or with the wrong code.", IOCE + "44; " + CPM + "ch. 4, 290.2.2",
    k(c("medicare 2019-11-04 131", "R0789 r:R0789", "0450/99285-25 0762/99218*10"), line=2),
    k(c("medicare 2021-05-17 131", "R0789 r:R0789", "0450/99285-25 0762/99220*12"), line=2),
    k(c("medicare 2022-09-26 131", "R55 r:R55", "0450/99284-25 0762/96360*14"), line=2, hard=True),
    k(c("medicare 2023-04-10 131", "R55 r:R55", "0450/99284-25 0762/G0463*11"), line=2, hard=True),
    k(c("medicare 2025-08-18 131", "R0789 r:R0789", "0450/99285-25 0762/99222*20"), line=2),
    also="PX102 QTY101 QTY102 QTY103 QTY104 INS141 EM102 EM104 INS135",
)  # fmt: skip
RHC: dict[str, Any] = {"billing_taxonomy_code": "261QR1300X"}
bad(
    "clinic-revenue-code-wrong", "INS134", "A rural health clinic's bill with a revenue code that isn't a clinic's.", CPM + "ch. 9, 100 and 110",
    *[
        k(c(f"medicare {day} 711", dx, f"0521/{visit}-CG {rev}/{code}", **RHC), line=2, hard=hard)
        for day, dx, visit, rev, code, hard in (
            ("2017-06-05", "I10", "99213", "0450", "99283", False),
            ("2019-03-18", "J069", "99213", "0540", "A0429", False),
            ("2021-11-01", "E119", "99214", "0681", "", True),
            ("2023-06-12", "L700", "99212", "0120", "", False),
            ("2025-05-19", "R5383", "99213", "0960", "99214", True),
        )
    ],
    also="INS133 INS117 INS164 INS165 MOD121",
)  # fmt: skip
bad(
    "two-visits-no-g0", "INS135", "Two visits of one day and revenue center without condition code G0.", IOCE + "42; " + CPM + "ch. 4, 180.4",
    *[
        k(c(f"medicare {day} 131", f"{dx} r:{dx}", f"{rev}/{one}-25 {rev}/{two}-27"), hard=rev == "0510")
        for day, dx, rev, one, two in (
            ("2018-06-11", "R0789", "0450", "99284", "99283"),
            ("2020-09-14", "R55", "0450", "99285", "99284"),
            ("2022-02-21", "S93401A", "0450", "99283", "99283"),
            ("2024-07-15", "I10", "0510", "G0463", "G0463"),
            ("2026-01-26", "J069", "0510", "G0463", "G0463"),
        )
    ],
    also="CLM115 EM102 HX103 QTY102 QTY103 MOD106",
)  # fmt: skip
bad(
    "modifier-ca-wrong", "INS136", "Modifier CA (inpatient procedure, patient died before admission) on several procedures, or for a patient who lived.", IOCE + "60 and 70; " + CPM + "ch. 4, 20.6.7",
    *[
        k(c(f"medicare {day} 131", "S3600XA r:R109", lines, discharge_disposition_code=status, **_died(day, status)), hard=hard)
        for day, lines, status, hard in (
            ("2018-07-09", "0450/99291-25 0360/38100-CA", "01", False),
            ("2020-05-11", "0450/99291-25 0360/38100-CA 0360/44120-CA", "20", True),
            ("2022-05-23", "0450/99285-25 0360/33405-CA", "06", False),
            ("2024-09-16", "0450/99291-25 0360/44120-CA 0360/38100-CA", "20", True),
            ("2025-12-08", "0450/99285-25 0360/38100-CA", "30", True),
        )
    ],
    also="INS118 INS112 INS141 NCCI102",
)  # fmt: skip
bad(
    "program-on-wrong-bill", "INS137", "Partial hospitalization (condition code 41) or community mental health on a type of bill that can't have it.", IOCE + "46; " + CPM + "ch. 4, 260",
    k(c("medicare 2018-02-12 111", "F332", "0912/90853", stay=2, segments=["HI*BG:41"])),
    k(c("medicare 2020-10-26 141", "F332", "0915/90853", segments=["HI*BG:41"])),
    k(c("medicare 2022-04-25 711", "F332", "0900/90832", segments=["HI*BG:41"], **RHC), hard=True),
    k(c("medicare 2023-10-16 221", "F332", "0915/90853", segments=["HI*BG:41"], billing_taxonomy_code="314000000X"), hard=True),
    k(c("medicare 2025-02-24 121", "F332", "0915/90853", segments=["HI*BG:41"]), hard=True),
    also=FORM + " INS133 CLM122 INS114 INS117 INS159",
)  # fmt: skip
bad(
    "claim-code-incomplete", "INS138", "An occurrence code without its date, a span without its end, or a value code without its amount.", GUIDE + "HI occurrence, span and value information",
    k(c("medicare 2017-03-13 131", "M545", "0420/97110-GP", segments=["HI*BH:11"])),
    k(c("medicare 2021-01-18 131", "M1711", "0420/97110-GP", segments=["HI*BH:35:D8"])),
    k(stay("medicare 2022-12-12 111", "J189", segments=["HI*BI:70:D8:20221201"])),
    k(stay("commercial 2024-05-20 111", "J189", segments=["HI*BE:80"])),
    k(c("medicare 2026-06-15 131", "N186 D631", "0634/Q4081-EC*20", segments=["HI*BE:49"]), hard=True),
    also=FORM + " MOD126 MOD111",
)  # fmt: skip
OPPS = "Integrated OCE and addendum B, July 2024: "
bad(
    "inpatient-only-on-outpatient-bill", "INS139", "A procedure that Medicare pays inpatients only, on an outpatient bill.", IOCE + "18; addendum B, status C",
    *[k(c(f"medicare {day} 131", dx, f"0360/{code}"), line=1) for day, dx, code in (("2024-07-08", "S3600XA", "38100"), ("2024-07-22", "K56609", "44120"), ("2024-08-06", "I350", "33405"), ("2024-09-03", "C3411", "32480"), ("2024-09-17", "C641", "50230"))],
    tables=True, also="INS140",
)  # fmt: skip
bad(
    "service-on-day-of-inpatient-only", "INS140", "Another service on the day of a procedure for inpatients only.", IOCE + "49",
    *[k(c(f"medicare {day} 131", dx, f"0360/{code} {other}"), line=2) for day, dx, code, other in (
        ("2024-07-09", "S3600XA", "38100", "0350/74177"), ("2024-07-23", "K56609", "44120", "0300/80053"), ("2024-08-07", "I350", "33405", "0730/93005"), ("2024-09-04", "C3411", "32480", "0324/71046"), ("2024-09-18", "C641", "50230", "0450/99284"))],
    tables=True, also="INS139 CLM117 CLM116 INS130 NCCI102",
)  # fmt: skip
bad(
    "not-paid-by-opps", "INS141", "A code that Medicare's outpatient system doesn't pay.", OPPS + "status E1, E2, M and B",
    *[k(c(f"medicare {day} 131", "I10", f"0510/G0463 {other}"), line=2) for day, other in (("2024-07-10", "0940/97810"), ("2024-07-24", "0510/99213"), ("2024-08-08", "0510/99397"), ("2024-09-05", "0270/A9270"), ("2024-09-19", "0940/S9083"))],
    tables=True, also="MOD104 LNK107 EM102 PX107 PX112 PX109 QTY104 EM104 MOD117 INS135 NCCI102",
)  # fmt: skip
bad(
    "only-packaged", "INS142", "A bill with packaged services only.", IOCE + "27; addendum B, status N",
    *[k(c(f"medicare {day} 131", "R109", lines)) for day, lines in (("2024-07-11", "0255/Q9967*100"), ("2024-07-25", "0258/J7030"), ("2024-08-09", "0636/J2405*4"), ("2024-09-06", "0255/Q9967*50 0258/J7030"), ("2024-09-20", "0278/C1713"))],
    tables=True, also="MOD112 CLM120 INS144 PX115 INS148",
)  # fmt: skip
bad(
    "hospital-visit-without-25", "INS143 MOD104", "A hospital's visit on the day of a procedure (status S or T) without modifier 25.", IOCE + "21; " + CPM + "ch. 4, 180",
    *[k(c(f"medicare {day} 131", dx + (f" r:{dx}" if "0450" in lines else ""), lines), line=1) for day, dx, lines in (
        ("2024-07-12", "L0291", "0450/99282 0450/10061"), ("2024-07-26", "L97522", "0510/G0463 0361/11042"), ("2024-08-12", "R0789", "0450/99284 0480/93306"), ("2024-09-09", "M1711", "0510/G0463 0361/20610-RT"), ("2024-09-23", "L0291", "0450/99283 0450/10060"))],
    tables=True,
)  # fmt: skip
bad(
    "drug-without-service", "INS144", "A drug alone, without the service that gave it.", IOCE + "99; " + CPM + "ch. 17, 90",
    *[k(c(f"medicare {day} 131", dx, lines), line=1) for day, dx, lines in (("2024-07-15", "M069", "0636/J1745-JZ*30"), ("2024-07-29", "C50911", "0636/J9355-JZ*30"), ("2024-08-13", "M810", "0636/J0897-JZ*60"), ("2024-09-10", "G35", "0636/J2350-JZ*300"), ("2024-09-24", "D509", "0636/J1439-JZ*500"))],
    tables=True, also="INS142 CLM120 PX115 QTY103",
)  # fmt: skip
bad(
    "drug-token-charge", "INS145", "A drug or device charged at a token amount.", IOCE + "98 and 101; " + CPM + "ch. 4, 61.3",
    *[k(c(f"medicare {day} 131", dx, lines), line=2) for day, dx, lines in (("2024-07-16", "M069", "0510/96413 0636/J1745-JZ*30$1.00"), ("2024-07-30", "C50911", "0335/96413 0636/J9355-JZ*30$1.00"), ("2024-08-14", "M810", "0510/96372 0636/J0897-JZ*60$0.50"), ("2024-09-11", "G35", "0335/96413 0636/J2350-JZ*300$1.00"), ("2024-09-25", "D509", "0260/96365 0636/J1439-JZ*500$0.01"))],
    tables=True, also="CLM120 PX115 QTY103",
)  # fmt: skip
bad(
    "observation-hours-twice", "INS146", "Observation hours on two lines of one day.", IOCE + "51; " + CPM + "ch. 4, 290.2",
    *[k(c(f"medicare {day} 131", f"{dx} r:{dx}", f"0450/99285-25 0762/G0378*{a} 0762/G0378*{b}{when}"), line=3, hard=bool(when)) for day, dx, a, b, when in (("2018-09-10", "R0789", 12, 8, ""), ("2020-01-27", "R55", 10, 14, "+1"), ("2022-03-28", "R0789", 9, 9, ""), ("2024-08-19", "R079", 15, 11, "+1"), ("2026-02-09", "R55", 8, 16, ""))],
    also="CLM115 HX103 INS167",
)  # fmt: skip
bad(
    "blood-wrong", "INS147", "Blood with processing only, or a blood product's charge without its twin line of the same day and units.", IOCE + "73; " + CPM + "ch. 4, 231",
    *[k(c(f"medicare {day} 131", "D62", lines), hard=hard) for day, lines, hard in (
        ("2018-03-19", "0391/36430 0381/P9016-BL*2", False), ("2020-11-16", "0391/36430 0381/P9016-BL*2 0390/P9016-BL*1", True), ("2021-07-19", "0391/36430 0390/P9016-BL*2", False),
        ("2024-08-26", "0391/36430 0381/P9040-BL*1", False), ("2025-09-15", "0391/36430 0381/P9016*2 0390/P9016-BL*2", True))],
    also="PX115",
)  # fmt: skip
bad(
    "companion-line-missing", "INS148 PX115", "A line that needs another one on the claim.", IOCE + "43, 58, 92; " + CPM + "ch. 4, 61 and 290.5",
    k(c("medicare 2019-08-12 131", "R0789 r:R0789", "0762/G0379"), line=1),
    k(c("medicare 2021-10-04 131", "D62", "0391/36430"), line=1),
    k(c("medicare 2023-05-01 131", "R55 r:R55", "0510/G0379"), line=1),
    k(c("medicare 2024-08-27 131", "I495", "0481/33208"), line=1, hard=True),
    k(c("medicare 2026-03-16 131", "D62", "0391/36430 0300/86900"), line=1),
    also="INS133 CLM117 CLM116",
)  # fmt: skip
FQHC: dict[str, Any] = {"billing_taxonomy_code": "261QF0400X"}
bad(
    "fqhc-visit-incomplete", "INS149", "A health center's bill without its payment code, or the payment code without a qualifying visit.", IOCE + "88 and 89; " + CPM + "ch. 9, 60.2",
    k(c("medicare 2017-08-14 771", "I10", "0521/99213", **FQHC)),
    k(c("medicare 2019-10-21 771", "E119", "0521/G0467", **FQHC)),
    k(c("medicare 2021-12-06 771", "F411", "0900/G0470", **FQHC)),
    k(c("medicare 2023-08-07 771", "J069", "0521/G0466 0300/81002-QW", clia_number=1, **FQHC), hard=True),
    k(c("medicare 2025-07-14 771", "I10", "0521/99214 0771/G0008 0636/90662", **FQHC), hard=True),
    also="CLM117 CLM116 PX115 MOD115 QTY104 LNK112 INS117",
)  # fmt: skip
bad(
    "mental-program-without-mental-diagnosis", "INS150", "Partial hospitalization without a mental diagnosis.", IOCE + "29; " + CPM + "ch. 4, 260.1",
    *[k(c(f"medicare {day} 131", dx, "0915/90853 0914/90832 0904/G0176 0912/G0410", segments=["HI*BG:41"])) for day, dx in (("2018-04-16", "I10"), ("2020-06-22", "E119 I10"), ("2022-08-22", "M5450"), ("2024-02-26", "R0789"), ("2025-06-23", "G43909"))],
    also="INS141 MOD104 NCCI102",
)  # fmt: skip
bad(
    "service-in-payment-window", "INS151", "A hospital's outpatient service in the three days before its admission of the patient.", CPM + "ch. 3, 40.3; ch. 4, 10.12",
    *[
        k(stay(f"medicare {admitted} 111", dx), earlier=[c(f"medicare {day} 131", f"{dx} r:{dx}" if rev == "0450" else dx, f"{rev}/{code}", referring_npi=1)], hard=hard)
        for admitted, day, dx, rev, code, hard in (
            ("2018-05-21", "2018-05-20", "J189", "0324", "71046", False),
            ("2020-03-16", "2020-03-14", "R0789", "0450", "99284", False),
            ("2022-06-20", "2022-06-17", "I5023", "0730", "93005", True),
            ("2024-04-22", "2024-04-21", "K8000", "0402", "76705", False),
            ("2025-10-13", "2025-10-11", "I214", "0300", "84484", True),
        )
    ],
    also="INS108 CLM117 CLM116",
)  # fmt: skip
bad(
    "interim-bill-out-of-sequence", "INS152", "An interim bill that doesn't follow the earlier one of the stay.", CPM + "ch. 1, 50.2; ch. 3, 50",
    k(stay("medicare 2018-08-31 113", "I639", "0120*30", nights=30, discharge_disposition_code="30", admission_date="2018-07-01"), earlier=[stay("medicare 2018-07-01 112", "I639", "0120*31", nights=30, discharge_disposition_code="30")]),
    k(stay("medicare 2020-02-03 114", "I639", "0120*20", nights=20, discharge_disposition_code="01", admission_date="2020-01-01"), earlier=[stay("medicare 2020-01-01 112", "I639", "0120*31", nights=30, discharge_disposition_code="30")]),
    k(stay("medicare 2023-05-08 113", "I639", "0120*30", nights=30, discharge_disposition_code="30", admission_date="x"), earlier=[stay("medicare 2023-04-08 113", "I639", "0120*10", nights=10, discharge_disposition_code="30")], hard=True),
    k(stay("medicare 2024-03-04 112", "I639", "0120*30", nights=30, discharge_disposition_code="30"), earlier=[stay("medicare 2024-03-04 112", "I639", "0120*20", nights=20, discharge_disposition_code="30")], hard=True),
    k(stay("medicaid 2025-09-01 114", "I639", "0120*20", nights=20, discharge_disposition_code="01", admission_date="2025-08-01"), earlier=[stay("medicaid 2025-08-01 112", "I639", "0120*35", nights=34, discharge_disposition_code="30")], hard=True),
    also="INS118 HX103 CLM114",
)  # fmt: skip
bad(
    "needed-claim-code-missing", "INS153", "A bill without a condition, occurrence or value code that its kind needs.", CPM + "ch. 1, 130; ch. 11, 30.3; ch. 25, 75; 837I guide, HI",
    k(c("medicare 2019-06-17 137", "I10", "0510/G0463", original_reference_number="21900100200304")),
    k(c("medicare 2022-10-24 117", "J189", "0120*3", stay=3, original_reference_number="22200100200304")),
    k(c("medicare 2018-11-12 721", "N186 D631", "0821/90999-G1-V5*3"), hard=True),
    k(c("medicare 2024-10-07 811", "C3490 Z515", "0651/Q5001*30", billing_taxonomy_code="251G00000X"), hard=True),
    k(c("medicare 2025-11-10 721", "N186", "0821/90999-G3-V6*13"), hard=True),
    also="INS132 CLM107",
)  # fmt: skip
