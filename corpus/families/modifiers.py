"""Modifiers and visits."""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache
from random import Random

from corpus import people, plain
from corpus.case import Case, line, professional, rule, same_patient, some_day, visit

MANUAL = "Medicare Claims Processing Manual, "
SCHEDULE = ("2024-07-01", "2024-09-30")
"""Days of the fee schedule and the NCCI tables of July 2024."""


def schedule_day(dice: Random, n: int) -> date:
    """A day for which CMS's tables are at hand: July to September 2024."""
    del n
    return some_day(dice, *SCHEDULE)


@cache
def codes(**wanted: str) -> list[str]:
    """Payable codes of the fee schedule of July 2024 with these indicators; visits are left out."""
    return sorted(
        code
        for (code, modifier), row in plain.fees(2024).items()
        if not modifier
        and row["status"] == "A"
        and code.isdigit()
        and not code.startswith(("99", "92"))
        and all(row[k] == v for k, v in wanted.items())
        and not code.startswith(("54", "55", "56", "57", "58", "59", "0"))
    )


@rule(
    "modifier-unknown",
    "MOD101",
    "A modifier that doesn't exist or had ended.",
    "837P guide, SV101-3; CMS, HCPCS modifiers; CPT, appendix A",
    also="MOD102 MOD110",
)
def unknown(dice: Random, n: int) -> Case:
    letters = "ABCDEFGHJKMNPQRSTUVWXYZ"
    while True:
        wrong = dice.choice("2356789") + dice.choice("QRUVWXYZ") if n % 2 else dice.choice("WYO") + dice.choice(letters)
        if wrong not in plain.modifiers():
            break
    if n % 4 == 3:
        return Case([professional(dice, lines=[line("99213", "21")])], line=1, hard=True)
    return Case([professional(dice, payer="commercial", lines=[visit(dice), line("93000", wrong)])], line=2)


@rule(
    "modifier-not-allowed",
    "MOD102",
    "A payment modifier that the fee schedule's indicators don't allow.",
    "MPFS, PC/TC, bilateral, assistant, co-surgeon and team indicators; " + MANUAL + "ch. 12, 20 and 40",
    count=24,
    tables=True,
    also="MOD107 QTY105 MOD110 LNK106 QTY101 QTY102 QTY103 MOD103 PX109 MOD106 PAY101",
)
def not_allowed(dice: Random, n: int) -> Case:
    modifier, wanted = [
        ("26", {"pctc": "0"}),
        ("TC", {"pctc": "0"}),
        ("50", {"bilateral": "0", "global": "090"}),
        ("80", {"assistant": "1", "global": "010"}),
        ("62", {"co": "0", "global": "090"}),
        ("66", {"team": "0", "global": "090"}),
        ("AS", {"assistant": "1", "global": "000"}),
        ("26", {"pctc": "3"}),
    ][n % 8]
    code = dice.choice(codes(**wanted))
    claim = professional(
        dice,
        payer="medicare",
        day=schedule_day(dice, n),
        lines=[line(code, modifier)],
        place_of_service_code="24",
        referring_npi=people.npi(dice),
        clia_number="34D1234567",
    )
    return Case([claim], line=1, hard=n % 8 > 5)


@rule(
    "modifiers-contradict",
    "MOD103",
    "Two modifiers on a line that can't both be true.",
    MANUAL + "ch. 12, 40.7; NCCI Policy Manual, ch. I",
    also="MOD102 LNK106 MOD110 MOD107 QTY105",
)
def contradict(dice: Random, n: int) -> Case:
    code, pair = [
        ("20610", ("LT", "RT")),
        ("71046", ("26", "TC")),
        ("20610", ("50", "LT")),
        ("27447", ("80", "AS")),
        ("11730", ("TA", "T5")),
        ("26055", ("F1", "F7")),
        ("20610", ("RT", "RT")),
        ("67820", ("E1", "E3")),
    ][n % 8]
    lead = [visit(dice) | {"modifier_1": "25"}] if n % 2 and code != "27447" else []
    place = "24" if code == "27447" else "11"
    return Case(
        [
            professional(
                dice,
                payer=["commercial", "medicare", "medicaid"][n % 3],
                day=some_day(dice, "2018-01-01"),
                lines=[*lead, line(code, *pair)],
                place_of_service_code=place,
                referring_npi=people.npi(dice),
            )
        ],
        line=len(lead) + 1,
        hard=n % 8 > 3,
    )


