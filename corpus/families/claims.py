"""The claim holds together."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random
from typing import Any

from corpus import people, plain
from corpus.case import Case, institutional, line, professional, rule, some_day, visit

FORM = "ENV001 ENV002 ENV003 ENV004 ENV006"


def either(dice: Random, n: int, **more: Any) -> dict[str, Any]:
    """A professional claim, or every third time a hospital's."""
    return (institutional if n % 3 == 2 else professional)(dice, **more)


@rule("billing-npi-wrong", "CLM101", "The billing provider's NPI has a wrong check digit or form, or is missing.", "45 CFR 162.406", also=FORM)
def billing_npi(dice: Random, n: int) -> Case:
    right = people.npi(dice)
    swapped = right[:4] + right[5] + right[4] + right[6:] if right[4] != right[5] and {right[4], right[5]} != {"0", "9"} else people.wrong_npi(dice)
    wrong = [people.wrong_npi(dice), right[:9], "", swapped, right + "0", "X" + right[1:]][n % 6]
    return Case([either(dice, n, billing_npi=wrong)], hard=n % 6 == 3)


@rule("rendering-npi-wrong", "CLM102", "A rendering provider's NPI has a wrong check digit or form.", "45 CFR 162.406", also=FORM)
def rendering_npi(dice: Random, n: int) -> Case:
    if n % 2:
        claim = professional(dice, lines=[visit(dice), line("36415", rendering_npi=people.wrong_npi(dice))])
        return Case([claim], line=2, hard=True)
    return Case([professional(dice, rendering_npi=people.wrong_npi(dice) if n % 4 else people.npi(dice)[:9])])


