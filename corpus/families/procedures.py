"""Procedures, bundled pairs, units, coverage and earlier claims."""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache
from random import Random
from typing import Any

from corpus import people, plain
from corpus.case import Case, line, professional, rule, same_patient, some_day, visit
from corpus.families.modifiers import MANUAL, codes, schedule_day


@rule(
    "procedure-malformed",
    "PX101",
    "A procedure code of a form that no CPT or HCPCS code has.",
    "837 guides, SV101-2; CPT and HCPCS code structure",
    also="ENV003",
)
def malformed(dice: Random, n: int) -> Case:
    wrong = ["9921", "992I3", "99213X", "9921-3", "J188", "ABCDE", "9O213", "992133"][n % 8]
    return Case([professional(dice, lines=[visit(dice), line(wrong)])], line=2)


@rule(
    "procedure-not-in-force",
    "PX102",
    "A procedure code that had ended or had not begun.",
    "45 CFR 162.1000; CMS, HCPCS; AMA, CPT changes",
    tables=True,
    count=16,
    also="EM101 EM104 NCCI104",
)
def not_in_force(dice: Random, n: int) -> Case:
    code, first, last = [
        ("99201", "2021-01-02", "2027-06-30"),
        ("G2212", "2019-01-01", "2020-12-31"),
        ("G2211", "2017-01-01", "2020-12-31"),
        ("99217", "2023-01-01", "2026-01-01"),
        ("99218", "2023-01-02", "2026-01-01"),
        ("99241", "2023-01-01", "2027-01-01"),
        ("Q9999", "2024-07-01", "2024-09-30"),
        ("99343", "2023-01-01", "2025-12-31"),
    ][n % 8]
    return Case([professional(dice, payer="commercial", day=some_day(dice, first, last), lines=[visit(dice), line(code)])], line=2)


@rule("performance-code-charged", "PX103", "A CPT Category II code with a charge.", "CPT, Category II codes; CMS, quality data codes", also="PX107")
def performance(dice: Random, n: int) -> Case:
    code = ["3074F", "3078F", "1036F", "4004F", "3044F"][n % 5]
    return Case([professional(dice, day=some_day(dice, "2018-01-01"), lines=[visit(dice), line(code, charge=["25.00", "5.00"][n % 2])])], line=2)


@rule("unlisted-undescribed", "PX104", "An unlisted code without a description.", "837P guide, SV101-7; " + MANUAL + "ch. 26, 10.4, item 19", also="MOD107")
def unlisted(dice: Random, n: int) -> Case:
    code = ["64999", "17999", "27599", "49999", "29999", "J3490"][n % 6]
    return Case([professional(dice, payer="commercial", lines=[line(code)])], line=1)


@rule("procedure-age-conflict", "PX105", "A procedure whose own definition names another age.", "CPT, code definitions", also="LNK107 DX124 PX107")
def ages(dice: Random, n: int) -> Case:
    day = some_day(dice, "2018-01-01")
    code, age, reason = [
        ("99392", 30, "Z0000"),
        ("99396", 30, "Z0000"),
        ("99395", 45, "Z0000"),
        ("99397", 50, "Z0000"),
        ("42820", 25, "J3501"),
        ("99391", 3, "Z00129"),
        ("99394", 18, "Z0000"),
        ("99393", 12, "Z00129"),
    ][n % 8]
    birth = date(day.year - age, max(1, day.month - 1), 1)
    return Case([professional(dice, payer="commercial", day=day, codes=[reason], lines=[line(code)], patient_birth_date=birth)], line=1, hard=age in {18, 12})


@rule(
    "procedure-sex-conflict",
    "PX106",
    "A procedure on an organ of the other sex.",
    "MCE and IOCE, procedure and sex conflict",
    tables=True,
    also="MOD107 PX109 PX107",
)
def sexes(dice: Random, n: int) -> Case:
    sections = {"F": ("54", "55"), "M": ("58", "57", "59")}
    sex = "FM"[n % 2]
    code = dice.choice(
        sorted(
            c
            for (c, m), row in plain.fees(2024).items()
            if not m
            and row["status"] == "A"
            and c.isdigit()
            and c[:2] in sections[sex]
            and c not in plain.add_ons()
            and not (c.startswith("55") and c > "55899")
        )
    )
    return Case([professional(dice, payer="commercial", day=schedule_day(dice, n), lines=[line(code)], patient_sex=sex, place_of_service_code="22")], line=1)