@rule(
    "visit-without-25",
    "MOD104",
    "A visit on the day of a minor procedure without modifier 25.",
    "NCCI Policy Manual, ch. I, section D; " + MANUAL + "ch. 12, 40.1",
    count=15,
    tables=True,
    also="MOD107 DX112 NCCI102",
)
def without_25(dice: Random, n: int) -> Case:
    minor = sorted({*codes(**{"global": "000"}), *codes(**{"global": "010"})})
    procedure = line(dice.choice([c for c in minor if c not in plain.CHILDREN and c[:2] in {"10", "11", "12", "17", "20", "64", "69"}]))
    lines = [visit(dice), procedure] if n % 2 else [procedure, visit(dice)]
    return Case(
        [professional(dice, payer=["medicare", "medicaid", "commercial"][n % 3], day=schedule_day(dice, n), lines=lines, referring_npi=people.npi(dice))],
        line=1 if n % 2 else 2,
    )


@rule(
    "visit-without-57",
    "MOD105",
    "The surgeon's visit on the day of a major operation, or the day before, without modifier 57.",
    "NCCI Policy Manual, ch. I, section D; " + MANUAL + "ch. 12, 30.6.6 and 40.1",
    tables=True,
    also="MOD107 NCCI102 MOD104",
)
def without_57(dice: Random, n: int) -> Case:
    day = schedule_day(dice, n)
    major = dice.choice([c for c in codes(**{"global": "090"}) if c[:2] in {"25", "27", "44", "47", "49", "60"}])
    where = {"place_of_service_code": "22", "payer": ["medicare", "commercial"][n % 2]}
    if n % 2:
        claim = professional(dice, day=day, lines=[line("99214"), line(major)], **where)
        return Case([claim], line=1)
    surgery = professional(dice, day=day, lines=[line(major)], **where)
    before = day - timedelta(days=1)
    if before < date(2024, 7, 1):
        before = day
    visit_claim = same_patient(professional(dice, day=before, lines=[line("99214")], **where), surgery)
    return Case([visit_claim, surgery], line=1, hard=True)


