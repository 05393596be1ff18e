"""Diagnosis codes: in force, complete, in order, right for age and sex, allowed together."""

from __future__ import annotations

import re
from datetime import date, timedelta
from functools import cache
from random import Random

from corpus import plain
from corpus.case import SAFE, Case, diagnosis, institutional, line, professional, rule, some_day
from corpus.families.claims import either

GUIDE = "ICD-10-CM Official Guidelines, section "
NOTES = "DX107 DX111 DX112 DX115 DX117 DX118 DX119 DX120 DX123"
SHORT = "DX102 DX101"
TODAY = date(2025, 6, 2)


@cache
def once() -> list[str]:
    """Codes that were in force and ended before 2026, each in one period."""
    return [c for c, p in plain.periods().items() if max(t for _, t, _ in p) < date(2025, 12, 31)]


@cache
def later() -> list[str]:
    """Codes that began after October 2016."""
    return [c for c, p in plain.periods().items() if min(f for f, _, _ in p) > date(2016, 10, 1)]


def plain_code(dice: Random, keep: str = "[A-S]") -> str:
    """A code in force throughout, that needs nothing else."""
    codes = _quiet()
    while True:
        code = dice.choice(codes)
        if re.match(keep, code):
            return code


@cache
def _quiet() -> list[str]:
    flags = {code for code, p in plain.periods().items() if any(f for _, _, f in p)}
    return [c for c in sorted(plain.always()) if c not in flags and len(c) < 7 and not re.match(r"[O-QS-Z]|[B]9[5-7]", c)]


def _claim(dice: Random, n: int, code: str, day: date, more: str = "") -> dict[str, object]:
    return either(dice, n, day=day, codes=[code, more] if more else [code])


@rule("diagnosis-unknown", "DX101", "The code never was in the code set.", "45 CFR 162.1002; " + GUIDE + "I.B.2")
def unknown(dice: Random, n: int) -> Case:
    while True:
        base = plain_code(dice)
        wrong = [base[:-1] + "O" if base[-1] == "0" else base + "7", base[0] + "O" + base[2:], base + dice.choice("12345"), "U" + base[1:]][n % 4]
        known = wrong in plain.periods() or wrong in plain.order() or wrong in plain.tabular()
        taken = any(code.startswith(wrong) for code in plain.order())
        if not known and not taken and len(wrong) <= 6:
            break
    day = some_day(dice)
    if n % 2:
        return Case([_claim(dice, n, "I10", day, wrong)], diagnosis=2, hard=True)
    return Case([_claim(dice, n, wrong, day)], diagnosis=1)


@rule(
    "diagnosis-not-in-force",
    "DX102",
    "The code ended before the service, or began after it.",
    "45 CFR 162.1000(b); " + GUIDE + "I.B.2",
    count=24,
    also="DX103 DX113",
)
def not_in_force(dice: Random, n: int) -> Case:
    while True:
        if n % 2:
            code = dice.choice(once())
            start = max(t for _, t, _ in plain.periods()[code]) + timedelta(days=1)
            day = start if n % 4 == 3 else some_day(dice, start, date(2027, 3, 1))
        else:
            code = dice.choice(later())
            end = min(f for f, _, _ in plain.periods()[code]) - timedelta(days=1)
            day = end if n % 4 == 2 else some_day(dice, date(2016, 1, 1), end)
        clear = not re.match(r"[V-Y]|O|P|T", code) and day >= date(2016, 1, 1)
        if clear and not any(f for _, _, f in plain.periods()[code]):
            break
    claim = professional(dice, day=day, codes=[code])
    return Case([claim], diagnosis=1, hard=n % 4 > 1)


@rule("diagnosis-is-a-category", "DX103", "A category or subcategory where a code is asked for.", GUIDE + "I.B.2", also=SHORT)
def category(dice: Random, n: int) -> Case:
    headers = _headers()
    code = dice.choice(headers)
    day = some_day(dice)
    if n % 2:
        return Case([_claim(dice, n, "I10", day, code)], diagnosis=2, hard=len(code) > 4)
    return Case([_claim(dice, n, code, day)], diagnosis=1, hard=len(code) > 4)


@cache
def _headers() -> list[str]:
    """Headers of FY2021 that were never codes and are divided by a further character other than the seventh."""
    longer = {code[:-1] for code, (_, _) in plain.order().items() if len(code) < 7}
    return [c for c, (billable, _) in plain.order().items() if not billable and c in longer and c not in plain.periods() and not re.match("[V-YOP]", c)]