@rule(
    "not-payable",
    "PX107",
    "A code that Medicare's fee schedule calls invalid for Medicare or not covered.",
    "MPFS, status indicators I and N",
    tables=True,
    count=15,
    also="PX110 EM104 PX105 PX106 QTY104 NCCI104 MOD107 LNK107 PX103 PX109 CLM116 CLM117 NCCI101 NCCI102",
)
def not_payable(dice: Random, n: int) -> Case:
    code = dice.choice(
        sorted(c for (c, m), row in plain.fees(2024).items() if not m and row["status"] == "IN"[n % 2] and c.isdigit() and not c.startswith("0"))
    )
    return Case(
        [
            professional(
                dice,
                payer="medicare",
                day=schedule_day(dice, n),
                lines=[visit(dice) | {"modifier_1": "25"}, line(code)],
                referring_npi=people.npi(dice),
                clia_number="34D1234567",
            )
        ],
        line=2,
    )


@rule(
    "always-bundled",
    "PX108",
    "A code whose payment is always part of another service.",
    "MPFS, status indicators B and P",
    tables=True,
    also="QTY104 NCCI104 CLM116 CLM117 PX109 MOD111 PX103 NCCI101 NCCI102",
)
def bundled(dice: Random, n: int) -> Case:
    code = dice.choice(sorted(c for (c, m), row in plain.fees(2024).items() if not m and row["status"] in {"B", "P"} and c.isdigit()))
    return Case([professional(dice, payer="medicare", day=schedule_day(dice, n), lines=[visit(dice), line(code)], referring_npi=people.npi(dice))], line=2)


@rule(
    "service-against-place",
    "PX109",
    "A visit of a kind that doesn't happen in the place.",
    "CPT, evaluation and management; CMS, Place of Service Code Set",
    also="CLM122",
)
def places(dice: Random, n: int) -> Case:
    code, where = [("99222", "11"), ("99232", "11"), ("99284", "11"), ("99308", "11"), ("99223", "20"), ("99283", "81")][n % 6]
    return (
        Case([professional(dice, day=some_day(dice), lines=[line(code)], place_of_service_code=where)], line=1)
        if code != "99308"
        else Case([professional(dice, day=some_day(dice), lines=[line("99233")], place_of_service_code="49")], line=1)
    )


@rule(
    "payer-wants-another-code",
    "PX110",
    "A code that Medicare doesn't take and replaces by its own.",
    "Medicare Claims Processing Manual, ch. 5, 20; ch. 12, 30.6.15",
    tables=True,
    also="PX107 EM104 NCCI104 QTY104 MOD111",
)
def another(dice: Random, n: int) -> Case:
    code, lead = [("97014", []), ("99417", [line("99215")]), ("99418", [line("99223")])][n % 3]
    where: dict[str, Any] = {"place_of_service_code": "21", "admission_date": date(2024, 7, 1)} if code == "99418" else {}
    modifier = ("GP",) if code == "97014" else ()
    return Case(
        [professional(dice, payer="medicare", day=some_day(dice, "2024-07-01", "2024-12-31"), lines=[*lead, line(code, *modifier)], **where)],
        line=len(lead) + 1,
    )


@rule(
    "telehealth-not-payable",
    "PX111",
    "Telehealth with a code that isn't on Medicare's list.",
    "42 CFR 410.78; CMS, List of Telehealth Services",
    also="MOD107 LNK104",
)
def telehealth(dice: Random, n: int) -> Case:
    code = ["93000", "20610", "17110", "71046", "11102"][n % 5]
    modifiers = ("RT", "95") if code == "20610" else ("95",)
    return Case(
        [
            professional(
                dice,
                payer="medicare",
                day=some_day(dice, "2024-01-01", "2026-10-01"),
                lines=[line(code, *modifiers)],
                place_of_service_code=["02", "10"][n % 2],
                referring_npi=people.npi(dice),
            )
        ],
        line=1,
    )