@rule(
    "modifier-of-another-service",
    "MOD106",
    "25 on what is no visit, or 59 on a visit.",
    "NCCI Policy Manual, ch. I, section E; CPT, appendix A",
    also="MOD108 MOD102",
)
def other_service(dice: Random, n: int) -> Case:
    if n % 2:
        return Case([professional(dice, payer=["commercial", "medicare"][n // 2 % 2], lines=[line("99213", ["59", "XU", "XE"][n % 3])])], line=1)
    return Case(
        [
            professional(
                dice,
                payer="commercial",
                day=some_day(dice, "2018-01-01"),
                lines=[visit(dice) | {"modifier_1": "25"}, line(["71046", "80053", "17110", "72100"][n // 2 % 4], "25")],
                referring_npi=people.npi(dice),
            )
        ],
        line=2,
    )


@rule(
    "side-missing",
    "MOD107",
    "A procedure on one of two organs, a digit or a lid, without the modifier that says which.",
    "MPFS, bilateral indicator 1; NCCI Policy Manual, ch. I, section E",
    also="LNK104",
)
def side_missing(dice: Random, n: int) -> Case:
    code = ["20610", "27447", "66984", "29881", "11730", "27130", "64721", "67820", "26055", "20605", "23412"][n % 11]
    return Case(
        [professional(dice, payer=["medicare", "commercial"][n % 2], day=some_day(dice, "2016-10-01"), lines=[line(code)], place_of_service_code="24")], line=1
    )


@rule(
    "59-without-pair",
    "MOD108",
    "59 or an X modifier where nothing is bundled.",
    "NCCI Policy Manual, ch. I, section E",
    tables=True,
    also="MOD104 NCCI104 MOD107",
)
def nothing_apart(dice: Random, n: int) -> Case:
    minor = codes(**{"global": "010"})
    code = dice.choice([c for c in minor if c not in plain.CHILDREN and c[:2] in {"10", "11", "12", "20"} and c not in plain.add_ons()])
    lines = [line(code, ["59", "XS", "XU"][n % 3])]
    if n % 2:
        lines.insert(0, line("93000"))
        if ("93000", code) in plain.active_pairs() or (code, "93000") in plain.active_pairs():
            lines.pop(0)
    return Case([professional(dice, payer="medicare", day=schedule_day(dice, n), lines=lines)], line=len(lines), hard=len(lines) == 2)


@rule("add-on-with-51", "MOD109", "An add-on code with modifier 51.", "CPT, appendix D; " + MANUAL + "ch. 12, 30 and 40.6", tables=True, also="MOD102 MOD107")
def add_on_51(dice: Random, n: int) -> Case:
    code, primaries = dice.choice(
        [
            (c, p)
            for c, (kind, p) in sorted(plain.add_ons().items())
            if kind == "1"
            and (plain.fees(2024).get((c, "")) or {}).get("global") == "ZZZ"
            and c[:2] in {"11", "15", "22", "63", "64", "36"}
            and plain.fees(2024)[c, ""]["status"] == "A"
        ]
    )
    primary = dice.choice(sorted(p for p in primaries if (plain.fees(2024).get((p, "")) or {}).get("status") == "A"))
    return Case(
        [
            professional(
                dice, payer=["medicare", "commercial"][n % 2], day=schedule_day(dice, n), lines=[line(primary), line(code, "51")], place_of_service_code="24"
            )
        ],
        line=2,
    )


@rule(
    "pricing-modifier-late", "MOD110", "A modifier that only informs before one that sets the price.", MANUAL + "ch. 26, 10.4, item 24D", also="MOD102 LNK106"
)
def late(dice: Random, n: int) -> Case:
    code, pair = [("73030", ("LT", "26")), ("73560", ("RT", "TC")), ("27447", ("LT", "62")), ("73610", ("RT", "26")), ("73130", ("LT", "26"))][n % 5]
    place = "22" if "26" in pair else "24" if "62" in pair else "11"
    return Case(
        [
            professional(
                dice,
                payer=["commercial", "medicare"][n % 2],
                day=some_day(dice, "2018-01-01"),
                lines=[line(code, *pair)],
                place_of_service_code=place,
                referring_npi=people.npi(dice),
            )
        ],
        line=1,
    )


@rule("therapy-modifier-missing", "MOD111", "Therapy to Medicare without GN, GO or GP.", MANUAL + "ch. 5, 20.1", also="QTY106 PAY101")
def therapy(dice: Random, n: int) -> Case:
    code, wrong = [
        ("97110", ()),
        ("97140", ()),
        ("97530", ()),
        ("92507", ()),
        ("97112", ()),
        ("97161", ()),
        ("97165", ("GP",)),
        ("97161", ("GO",)),
        ("92507", ("GP",)),
        ("97110", ("CQ",)),
        ("97116", ()),
    ][n % 11]
    return Case([professional(dice, payer="medicare", day=some_day(dice, "2022-01-01"), lines=[line(code, *wrong)])], line=1, hard=bool(wrong))


@rule(
    "discarded-drug-not-told",
    "MOD112",
    "A single-dose drug to Medicare from July 2023 with neither JW nor JZ.",
    MANUAL + "ch. 17, 40",
    also="LNK104 LNK103 NCCI104",
)
def discarded(dice: Random, n: int) -> Case:
    code = ["J0178", "J0585", "J0897", "J9271", "J9299"][n % 5]
    return Case([professional(dice, payer="medicare", day=some_day(dice, "2023-07-01"), lines=[line(code, units=[2, 100, 60, 200, 240][n % 5])])], line=1)


@rule("notice-modifiers-contradict", "MOD113", "Modifiers for notices of non-coverage that exclude each other.", MANUAL + "ch. 30, 50; CMS CR 6563")
def notices(dice: Random, n: int) -> Case:
    pair = [("GA", "GZ"), ("GA", "GY"), ("GY", "GZ"), ("GX", "GA"), ("GX", "GZ")][n % 5]
    return Case([professional(dice, payer=["medicare", "commercial"][n % 2], day=some_day(dice), lines=[line("99213", *pair)])], line=1)


@rule(
    "modifier-without-earlier",
    "MOD114",
    "A modifier for a repetition without the first service, or for a postoperative period without surgery.",
    MANUAL + "ch. 12, 40.2.A; CPT, appendix A",
)
def without_earlier(dice: Random, n: int) -> Case:
    if n % 2:
        return Case(
            [
                professional(
                    dice,
                    payer="commercial",
                    day=some_day(dice, "2025-01-01"),
                    lines=[line(["93000", "71046", "94640"][n % 3], ["76", "77", "76"][n % 3])],
                    referring_npi=people.npi(dice),
                )
            ],
            line=1,
        )
    return Case([professional(dice, payer="commercial", day=some_day(dice, "2025-01-01"), lines=[line("93000", "76"), visit(dice)])], line=1, hard=True)


@rule("waived-modifier-not-defined", "MOD115", "QW on a test that has no waived form.", MANUAL + "ch. 16, 70.8; CLFS")
def waived(dice: Random, n: int) -> Case:
    code = ["81001", "87086", "88305"][n % 3]
    return Case(
        [
            professional(
                dice,
                payer=["medicare", "medicaid"][n % 2],
                day=some_day(dice, "2019-01-01"),
                lines=[line(code, "QW")],
                clia_number="34D1234567",
                referring_npi=people.npi(dice),
            )
        ],
        line=1,
    )


@rule(
    "screening-without-modifier",
    "MOD116",
    "A screening colonoscopy that became therapeutic without PT or 33.",
    MANUAL + "ch. 18, 60.2; 45 CFR 147.130",
    also="DX112",
)
def screening(dice: Random, n: int) -> Case:
    code = ["45380", "45385", "45384", "45331"][n % 4]
    return Case(
        [
            professional(
                dice,
                payer=["medicare", "commercial"][n % 2],
                day=some_day(dice),
                codes=["Z1211", "K635"],
                lines=[line(code, to=(1, 2))],
                place_of_service_code="24",
            )
        ],
        line=1,
    )


@rule(
    "visit-with-preventive-without-25",
    "MOD117",
    "A problem visit beside a preventive visit without modifier 25.",
    "CPT, preventive medicine services; Claims Processing Manual, ch. 12, 30.6.2",
    also="MOD104 DX112 DX124",
)
def preventive(dice: Random, n: int) -> Case:
    day = some_day(dice, "2021-01-01")
    lines = [line("99396"), line(["99213", "99212", "99214"][n % 3], to=(2,))]
    payer = ["commercial", "tricare", "commercial", "medicare"][n % 4]
    if payer == "medicare":
        lines[0] = line("G0439")
    if n % 2:
        lines.reverse()
    return Case(
        [
            professional(
                dice, payer=payer, day=day, codes=["Z0001", "E785"], lines=lines, patient_birth_date=date(day.year - (70 if payer == "medicare" else 50), 1, 3)
            )
        ],
        line=1 if n % 2 else 2,
    )


@rule("patient-not-new", "EM101", "A new-patient visit within three years of a visit to the same physician.", MANUAL + "ch. 12, 30.6.7.A")
def not_new(dice: Random, n: int) -> Case:
    day = some_day(dice, "2021-02-01", "2027-06-30")
    first = professional(dice, payer=["commercial", "medicare", "medicaid"][n % 3], day=day - timedelta(days=[100, 700, 1090][n % 3]), lines=[visit(dice)])
    second = same_patient(
        professional(dice, payer=["commercial", "medicare", "medicaid"][n % 3], day=day, lines=[line(["99203", "99204", "99202"][n % 3])]), first
    )
    return Case([first, second], at=1, line=1, hard=n % 3 == 2)


@rule("two-visits-a-day", "EM102", "Two visits of one category on a day by one physician.", MANUAL + "ch. 12, 30.6.7.B", also="CLM115 MOD104")
def two_visits(dice: Random, n: int) -> Case:
    return Case([professional(dice, day=some_day(dice, "2017-01-01"), lines=[line("99213"), line(["99214", "99212", "99215"][n % 3])])], hard=False)


@rule(
    "visit-not-payable",
    "EM104",
    "A consultation to Medicare, or prolonged service without the longest visit.",
    MANUAL + "ch. 12, 30.6.10 and 30.6.15",
    also="PX107 NCCI104 PX110 PX102 QTY104",
)
def not_payable(dice: Random, n: int) -> Case:
    if n % 2:
        return Case(
            [professional(dice, payer="medicare", day=some_day(dice), lines=[line(["99243", "99244", "99245"][n % 3])], referring_npi=people.npi(dice))], line=1
        )
    return Case(
        [professional(dice, payer="medicare", day=some_day(dice, "2021-02-01"), lines=[line(["99213", "99214", "99212"][n % 3]), line("G2212")])],
        line=2,
        hard=True,
    )
