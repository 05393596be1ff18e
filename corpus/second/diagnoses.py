"""Diagnoses against the guidelines, written from ICD-10-CM's Official Guidelines for Coding and Reporting."""

from __future__ import annotations

from corpus.second.make import bad, c, k

OCG = "ICD-10-CM Official Guidelines "

bad(
    "chronic-before-acute", "DX130", "A chronic condition listed before the acute one of the same organ.", OCG + "I.B.8",
    *[k(c(f"{payer} {day} 11", f"{chronic} {acute}", "99213@1,2"), dx=dx) for payer, day, chronic, acute, dx in (
        ("commercial", "2018-02-05", "J320", "J0100", None), ("medicaid", "2020-05-12", "J3501", "J0390", None), ("medicare", "2022-09-13", "K861", "K8590", None),
        ("commercial", "2024-01-23", "N3020", "N3000", None), ("tricare", "2026-02-03", "J312", "J029", None))],
    also="DX107 DX112",
)  # fmt: skip
bad(
    "pregnancy-condition-apart", "DX131", "A condition of another chapter for a pregnant patient, where chapter 15 has the code.", OCG + "I.C.15.a.1",
    *[k(c(f"{payer} {day} 11", dx, "99213@1,2,3", sex="F", age=30)) for payer, day, dx in (
        ("commercial", "2017-05-09", "O09512 Z3A20 N390"), ("medicaid", "2019-10-15", "O26812 Z3A22 E119"), ("commercial", "2021-06-22", "O2341 Z3A10 I10"),
        ("tricare", "2023-04-11", "O09522 Z3A24 D509"), ("commercial", "2026-05-19", "O2692 Z3A25 B20"))],
    also="DX107 DX112 DX117 LNK107 DX122",
)  # fmt: skip
bad(
    "not-coded-together", "DX132 DX107", "Two codes that the guidelines don't let stand together.", OCG + "I.C.1.a.2, I.C.5.b.2, I.C.15.a.1, I.C.21.c.11",
    k(c("commercial 2018-07-10 11", "O26891 Z3A10 Z331", "99213@1", sex="F", age=28)),
    k(c("medicaid 2020-03-24 11", "F1020 F1010", "99214@1,2"), hard=True),
    k(c("commercial 2022-06-14 11", "B20 Z21", "99214@1,2")),
    k(c("commercial 2023-09-19 11", "O039 Z3A09", "99213@1", sex="F", age=33), hard=True),
    k(c("medicaid 2025-04-08 11", "Z3401 O2341 Z3A12", "99213@1,2", sex="F", age=25)),
    k(c("commercial 2024-10-22 11", "F1120 F1110", "99214@1,2"), hard=True),
    also="DX112 DX126 LNK107 DX119 DX106",
)  # fmt: skip
bad(
    "companion-diagnosis-missing", "DX133 DX111 DX123 DX119", "A code that may only go with its companion: body mass index, stroke scale, alcohol level, severe sepsis.", OCG + "I.B.14, I.C.1.d.1.b, I.C.18.i",
    k(c("commercial 2018-03-13 11", "I10 Z6841", "99213@1,2"), dx=2),
    k(c("medicare 2020-08-18 23", "I10 R29710", "99285@1,2"), dx=2, hard=True),
    k(c("medicaid 2021-11-09 11", "M1711 G893", "99214@1,2"), dx=2, hard=True),
    k(c("medicare 2023-02-14 21", "J189 R6520", "99223@1,2", admission_date="x"), dx=2),
    k(c("medicare 2026-01-20 11", "E785 Z6835", "99213@1,2"), dx=2),
    also="DX112 DX138 PX109",
)  # fmt: skip
bad(
    "order-turned-round", "DX134 DX123 DX111 DX108", "Two codes in the wrong order: the guideline says which is first.", OCG + "I.C.2.c.1, I.C.10, I.C.19.e.5",
    k(c("medicare 2018-10-16 11", "T45515A R040", "99213@1,2"), hard=True),
    k(c("commercial 2020-06-09 11", "D630 C3490", "99214@1,2")),
    k(c("medicare 2022-03-22 23", "R4020 T400X1A", "99285@1,2"), hard=True),
    k(c("medicare 2023-01-24 21", "J1282 U071", "99223@1,2", admission_date="x")),
    k(c("medicaid 2025-09-09 11", "T380X5A E2740", "99214@1,2"), hard=True),
    k(c("commercial 2024-04-30 11", "F0280 G309", "99214@1,2")),
    also="DX112 PX109 DX107 DX110",
)  # fmt: skip
bad(
    "burns-of-one-site", "DX135", "Two degrees of burn of the same place: only the highest is coded.", OCG + "I.C.19.d.2",
    *[k(c(f"{payer} {day} 23", f"{one} {two}", "99283@1,2")) for payer, day, one, two in (
        ("commercial", "2017-07-04", "T22311A", "T22211A"), ("medicaid", "2019-11-26", "T24311A", "T24211A"), ("workers_comp", "2021-08-03", "T23351A", "T23251A"),
        ("commercial", "2023-12-19", "T25321A", "T25221A"), ("tricare", "2026-06-30", "T2132XA", "T2122XA"))],
    also="DX112 DX116",
)  # fmt: skip
bad(
    "external-cause-detail", "DX136 DX138", "Place, activity and status codes where the guidelines don't want them.", OCG + "I.C.20.b, c, k and i",
    k(c("commercial 2018-06-19 11", "S93401D X500XXD Y9302", "99213@1"), dx=3),
    k(c("commercial 2020-09-22 11", "S52501D W19XXXD Y92009", "99213@1"), dx=3),
    k(c("medicaid 2022-11-29 23", "T400X1A Y9389", "99284@1"), dx=2, hard=True),
    k(c("workers_comp 2024-02-20 11", "S61411A W260XXA Y939", "99213@1", is_employment_related=True, accident_date="d"), dx=3),
    k(c("commercial 2025-10-28 11", "S61412A W260XXA Y929", "99213@1"), dx=3),
    also="DX112 DX106",
)  # fmt: skip
bad(
    "weeks-missing", "DX137 DX112", "A pregnancy code without the weeks of gestation.", OCG + "I.C.15.a.1, I.C.21.c.11",
    *[k(c(f"{payer} {day} 11", dx, "99213@1", sex="F", age=29)) for payer, day, dx in (
        ("commercial", "2017-02-21", "O26891"), ("medicaid", "2019-04-23", "O2342"), ("commercial", "2021-09-28", "O24410"), ("tricare", "2024-06-18", "O368121"), ("commercial", "2026-03-24", "O09513"))],
    also="DX103 DX104",
)  # fmt: skip
bad(
    "external-cause-of-another-encounter", "DX138", "The external cause's seventh character is that of another encounter than the injury's.", OCG + "I.C.20.a.2",
    *[k(c(f"{payer} {day} 11", f"{injury} {cause}", "99213@1")) for payer, day, injury, cause in (
        ("commercial", "2017-09-05", "S52501D", "W19XXXA"), ("medicare", "2019-12-10", "S72001D", "W010XXA"), ("medicaid", "2022-04-12", "S93401A", "X500XXD"),
        ("commercial", "2024-08-20", "S61411A", "W260XXS"), ("tricare", "2026-04-21", "S82101G", "V00131A"))],
    also="DX120 DX112 DX104",
)  # fmt: skip
bad(
    "hiv-disease-back", "DX139", "A patient once coded with HIV disease is later coded as without symptoms.", OCG + "I.C.1.a.2.f",
    *[k(c(f"{payer} {later} 11", code, "99213"), earlier=[c(f"{payer} {before} 11", "B20", "99214")], dx=1) for payer, before, later, code in (
        ("commercial", "2018-01-09", "2018-06-12", "Z21"), ("medicaid", "2020-02-18", "2020-10-20", "Z21"), ("medicare", "2022-05-24", "2023-03-21", "R75"),
        ("commercial", "2024-03-19", "2024-09-24", "Z21"), ("medicaid", "2025-07-15", "2026-01-13", "R75"))],
    also="DX112",
)  # fmt: skip