@rule("other-npi-wrong", "CLM103", "A referring, supervising, facility, attending or operating NPI has a wrong check digit.", "45 CFR 162.406", also=FORM)
def other_npi(dice: Random, n: int) -> Case:
    role = ["attending_npi", "operating_npi"][n // 2 % 2] if n % 2 else ["referring_npi", "supervising_npi", "facility_npi"][n // 2 % 3]
    wrong: dict[str, Any] = {role: people.wrong_npi(dice)}
    return Case([(institutional if n % 2 else professional)(dice, **wrong)])


@rule(
    "birth-date-impossible",
    "CLM104",
    "The birth date is missing, after the service, or over 124 years before it.",
    "837 guides, 2010BA DMG02; MCE, age conflict",
    also=FORM + " DX113 PX105",
)
def birth_date(dice: Random, n: int) -> Case:
    day = some_day(dice)
    wrong = [None, day + timedelta(days=dice.randint(1, 300)), date(day.year - 126, 5, 3), day + timedelta(days=1)][n % 4]
    return Case([either(dice, n, day=day, patient_birth_date=wrong)], hard=n % 4 == 3)


@rule("sex-wrong", "CLM105", "The patient's sex is missing or none of F, M and U.", "837 guides, DMG03", also=FORM)
def sex(dice: Random, n: int) -> Case:
    return Case([either(dice, n, patient_sex=["X", None, "1", "N"][n % 4])])


@rule(
    "service-date-impossible",
    "CLM106",
    "A service date is missing, after the claim was sent, backwards, or spans over a year.",
    "837P guide, DTP*472",
    also=FORM + " CLM113 DX102",
)
def service_date(dice: Random, n: int) -> Case:
    day = some_day(dice, "2017-03-01", "2027-06-30")
    one = visit(dice)
    kinds = [
        {"from_date": day + timedelta(days=60), "to_date": day + timedelta(days=60)},
        {"from_date": day, "to_date": day - timedelta(days=3)},
        {"from_date": day - timedelta(days=400), "to_date": day},
        {"from_date": day + timedelta(days=21), "to_date": day + timedelta(days=21)},
    ]
    return Case([professional(dice, day=day, payer="commercial", lines=[one | kinds[n % 4]], submitted_date=day + timedelta(days=20))], line=1, hard=n % 4 == 3)


@rule("charges-do-not-add-up", "CLM107", "The total charge isn't the sum of the lines.", "837 guides, CLM02: the total of all line charges", also=FORM)
def charges(dice: Random, n: int) -> Case:
    lines = [visit(dice), line("36415", charge="12.00")]
    off = [100, -12, 0.01, 0.10, 90, -0.5][n % 6]
    total = sum(float(each["charge_amount"]) for each in lines)
    return Case([professional(dice, lines=lines, charge_amount=f"{total + off:.2f}")], hard=abs(off) < 1)


@rule(
    "units-impossible",
    "CLM108",
    "Units are missing, zero, negative, or fractional where whole ones are counted.",
    "837P guide, SV104; Claims Processing Manual, ch. 26, 10.4, item 24G",
    also=FORM,
)
def units(dice: Random, n: int) -> Case:
    code = ["99213", "36415", "93000", "99214"][n % 4]
    return Case(
        [professional(dice, payer="commercial", lines=[visit(dice) if code[0] != "9" else line("36415"), line(code, units=[0, -1, 1.5, 0.5][n % 4])])],
        line=2,
        hard=n % 4 > 1,
    )


@rule("place-of-service-wrong", "CLM109", "The place of service isn't a code, or wasn't in force.", "CMS, Place of Service Code Set", also=FORM)
def place(dice: Random, n: int) -> Case:
    early = [("02", "2016-02-01", "2016-12-31"), ("10", "2018-01-01", "2021-12-31"), ("27", "2019-01-01", "2023-09-30"), ("58", "2017-01-01", "2019-12-31")]
    if n % 3 == 2:
        code, first, last = early[n // 3 % 4]
        return Case([professional(dice, payer="commercial", day=some_day(dice, first, last), place_of_service_code=code)], hard=True)
    unassigned = [f"{x:02d}" for x in range(1, 99) if f"{x:02d}" not in plain.places() and x not in {2, 10, 27, 58, 66}]
    return Case([professional(dice, payer="commercial", place_of_service_code=dice.choice(unassigned) if n % 3 else "00")])


@rule(
    "diagnosis-count-wrong",
    "CLM110",
    "No diagnosis, or more than the form has room for.",
    "837P guide, 2300 HI; NUCC 1500 manual, item 21",
    also=FORM + " LNK101 LNK102 DX118 DX112",
)
def count(dice: Random, n: int) -> Case:
    if n % 2:
        return Case([either(dice, n, diagnoses=[])])
    codes = ["I10", "E785", "K219", "E039", "L309", "F411", "D649", "E559", "L700", "B351", "J309", "R5383", "J449"]
    dice.shuffle(codes)
    return Case([professional(dice, payer="commercial", codes=codes)])


@rule(
    "replacement-without-reference",
    "CLM111",
    "A replacement or void without the payer's control number of the first claim.",
    "837 guides, REF*F8: required when CLM05-3 is 7 or 8",
)
def replacement(dice: Random, n: int) -> Case:
    frequency = "78"[n % 2]
    if n % 3 == 2:
        return Case([institutional(dice, claim_frequency_code=frequency, bill_type_code="13" + frequency)])
    return Case([professional(dice, claim_frequency_code=frequency)])


@rule("accident-incomplete", "CLM112", "An accident without its date, or an auto accident without its state.", "837P guide, CLM11 and DTP*439")
def accident(dice: Random, n: int) -> Case:
    day = some_day(dice)
    if n % 3 == 0:
        return Case([professional(dice, day=day, is_auto_accident=True, accident_date=day - timedelta(days=3))], hard=True)
    if n % 3 == 1:
        return Case([professional(dice, day=day, is_auto_accident=True, accident_state="NC")])
    return Case([professional(dice, day=day, is_other_accident=True)])


@rule("filed-too-late", "CLM113", "Medicare takes claims within one calendar year of the service.", "42 CFR 424.44(a); Claims Processing Manual, ch. 1, 70")
def late(dice: Random, n: int) -> Case:
    day = some_day(dice, "2016-01-01", "2025-06-30")
    by = [900, 367, 400, 380][n % 4]
    make = institutional if n % 2 else professional
    return Case([make(dice, payer="medicare", day=day, submitted_date=day + timedelta(days=by))], hard=by == 367)


@rule(
    "claim-twice",
    "CLM114",
    "The same claim twice: its number again, or the same lines under another number.",
    "Claims Processing Manual, ch. 1, 120 (duplicates)",
    also="CLM115 EM102",
)
def twice(dice: Random, n: int) -> Case:
    first = either(dice, n)
    again = first | {"same_number": n % 2 == 0}
    return Case([first, again], at=1, hard=bool(n % 2))


@rule("line-twice", "CLM115", "A line that repeats another.", "Claims Processing Manual, ch. 1, 120.2", also="EM102 QTY102 QTY103")
def line_twice(dice: Random, n: int) -> Case:
    code = ["93000", "71046", "36415", "93306"][n % 4]
    lines = [line(code), visit(dice), line(code)] if n % 2 else [line(code), line(code)]
    return Case([professional(dice, payer="commercial", day=some_day(dice, "2018-01-01"), lines=lines)], line=len(lines), hard=bool(n % 2))


@rule(
    "ordering-provider-missing",
    "CLM116",
    "Imaging or a laboratory test to Medicare without who ordered it.",
    "42 CFR 424.507; Claims Processing Manual, ch. 1, 80.3.2; ch. 26, 10.4, item 17",
)
def ordering(dice: Random, n: int) -> Case:
    code, more = [
        ("71046", {}),
        ("80053", {"clia_number": "34D1234567"}),
        ("72100", {}),
        ("85025", {"clia_number": "34D1234567"}),
        ("76700", {}),
        ("70450", {}),
    ][n % 6]
    first = 2 if n % 2 else 1
    lines = [visit(dice), line(code)] if n % 2 else [line(code)]
    return Case([professional(dice, payer="medicare", day=some_day(dice, "2018-01-01"), codes=["I10", "E785"], lines=lines, **more)], line=first)


@rule(
    "clia-number-missing",
    "CLM117",
    "A laboratory test to Medicare or Medicaid without a valid CLIA number.",
    "Claims Processing Manual, ch. 16, 70.2 and 70.10",
)
def clia(dice: Random, n: int) -> Case:
    code = ["80053", "85025", "83036", "81001", "87880", "80061"][n % 6]
    wrong: dict[str, Any] = {} if n % 3 else {"clia_number": ["34X1234567", "34D123456", "D123456789"][n // 3 % 3]}
    return Case(
        [professional(dice, payer=["medicare", "medicaid"][n % 2], codes=["E119"], lines=[line(code)], referring_npi=people.npi(dice), **wrong)], hard=not n % 3
    )


@rule(
    "member-id-wrong",
    "CLM118",
    "No member number, or one that is no Medicare Beneficiary Identifier.",
    "CMS, MBI format; Claims Processing Manual, ch. 2",
    also=FORM,
)
def member(dice: Random, n: int) -> Case:
    right = people.medicare_id(dice)
    wrong = [right[0] + "S" + right[2:], right[:10], "0" + right[1:], right[:3] + "A" + right[4:], "123456789A", right[:8] + "7" + right[9:]][n % 6]
    return Case([either(dice, n, payer="medicare", day=some_day(dice, "2020-02-01"), member_id=wrong)], hard=n % 6 in {0, 2, 5})


@rule(
    "taxonomy-malformed",
    "CLM119",
    "A taxonomy code of another form than three digits or letters, and X at the end.",
    "NUCC, Health Care Provider Taxonomy, code structure",
    also=FORM,
)
def taxonomy(dice: Random, n: int) -> Case:
    wrong = ["207Q00000", "207Q0000X", "FAMILYDOC1", "207Q00000XX", "207Q-0000X", "2070000000"][n % 6]
    role: dict[str, Any] = {["billing_taxonomy_code", "rendering_taxonomy_code"][n % 2]: wrong}
    return Case([professional(dice, **role)])


@rule("drug-number-wrong", "CLM120", "A drug's NDC that isn't eleven digits, or is missing for Medicaid.", "837P guide, LIN03; 42 CFR 447.520", also=FORM)
def ndc(dice: Random, n: int) -> Case:
    code = ["J1885", "J3301", "J0696", "J2405"][n % 4]
    visit_line = visit(dice) | {"modifier_1": "25"}
    if n % 2:
        return Case([professional(dice, payer="medicaid", lines=[visit_line, line(code)])], line=2)
    return Case(
        [
            professional(
                dice,
                payer="medicaid" if n % 4 else "commercial",
                lines=[visit_line, line(code, ndc=["0040912301", "00409-1230-1", "0040912301X", "004091230112"][n // 2 % 4])],
            )
        ],
        line=2,
    )


@rule(
    "other-coverage-incomplete",
    "CLM121",
    "A claim to a second payer without the first one's decision.",
    "837 guides, 2320: required when another payer paid before",
)
def coverage(dice: Random, n: int) -> Case:
    return Case([either(dice, n, payer_sequence_code="ST"[n % 4 == 3])])


@rule(
    "inpatient-without-admission", "CLM122", "A service to an inpatient without the date of admission.", "837P guide, DTP*435; 837I guide, DTP*435", also=FORM
)
def admission(dice: Random, n: int) -> Case:
    if n % 2:
        return Case([institutional(dice, stay=3, admission_date=None)])
    return Case(
        [
            professional(
                dice, payer="commercial", place_of_service_code=["21", "51"][n // 2 % 2], lines=[line(["99222", "99232", "99238"][n % 3], charge="210.00")]
            )
        ]
    )


@rule("state-or-zip-wrong", "CLM123", "A state that doesn't exist, or a ZIP code of another form.", "837 guides, N402 and N403; USPS", also=FORM)
def state(dice: Random, n: int) -> Case:
    more = [
        {"billing_state": "ZZ"},
        {"billing_zip_code": "2760"},
        {"facility_npi": people.npi(dice), "facility_state": "NX"},
        {"facility_npi": people.npi(dice), "facility_zip_code": "27A01"},
    ]
    return Case([either(dice, n, **more[n % 4])], hard=n % 4 > 1)