@rule(
    "seventh-character-wrong",
    "DX104",
    "The seventh character is missing, isn't one that the code takes, or has no placeholder before it.",
    GUIDE + "I.A.4 and I.A.5",
    also=SHORT + " DX103 DX115",
)
def seventh(dice: Random, n: int) -> Case:
    while True:
        whole = dice.choice(_injuries())
        if n % 3 == 0:
            wrong = whole[:6]
        elif n % 3 == 1:
            wrong = whole[:6] + "Z"
        else:
            wrong = whole[:6].rstrip("X") + whole[6]
            if "X" not in whole[3:6]:
                continue
        if wrong not in plain.periods():
            break
    return Case([_claim(dice, n, wrong, some_day(dice))], diagnosis=1, hard=n % 3 == 2)


@cache
def _injuries() -> list[str]:
    return [c for c in sorted(plain.always()) if re.match(r"S.{5}A$", c)]


@rule(
    "wrong-code-system",
    "DX105",
    "ICD-9-CM on a service from October 2015 on, or both systems on a claim.",
    "45 CFR 162.1002(c)",
    also="DX101 DX102 DX103 ENV002 ENV003",
)
def system(dice: Random, n: int) -> Case:
    code = ["4019", "25000", "7245", "4660", "53081"][n % 5]
    if n % 3 == 2:
        return Case([professional(dice, payer="commercial", diagnoses=[diagnosis("I10"), diagnosis(code, code_qualifier="BF")])], diagnosis=2, hard=True)
    return Case([either(dice, n + (n % 3 > 1), diagnoses=[diagnosis(code, code_qualifier="BK")])], diagnosis=1)


@rule("diagnosis-twice", "DX106", "The same code twice.", GUIDE + "I.B.12", also="DX118")
def repeated(dice: Random, n: int) -> Case:
    codes = dice.sample(SAFE, 3)
    codes.insert(dice.randint(1, 3), codes[0])
    return Case([either(dice, n, codes=codes)], diagnosis=max(i for i, c in enumerate(codes, 1) if c == codes[0]))


@cache
def _excluded() -> list[tuple[str, str]]:
    """Codes in force throughout whose own Excludes1 note ends with one whole code."""
    found = []
    throughout = set(_quiet())
    for code, notes in plain.tabular().items():
        for note in notes["excludes1"]:
            one = re.search(r"\(([A-Z]\d[0-9A-Z](?:\.[0-9A-Z]+)?)\)$", note)
            other = one[1].replace(".", "") if one else ""
            if code in throughout and other in throughout:
                found.append((code, other))
    return found


@rule(
    "excludes1",
    "DX107",
    "Two codes between which the tabular list has an Excludes1 note.",
    GUIDE + "I.A.12.a",
    count=15,
    also="DX112 DX117 DX122 DX128 DX118 DX111",
)
def excludes1(dice: Random, n: int) -> Case:
    pair = list(dice.choice(_excluded()))
    if n % 2:
        pair.reverse()
    day = some_day(dice, "2025-04-01", "2026-09-30") if n % 3 else some_day(dice, "2020-10-01", "2021-09-30")
    codes = [pair[0], "I10", pair[1]] if n % 4 == 3 and not pair[0].startswith("I") and not pair[1].startswith("I") else pair
    return Case([professional(dice, day=day, codes=codes, lines=[line("99213", to=range(1, len(codes) + 1))])], hard=bool(n % 2))


@rule("manifestation-first", "DX108", "A manifestation code first.", GUIDE + "I.A.13; MCE edit 6", also="DX111 DX112 DX115 DX123 DX114")
def manifestation(dice: Random, n: int) -> Case:
    day = some_day(dice, "2017-10-01")
    code = dice.choice(sorted(c for c in plain.flagged("manifestation", day) if c in plain.always()))
    return Case([either(dice, n, day=day, codes=[code, "E785"])], diagnosis=1)


@rule("external-cause-first", "DX109", "A code of external causes first.", GUIDE + "I.C.20.a.6; MCE edit 7", also="DX120 DX112 DX123")
def external(dice: Random, n: int) -> Case:
    day = some_day(dice)
    code = dice.choice(sorted(c for c in plain.flagged("ecodepdx", day) if c.endswith("A") and c[0] in "VWXY" and c in plain.always()))
    return Case([either(dice, n, day=day, codes=[code, "S0001XA"] if n % 2 else [code])], diagnosis=1, hard=bool(n % 2))