# Classes that the edits have long had, in new clothes.
bad(
    "second-linked", "DX122", "Conditions that the classification presumes to be linked, coded apart.", OCG + "I.A.15, I.C.9.a, I.C.4.a",
    k(c("commercial 2019-02-26 11", "I10 N183", "99214@1,2")),
    k(c("medicare 2022-07-19 11", "I10 I5032", "99214@1,2")),
    k(c("medicaid 2024-11-19 11", "E119 G629", "99214@1,2"), hard=True),
    k(c("medicare 2023-05-30 11", "I5022 N184 I10", "99215@1,2,3"), hard=True),
    k(c("commercial 2026-02-24 11", "E119 N182", "99214@1,2")),
    also="DX107 DX112 DX111",
)  # fmt: skip
bad(
    "second-sequence", "DX123 DX119 DX111 DX134", "First a code that the guidelines never let be first.", OCG + "I.C.1.b, I.C.1.d, I.C.21, II",
    k(c("medicare 2019-07-23 11", "B9620 N390", "99213@1,2"), dx=1),
    k(c("commercial 2021-03-30 11", "Z6841 E6601", "99213@1,2"), dx=1),
    k(c("medicare 2023-10-24 21", "R6521 A4151", "99223@1,2", admission_date="x"), dx=1),
    k(c("commercial 2024-12-17 11", "Z794 E1165", "99213@1,2"), dx=2, hard=True),
    k(c("medicaid 2020-12-15 11", "Z3A28 O26893", "99213@2", sex="F", age=31), dx=1, hard=True),
    also="DX110 DX112 PX109 DX129",
)  # fmt: skip
bad(
    "second-delivery", "DX125", "Delivery codes that disagree.", OCG + "I.C.15.n",
    k(c("commercial 2019-09-17 21", "O80 Z3A39", "59400@1", sex="F", age=27, admission_date="x"), hard=False),
    k(c("medicaid 2022-08-30 21", "O80 O701 Z370 Z3A39", "59409@1", sex="F", age=24, admission_date="x")),
    k(c("commercial 2024-06-25 21", "O82 Z3A39", "59514@1", sex="F", age=33, admission_date="x")),
    k(c("tricare 2026-06-16 21", "O80 Z372 Z3A38", "59409@1", sex="F", age=29, admission_date="x"), hard=True),
    also="DX112 DX107 DX137",
)  # fmt: skip
bad(
    "second-weeks", "DX126", "The trimester contradicts the weeks.", "ICD-10-CM tabular list, chapter 15, note; " + OCG + "I.C.15.a.3",
    k(c("commercial 2018-12-11 11", "O26891 Z3A30", "99213@1", sex="F", age=27)),
    k(c("medicaid 2021-07-27 11", "O2343 Z3A20", "99213@1", sex="F", age=22)),
    k(c("commercial 2023-06-27 11", "O09512 Z3A28", "99213@1", sex="F", age=37), hard=True),
    k(c("tricare 2025-11-25 11", "O99011 Z3A14 D509", "99213@1", sex="F", age=30), hard=True),
)  # fmt: skip
bad(
    "second-side", "LNK106", "The side of the diagnosis contradicts the modifier.", OCG + "I.B.13; NCCI Policy Manual, ch. I",
    k(c("medicare 2019-05-07 11", "H2511", "66984-LT~24")),
    k(c("commercial 2021-10-19 11", "S52501A", "25600-LT")),
    k(c("medicaid 2023-03-14 11", "H401111", "65855-LT~24"), hard=True),
    k(c("medicare 2024-09-17 11", "M7541", "20610-LT")),
    k(c("tricare 2026-05-05 11", "L97522", "97597-RT"), hard=True),
    also="DX112 MOD102",
)  # fmt: skip
bad(
    "second-validity", "DX102", "A code that had ended or hadn't begun.", "45 CFR 162.1000(b); ICD-10-CM, yearly addenda",
    k(c("medicare 2021-10-04 11", "M545", "99213"), dx=1), k(c("commercial 2025-10-02 11", "G35", "99213"), dx=1), k(c("commercial 2020-08-25 11", "U099", "99213"), dx=1),
    k(c("medicaid 2020-10-06 11", "N183", "99213"), dx=1), k(c("medicare 2022-09-30 11", "D6800", "99213"), dx=1, hard=True), k(c("medicare 2016-09-28 11", "R9720", "99213", sex="M"), dx=1, hard=True),
)  # fmt: skip
