"""Right claims that look suspicious."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from random import Random

from corpus import people, plain
from corpus.case import SAFE, Builder, Case, institutional, line, professional, rule, same_patient, service, some_day, visit
from corpus.families.diagnoses import _behind, later, once, plain_code
from corpus.families.modifiers import MANUAL, schedule_day
from corpus.families.pairs import over_limit, pairs_of


def ok(name: str, reason: str, source: str, *, tables: bool = False, count: int = 18) -> Callable[[Builder], Builder]:
    """Registers a builder of right claims."""
    return rule(name, "", reason, source, kind="clean", count=count, tables=tables)


@ok("clean-last-or-first-day-of-a-code", "A code on the last or the first day of its period.", "45 CFR 162.1000(b)", count=30)
def edge(dice: Random, n: int) -> Case:
    chosen = [c for c in (once() if n % 2 else later()) if c[0] in "DEFGHIJKLMN" and len(c) < 7 and not any(f for _, _, f in plain.periods()[c])]
    while True:
        code = dice.choice(chosen)
        if (
            plain.tabular().get(code, {}).get("codeFirst")
            or plain.tabular().get(code[:-1], {}).get("codeFirst")
            or plain.tabular().get(code[:3], {}).get("codeFirst")
        ):
            continue
        day = max(t for _, t, _ in plain.periods()[code]) if n % 2 else min(f for f, _, _ in plain.periods()[code])
        if day >= date(2016, 1, 1):
            return Case([professional(dice, day=day, codes=[code])])


@ok("clean-random-diagnosis", "Any code in force that needs nothing else.", "ICD-10-CM", count=40)
def random_code(dice: Random, n: int) -> Case:
    while True:
        code = plain_code(dice, "[A-N]")
        if code not in set(_behind()) and not any(plain.tabular().get(code[:k], {}).get("codeFirst") for k in (3, 4, 5)):
            break
    return Case([(institutional if n % 4 == 3 else professional)(dice, codes=[code])])


@ok("clean-visit-with-25", "A visit with modifier 25 beside a minor procedure.", "NCCI Policy Manual, ch. I, section D", tables=True)
def with_25(dice: Random, n: int) -> Case:
    code = ["17110", "11200", "10060", "11730", "69210"][n % 5]
    side = ("TA",) if code == "11730" else ()
    return Case(
        [
            professional(
                dice,
                payer=["medicare", "commercial", "medicaid"][n % 3],
                day=schedule_day(dice, n),
                lines=[visit(dice) | {"modifier_1": "25"}, line(code, *side)],
            )
        ]
    )


@ok("clean-surgery-with-57", "The decision for major surgery with modifier 57.", MANUAL + "ch. 12, 30.6.6", tables=True)
def with_57(dice: Random, n: int) -> Case:
    return Case(
        [
            professional(
                dice,
                payer="medicare",
                day=schedule_day(dice, n),
                codes=["K8000"],
                lines=[line("99222", "57"), line("47562")],
                place_of_service_code="21",
                admission_date=date(2024, 6, 30),
            )
        ]
    )


@ok(
    "clean-pair-set-apart",
    "A bundled pair whose indicator allows a modifier, with the modifier on the second code.",
    "NCCI Policy Manual, ch. I, section E",
    tables=True,
    count=30,
)
def apart(dice: Random, n: int) -> Case:
    while True:
        first, second = dice.choice(pairs_of("1"))
        row = [plain.fees(2024)[c, ""] for c in (first, second)]
        if all(r["bilateral"] == "0" for r in row) and all(c[:2] in {"11", "12", "43", "45", "49", "31", "36"} for c in (first, second)):
            break
    return Case(
        [
            professional(
                dice,
                payer=["medicare", "medicaid", "commercial"][n % 3],
                day=schedule_day(dice, n),
                lines=[line(first), line(second, ["59", "XS", "XU"][n % 3])],
                place_of_service_code="24",
            )
        ]
    )


@ok("clean-pair-on-other-days", "A bundled pair on two days.", "NCCI PTP: same day only", tables=True)
def other_days(dice: Random, n: int) -> Case:
    while True:
        first, second = dice.choice(pairs_of("0"))
        row = [plain.fees(2024)[c, ""] for c in (first, second)]
        if all(r["global"] == "000" and r["bilateral"] == "0" for r in row) and "9894" not in {first[:4], second[:4]}:  # a chiropractor's
            break
    day = some_day(dice, "2024-07-02", "2024-09-28")
    one = professional(dice, payer="medicare", day=day, lines=[line(first)], place_of_service_code="24")
    two = same_patient(professional(dice, payer="medicare", day=day + timedelta(days=1), lines=[line(second)], place_of_service_code="24"), one)
    return Case([one, two], at=1)


@ok("clean-units-at-the-limit", "Exactly as many units as the medically unlikely edit allows.", "NCCI MUE table, 2024 Q3", tables=True, count=30)
def at_limit(dice: Random, n: int) -> Case:
    while True:
        code, limit = over_limit(dice, [3, 2, 3][n % 3], 1)
        row = plain.fees(2024)[code, ""]
        if (
            code[:2] in {"36", "94", "95", "96", "92", "90", "11", "64", "93"}
            and row["pctc"] in {"0", "1"}
            and row["bilateral"] == "0"
            and not code.startswith(("925", "9260", "9261", "961", "962", "967"))
        ):
            break
    return Case(
        [
            professional(
                dice, payer="medicare", day=schedule_day(dice, n), lines=[line(code, units=limit)], referring_npi=people.npi(dice), clia_number="34D1234567"
            )
        ]
    )


@ok("clean-side-agrees", "Side modifiers that agree with the diagnosis, or both sides.", "ICD-10-CM Official Guidelines, I.B.13", count=30)
def side(dice: Random, n: int) -> Case:
    codes_, modifier = [(["M1711"], "RT"), (["M1712"], "LT"), (["M170"], "RT"), (["M25511", "M25512"], "LT"), (["M170"], "50"), (["M1990"], "LT")][n % 6]
    return Case([professional(dice, payer=["medicare", "commercial"][n % 2], codes=codes_, lines=[line("20610", modifier, to=range(1, len(codes_) + 1))])])


@ok("clean-manifestation-second", "A manifestation after its cause.", "ICD-10-CM Official Guidelines, I.A.13")
def second(dice: Random, n: int) -> Case:
    pair = [("G301", "F0280"), ("N185", "D631"), ("C61", "D630"), ("A1801", "M4908")][n % 3]
    sex = {"patient_sex": "M"} if pair[0] == "C61" else {}  # of the prostate
    day = some_day(dice, "2016-10-01", "2022-09-30")
    return Case([professional(dice, day=day, payer="commercial", codes=pair, lines=[line("99213", to=(1, 2))], **sex)])


@ok("clean-combined-codes", "Hypertension and kidney or heart disease with their combination codes.", "ICD-10-CM Official Guidelines, I.C.9.a", count=24)
def combined(dice: Random, n: int) -> Case:
    codes_ = (
        ["I129", "N182"],
        ["I110", "I509"],
        ["I130", "I509", "N182"],
        ["E1122", "N182"],
        ["I110", "I5022"],
        ["E1165", "E785"],
        ["I120", "N186", "Z992"],
        ["I10", "N281"],
    )[n % 8]
    return Case([professional(dice, day=some_day(dice, "2017-10-01"), codes=codes_, lines=[line("99213", to=range(1, len(codes_) + 1))])])


@ok("clean-preventive-with-25", "A check-up with findings, and a problem visit with modifier 25.", "CPT, preventive medicine services")
def preventive(dice: Random, n: int) -> Case:
    day = some_day(dice, "2018-01-01")
    return Case(
        [
            professional(
                dice,
                payer="commercial",
                day=day,
                codes=["Z0001", "R030"],
                patient_birth_date=date(day.year - 50, 1, 1),
                lines=[line("99396"), line("99213", "25", to=(2,))],
            )
        ]
    )


@ok("clean-newborn", "A newborn's check-up on the day of birth or later.", "MCE, age conflict; CPT", count=18)
def newborn(dice: Random, n: int) -> Case:
    day = some_day(dice, "2018-01-01")
    born = day - timedelta(days=[3, 0, 20, 10][n % 4])
    code = "Z00110" if (day - born).days < 8 else "Z00111"
    return Case([professional(dice, payer=["commercial", "medicaid"][n % 2], day=day, codes=[code], patient_birth_date=born, lines=[line("99391")])])


@ok("clean-very-old-patient", "A patient of over a hundred.", "837 guides, DMG02")
def old(dice: Random, n: int) -> Case:
    day = some_day(dice)
    return Case([professional(dice, payer="medicare", day=day, patient_birth_date=date(day.year - 100 - n % 12, 1, 1))])


@ok("clean-sex-unknown", "A patient whose sex is unknown.", "837 guides, DMG03: U is a code")
def unknown_sex(dice: Random, n: int) -> Case:
    return Case([professional(dice, patient_sex="U", codes=[dice.choice(SAFE)])])


@ok("clean-filed-on-the-last-day", "A Medicare claim filed on the last day.", "42 CFR 424.44(a)")
def last_day(dice: Random, n: int) -> Case:
    day = some_day(dice, "2016-03-01", "2025-06-30")
    if (day.month, day.day) == (2, 29):
        day += timedelta(days=1)
    return Case([professional(dice, payer="medicare", day=day, submitted_date=day.replace(year=day.year + 1))])


@ok("clean-repeat-with-76", "A test done twice, the second with modifier 76 or 91.", MANUAL + "ch. 12, 40.2; ch. 16, 100.5.1")
def again(dice: Random, n: int) -> Case:
    return Case([professional(dice, payer="commercial", day=some_day(dice, "2018-01-01"), lines=[line("93000"), line("93000", "76")])])


@ok("clean-both-sides-on-two-lines", "A procedure on both sides, on two lines with RT and LT.", MANUAL + "ch. 12, 40.7")
def both(dice: Random, n: int) -> Case:
    return Case([professional(dice, payer=["medicare", "commercial"][n % 2], codes=["M170"], lines=[line("20610", "RT"), line("20610", "LT")])])


@ok("clean-add-on-with-primary", "An add-on code with its primary procedure, written before or after it.", "NCCI add-on codes, 2024 Q3", tables=True)
def add_on(dice: Random, n: int) -> Case:
    primary, add = [("11042", "11045"), ("17000", "17003"), ("11102", "11103"), ("96372", ""), ("90471", "90472"), ("96413", "96415")][n % 6]
    lines = [line(primary)] + ([line(add)] if add else [])
    if n % 2:
        lines.reverse()
    return Case([professional(dice, payer="commercial", day=schedule_day(dice, n), lines=lines)])


@ok("clean-new-patient-after-three-years", "A new patient seen over three years ago.", MANUAL + "ch. 12, 30.6.7.A")
def after_three(dice: Random, n: int) -> Case:
    day = some_day(dice, "2021-02-01", "2027-06-30")
    one = professional(dice, payer="commercial", day=day - timedelta(days=1100 + n), lines=[visit(dice)])
    two = same_patient(professional(dice, payer="commercial", day=day, lines=[line("99203")]), one)
    return Case([one, two], at=1)


@ok("clean-visit-after-global-period", "A visit after the operation's global period, or within it with modifier 24.", MANUAL + "ch. 12, 40.1", tables=True)
def after_global(dice: Random, n: int) -> Case:
    day = some_day(dice, "2024-07-01", "2024-08-20")
    one = professional(dice, payer="medicare", day=day, lines=[line("11420")], place_of_service_code="24")
    after, modifiers = (11 + n, ()) if n % 2 else (5, ("24",))
    two = same_patient(professional(dice, payer="medicare", day=day + timedelta(days=after), lines=[line("99213", *modifiers)]), one)
    return Case([one, two], at=1)


@ok("clean-replacement", "A replacement with the payer's control number.", "837 guides, REF*F8")
def replacement(dice: Random, n: int) -> Case:
    return Case([professional(dice, claim_frequency_code="78"[n % 2], original_reference_number=f"PCN{n:07d}")])


@ok("clean-auto-accident", "An auto accident with its date and state.", "837P guide, CLM11")
def accident(dice: Random, n: int) -> Case:
    day = some_day(dice)
    return Case([professional(dice, payer="auto", day=day, codes=["S161XXA"], is_auto_accident=True, accident_state="NC", accident_date=day)])


@ok("clean-therapy", "Therapy with its modifiers, several units and two disciplines.", MANUAL + "ch. 5, 20")
def therapy(dice: Random, n: int) -> Case:
    return Case(
        [
            professional(
                dice,
                payer="medicare",
                day=some_day(dice, "2018-01-01"),
                codes=["M6281"],
                lines=[line("97110", "GP", units=2), line("97112", "GP"), line("97535", "GO", rendering_npi=people.npi(dice))],
                referring_npi=people.npi(dice),
            )
        ]
    )


@ok("clean-drug-with-waste", "A single-dose drug on two lines, given and discarded.", MANUAL + "ch. 17, 40")
def waste(dice: Random, n: int) -> Case:
    lines = [line("J0585", "JZ", units=200)] if n % 2 else [line("J0585", units=155), line("J0585", "JW", units=45)]
    return Case([professional(dice, payer="medicare", day=some_day(dice, "2023-07-01"), codes=["G43709"], lines=[*lines, line("64615")])])


@ok("clean-laboratory", "Laboratory tests to Medicare with their CLIA number and who ordered them.", MANUAL + "ch. 16, 70")
def laboratory(dice: Random, n: int) -> Case:
    return Case(
        [
            professional(
                dice,
                payer="medicare",
                day=some_day(dice, "2018-01-01"),
                codes=["E119", "E785"],
                lines=[line("83036"), line("80061", to=(2,)), line("36415")],
                referring_npi=people.npi(dice),
                clia_number="34D1234567",
            )
        ]
    )


@ok("clean-hospital-stay", "A hospital's stay with its codes and marks.", "837I guide", count=40)
def stay(dice: Random, n: int) -> Case:
    codes_ = [["J189", "I10"], ["A419", "N390"], ["K5720", "E785"], ["S72001A", "E039"]][n % 4]
    status, kind = [("01", "111"), ("03", "111"), ("30", "112"), ("20", "111")][n % 4]
    claim = institutional(
        dice,
        payer=["medicare", "commercial", "medicaid"][n % 3],
        stay=dice.randint(2, 20),
        codes=codes_,
        discharge_disposition_code=status,
        bill_type_code=kind,
        claim_frequency_code=kind[2],
    )
    died = status == "20"
    if died:
        claim["segments"] = [f"HI*BH:55:D8:{claim['to_date']:%Y%m%d}"]
    return Case([claim], x12_only=died)


@ok("clean-hospital-outpatient", "A hospital outpatient's claim of many lines and days.", "837I guide", count=30)
def outpatient(dice: Random, n: int) -> Case:
    lines = [service("0300", "36415"), service("0305", "85025"), service("0510", "G0463"), service("0250", "", units=3), service("0730", "93005")][: 2 + n % 4]
    return Case([institutional(dice, payer=["medicare", "commercial"][n % 2], day=some_day(dice, "2018-01-01"), lines=lines, clia_number=None)])


@ok("clean-sequela", "A sequela after the condition that it caused.", "ICD-10-CM Official Guidelines, I.B.10")
def sequela(dice: Random, n: int) -> Case:
    return Case([professional(dice, payer="commercial", codes=["M25541" if n % 2 else "L905", "S61411S"], lines=[line("99213", to=(1, 2))])])


@ok("clean-pregnancy", "Pregnancy codes whose trimester and weeks agree, to the day.", "ICD-10-CM Official Guidelines, I.C.15.a.3")
def pregnancy(dice: Random, n: int) -> Case:
    first, week = [("O26891", "Z3A13"), ("O26892", "Z3A14"), ("O26892", "Z3A27"), ("O26893", "Z3A28")][n % 4]
    day = some_day(dice, "2016-10-01")
    return Case(
        [
            professional(
                dice,
                payer="commercial",
                day=day,
                codes=[first, week],
                patient_sex="F",
                patient_birth_date=date(day.year - 30, 1, 1),
                lines=[line("99213", to=(1, 2))],
            )
        ]
    )


@ok("clean-second-payer-like", "A claim of ten or more lines and twelve diagnoses.", "837P guide: 50 lines, 12 diagnoses")
def long(dice: Random, n: int) -> Case:
    chosen = dice.sample(SAFE, 12)
    lines = [
        line(code, to=(k % 12 + 1, (k + 5) % 12 + 1))
        for k, code in enumerate(["99215", "93000", "94010", "36415", "96372", "92551"] if n % 2 else ["99214", "93000", "36415", "94760"])
    ]
    lines[0] |= {"modifier_1": "25", "diagnosis_pointer_1": 1, "diagnosis_pointer_2": 2, "diagnosis_pointer_3": 3, "diagnosis_pointer_4": 4}
    lines[1] |= {f"diagnosis_pointer_{k}": 4 + k for k in range(1, 5)}
    lines[2] |= {f"diagnosis_pointer_{k}": 8 + k for k in range(1, 5)}
    return Case([professional(dice, payer="commercial", day=some_day(dice, "2018-01-01"), codes=chosen, lines=lines)])