@rule(
    "unacceptable-principal",
    "DX110",
    "A principal diagnosis that doesn't say why the patient was admitted.",
    "MCE, unacceptable principal diagnosis (edit 9)",
    also="DX119 DX112 DX123 DX124 DX109 DX113 DX114 DX111 DX127",
)
def unacceptable(dice: Random, n: int) -> Case:
    day = some_day(dice, "2016-10-01")
    code = dice.choice(
        sorted(c for c in plain.flagged("unacceptable", day) if c.startswith("Z") and c in plain.always() and "|" not in plain.periods()[c][0][2])
    )
    return Case([institutional(dice, stay=dice.randint(2, 6), day=day, codes=[code])], diagnosis=1)


@cache
def _behind() -> list[str]:
    throughout = set(_quiet())
    return [
        c
        for c, notes in plain.tabular().items()
        if c in throughout
        and any(
            re.search(r"\([A-Z]\d[0-9A-Z.\-]*\)", t) and not re.search(r"if applicable|if known|if any", " ".join(notes["codeFirst"]), re.IGNORECASE)
            for t in notes["codeFirst"]
        )
    ]


@rule("underlying-condition-not-first", "DX111", "A code with a 'code first' note, first or alone.", GUIDE + "I.A.13", also="DX112 DX108 DX123 DX118")
def code_first(dice: Random, n: int) -> Case:
    return Case([either(dice, n, day=some_day(dice, "2025-04-01", "2026-09-30"), codes=[dice.choice(_behind())])], diagnosis=1)


@rule("additional-code-missing", "DX112", "A 'use additional code' note, and no such code on the claim.", GUIDE + "I.A.17", also="DX111 DX107 DX117")
def additional(dice: Random, n: int) -> Case:
    throughout = set(_quiet())
    found = sorted(
        c
        for c, notes in plain.tabular().items()
        if c in throughout
        and not notes["codeFirst"]
        and any(
            re.match(r"code to (identify|specify|indicate)[^(]*\([A-Z]\d[0-9A-Z.\-]*\)$", t, re.IGNORECASE)
            and not re.search("if |any|applicable|infectious|organism|tobacco|smok|manifest|\\([V-Y]", t, re.IGNORECASE)
            for t in notes["useAdditionalCode"]
        )
    )
    return Case([either(dice, n, day=some_day(dice, "2025-04-01", "2026-09-30"), codes=[dice.choice(found)])], diagnosis=1)


@rule(
    "age-conflict",
    "DX113",
    "A diagnosis of one time of life, in a patient of another.",
    "MCE, age conflict (edit 4)",
    count=16,
    also="DX112 DX111 DX123 DX126 DX125 DX110 DX114 DX119 DX115 LNK107",
)
def age(dice: Random, n: int) -> Case:
    day = some_day(dice, "2016-10-01")
    flag, years = [("newborn", 40), ("pediatric", 18), ("maternity", 70), ("adult", 10), ("newborn", 1), ("pediatric", 45), ("maternity", 7), ("adult", 14)][
        n % 8
    ]
    code = dice.choice(
        sorted(
            c
            for c in plain.flagged(flag, day)
            if c in plain.always()
            and flag in plain.periods()[c][0][2].split("|")
            and "male" not in plain.periods()[c][0][2].split("|")
            and not c.startswith("Z3")
        )
    )
    birth = date(day.year - years, max(1, day.month - 1), 1)
    return Case(
        [professional(dice, payer="commercial", day=day, codes=[code], patient_birth_date=birth, patient_sex="F")], diagnosis=1, hard=years in {18, 1, 14}
    )


@rule(
    "sex-conflict",
    "DX114",
    "A diagnosis that the Medicare Code Editor lists for the other sex (until 2024-09-30).",
    "MCE v41.1, sex conflict (edit 5)",
    also="DX111 DX112 DX113 DX115 DX108 DX117",
)
def sexes(dice: Random, n: int) -> Case:
    day = some_day(dice, "2016-10-01", "2024-09-30")
    flag, sex = [("female", "M"), ("male", "F")][n % 2]
    code = dice.choice(sorted(c for c in plain.flagged(flag, day) if c in plain.always() and plain.periods()[c][0][2] == flag and c[0] in "CDEN"))
    return Case([either(dice, n, day=day, codes=[code], patient_sex=sex)], diagnosis=1)