@rule(
    "medicare-has-its-own-code",
    "PX112",
    "A vaccine's administration or a screening colonoscopy to Medicare under CPT's code.",
    MANUAL + "ch. 18, 10.2.1 and 60.1",
    also="DX119 LNK104 CLM121",
)
def own_code(dice: Random, n: int) -> Case:
    if n % 2:
        return Case(
            [
                professional(
                    dice, payer="medicare", day=some_day(dice), codes=["Z23"], lines=[line(["90662", "90670", "90686", "90732"][n // 2 % 4]), line("90471")]
                )
            ],
            line=2,
        )
    return Case(
        [
            professional(
                dice,
                payer="medicare",
                day=some_day(dice),
                codes=["Z1211"],
                lines=[line("45378", *[("33",), ("PT",), ()][n // 2 % 3])],
                place_of_service_code="24",
            )
        ],
        line=1,
        hard=True,
    )


@rule("pointer-missing", "LNK101", "A line without a diagnosis pointer.", "837P guide, SV107-1", also="ENV002 ENV003 DX118")
def no_pointer(dice: Random, n: int) -> Case:
    return Case([professional(dice, lines=[visit(dice), line("36415", to=())] if n % 2 else [line("99213", to=())])], line=2 if n % 2 else 1)


@rule("pointer-wrong", "LNK102", "A pointer to a diagnosis that isn't there, or twice to one.", "837P guide, SV107", also="ENV003 DX118")
def wrong_pointer(dice: Random, n: int) -> Case:
    to = [(3,), (1, 4), (1, 1), (2, 5)][n % 4]
    return Case([professional(dice, codes=["I10", "E785"], lines=[line("99213", to=(1, 2)), line("36415", to=to)])], line=2, hard=n % 4 > 0)


@rule(
    "national-policy",
    "LNK104 LNK105",
    "No diagnosis of the line is in the national coverage policy's list.",
    "NCD 190.23 and 190.21 (CMS)",
    also="LNK107 DX119 DX124",
)
def national(dice: Random, n: int) -> Case:
    code, reason = [("80061", "J029"), ("83036", "L700"), ("80061", "M25511"), ("83036", "J309"), ("83036", "Z0289"), ("80061", "S0001XA")][n % 6]
    return Case(
        [
            professional(
                dice,
                payer="medicare",
                day=some_day(dice, "2024-01-01", "2026-12-31"),
                codes=[reason],
                lines=[line(code)],
                referring_npi=people.npi(dice),
                clia_number="34D1234567",
            )
        ],
        line=1,
    )


@cache
def _sided() -> tuple[list[str], list[str]]:
    titles = {c: t for c, (b, t) in plain.order().items() if b and c in plain.always() and c[0] in "MS" and (c[0] == "M" or c.endswith("A"))}
    right = sorted(c for c, t in titles.items() if " right " in f" {t.replace(',', ' ')} " and " left " not in f" {t.replace(',', ' ')} ")
    left = sorted(
        c
        for c, t in titles.items()
        if " left " in f" {t.replace(',', ' ')} " and " right " not in f" {t.replace(',', ' ')} " and "left front" not in t and "left in" not in t
    )
    return left, right


@rule(
    "sides-contradict",
    "LNK106",
    "The modifier names one side and every diagnosis of the line the other.",
    "ICD-10-CM Official Guidelines, I.B.13; NCCI Policy Manual, ch. I, section E",
    count=20,
    also="DX112 DX111 DX120 LNK104 LNK103 DX108 DX113 DX123 LNK116",
)
def sides(dice: Random, n: int) -> Case:
    left, right = _sided()
    code = ["20610", "73560", "29881", "73030", "27447"][n % 5]
    reason, modifier = (dice.choice(left), "RT") if n % 2 else (dice.choice(right), "LT")
    return Case(
        [
            professional(
                dice,
                payer=["medicare", "commercial", "medicaid"][n % 3],
                day=some_day(dice, "2020-10-01"),
                codes=[reason],
                lines=[line(code, modifier)],
                place_of_service_code="24",
                referring_npi=people.npi(dice),
            )
        ],
        line=1,
    )


@rule(
    "visit-kind-against-diagnosis",
    "LNK107",
    "A preventive visit for a problem only, or a problem visit for a check-up only.",
    "CPT, preventive medicine services; ICD-10-CM Official Guidelines, IV.P",
    also="PX107 DX119 DX124",
)
def kind(dice: Random, n: int) -> Case:
    day = some_day(dice, "2018-01-01")
    birth = {"patient_birth_date": date(day.year - 50, 1, 1)}
    if n % 2:
        return Case([professional(dice, payer="commercial", day=day, codes=[["I10", "E785", "J069"][n % 3]], lines=[line("99396")], **birth)], line=1)
    return Case([professional(dice, payer="commercial", day=day, codes=["Z0000"], lines=[line(["99213", "99214"][n // 2 % 2])], **birth)], line=1)


@rule("payer-rule-broken", "PAY101", "Medical nutrition therapy to Medicare without the referring physician.", "42 CFR 410.132(c)", also="LNK104 QTY106")
def payer_rule(dice: Random, n: int) -> Case:
    return Case(
        [
            professional(
                dice, payer="medicare", day=some_day(dice, "2016-01-01", "2026-12-31"), codes=["E119"], lines=[line(["97802", "97803", "97804"][n % 3])]
            )
        ],
        line=1,
    )


@rule(
    "inside-global-period",
    "HX101",
    "A visit within the 10 or 90 days after an operation by the same surgeon.",
    MANUAL + "ch. 12, 40.1",
    tables=True,
    also="MOD107",
)
def global_period(dice: Random, n: int) -> Case:
    days, after = [("090", dice.randint(2, 60)), ("010", dice.randint(1, 9))][n % 2]
    surgery_day = some_day(dice, "2024-07-01", "2024-09-20")
    code = dice.choice([c for c in codes(**{"global": days}) if c[:2] in {"11", "12", "27", "25", "49", "47"} and c not in plain.add_ons()])
    payer = ["medicare", "commercial"][n // 2 % 2]
    one = professional(dice, payer=payer, day=surgery_day, lines=[line(code)], place_of_service_code="24")
    two = same_patient(professional(dice, payer=payer, day=surgery_day + timedelta(days=after), lines=[visit(dice)]), one)
    return Case([one, two], at=1, line=1, hard=bool(n % 2))


@rule(
    "more-often-than-allowed",
    "HX102",
    "A service more often than Medicare's limit of frequency.",
    "42 CFR 410.15, 410.34 and 410.39; " + MANUAL + "ch. 18",
    also="PX106 LNK104 CLM117 DX119 MOD107",
)
def frequency(dice: Random, n: int) -> Case:
    day = some_day(dice, "2021-01-01", "2026-12-31")
    code, reason, apart = [("G0439", "Z0000", 200), ("77067", "Z1231", 150), ("G0438", "Z0000", 900), ("77067", "Z1231", 300), ("G0439", "Z0000", 330)][n % 5]
    more = {"patient_sex": "F", "referring_npi": people.npi(dice)}
    one = professional(dice, payer="medicare", day=day - timedelta(days=apart), codes=[reason], lines=[line(code)], **more)
    two = same_patient(professional(dice, payer="medicare", day=day, codes=[reason], lines=[line(code)], **more), one)
    return Case([one, two], at=1, line=1, hard=apart in {330, 300})


@rule("already-billed", "HX103", "A line that an earlier claim has already.", MANUAL + "ch. 1, 120", also="CLM114")
def already(dice: Random, n: int) -> Case:
    day = some_day(dice, "2018-01-01")
    payer = ["commercial", "medicare", "medicaid"][n % 3]
    first = professional(dice, payer=payer, day=day, lines=[visit(dice)])
    again = same_patient(professional(dice, payer=payer, day=day, lines=[dict(first["lines"][0])]), first)
    if n % 2:
        again["lines"].append(line("93000", from_date=day, to_date=day))
        again["charge_amount"] = f"{sum(float(x['charge_amount']) for x in again['lines']):.2f}"
    return Case([again], earlier=[first], line=1, hard=bool(n % 2))