@rule(
    "side-unspecified",
    "DX115",
    "A code for an unspecified side where codes for the sides exist.",
    "MCE, unspecified code (edit 20, from 2022-04-01); " + GUIDE + "I.B.13",
    also="DX112 DX111 DX103 DX108",
)
def unspecified(dice: Random, n: int) -> Case:
    day = some_day(dice, "2022-04-01")
    code = dice.choice(sorted(c for c in plain.flagged("unspecified", day) if c in plain.always() and plain.periods()[c][-1][2] == "unspecified"))
    return Case([institutional(dice, stay=3, day=day, codes=[code]) if n % 2 else professional(dice, day=day, codes=[code])], diagnosis=1)


@cache
def _sides() -> list[tuple[str, str, str]]:
    """Left, right and bilateral codes whose titles differ in that word only."""
    throughout = set(_quiet())
    titles = {title: code for code, (_, title) in plain.order().items() if code in throughout}
    found = []
    for title, code in titles.items():
        if re.search(r"\bright\b", title):
            left = titles.get(title.replace("right", "left", 1))
            both = titles.get(title.replace("right", "bilateral", 1))
            if left and both:
                found.append((left, code, both))
    return found


@rule("sides-apart", "DX116", "The left and the right code where a bilateral code exists.", GUIDE + "I.B.13", also="DX112 DX118")
def apart(dice: Random, n: int) -> Case:
    left, right, _ = dice.choice(_sides())
    return Case([either(dice, n, day=some_day(dice, "2020-10-01"), codes=[left, right] if n % 2 else [right, left])])


@rule(
    "unspecified-beside-specific",
    "DX117",
    "An unspecified code beside a specific one of the same subdivision.",
    GUIDE + "I.B.18 and I.A.9.b",
    also="DX107 DX112",
)
def beside(dice: Random, n: int) -> Case:
    pairs = (("J209", "J200"), ("L209", "L2081"), ("F329", "F321"), ("D509", "D500"), ("L219", "L210"), ("K5900", "K5901"), ("E7800", "E7801"))
    pair = list(pairs[n % len(pairs)])
    if n % 2:
        pair.reverse()
    return Case([either(dice, n, day=some_day(dice, "2017-10-01"), codes=pair)], hard=bool(n % 2))


@rule(
    "first-diagnosis-not-pointed-at",
    "DX129",
    "No line points at the first diagnosis.",
    "837P guide, SV107; ICD-10-CM Official Guidelines, section IV.G",
    also="DX118",
)
def pointed(dice: Random, n: int) -> Case:
    codes = dice.sample(SAFE, 3)
    lines = [line("99213", to=(2, 3))] if n % 2 else [line("99213", to=(2,)), line("36415", to=(3,))]
    return Case([professional(dice, codes=codes, lines=lines)], hard=not n % 2)


@rule(
    "z-code-in-wrong-place",
    "DX119",
    "A first-listed-only Z code further down, or a never-first Z code first.",
    GUIDE + "I.C.21.c.16 and I.C.21.c.3",
    also="DX110 DX124 DX112 DX113 DX111 LNK107 DX107 DX123",
)
def z_code(dice: Random, n: int) -> Case:
    if n % 2:
        return Case([either(dice, n, codes=[dice.choice(("Z6841", "Z6831", "Z1611", "Z1624", "Z6825")), "E785"])], diagnosis=1)
    return Case([either(dice, n, patient_sex="F", codes=["I10", dice.choice(("Z0289", "Z021", "Z0000", "Z5111", "Z01411", "Z0100"))])], diagnosis=2, hard=True)


@rule(
    "encounter-character",
    "DX120",
    "A sequela code first or alone, or an initial-encounter code after subsequent care.",
    GUIDE + "I.B.10 and I.C.19.a",
    also="DX112",
)
def encounter(dice: Random, n: int) -> Case:
    whole = dice.choice(_injuries())
    return Case([professional(dice, payer="commercial", codes=[whole[:6] + "S"] if n % 2 else [whole[:6] + "S", "M25542"])], diagnosis=1, hard=not n % 2)


@rule("diagnosis-with-point", "DX121", "A code with its decimal point in an 837.", "837 guides, HI: the decimal point isn't sent", also="ENV003")
def point(dice: Random, n: int) -> Case:
    codes = [["E11.9", "J45.909", "K21.9", "R53.83"][n % 4]]
    codes = ["I10", *codes] if n % 2 else codes
    return Case([either(dice, n, codes=codes, payer="commercial")], diagnosis=len(codes), x12_only=True)
