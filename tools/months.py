"""Make an invented practice's month: the claims it sends, what the payers answer, and the truth; and score what cleanclaim says of it.

    python tools/months.py make examples/month --claims 200
    python tools/months.py score /tmp/month --claims 4000

Nobody in it lives. Each denied claim has a planted mistake, and the payer's reason is one that
payers give for it. A share of the claim numbers comes back damaged.
"""

from __future__ import annotations

import argparse
import json
import random
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from cleanclaim import remit_match

DENIED: Final = 0.12
DAMAGED: Final = 0.05
REVERSED: Final = 0.03
SPLIT: Final = 0.03
SHORT: Final = 0.05
UNANSWERED: Final = 0.02
_LAST: Final = """
    STONE FIELD BROOK MEADOW HILL FORD WELLS MARSH GROVE LANE PARK RIVERS LAKE WOODS GLEN HEATH
    MOORE BANKS POOL CLIFF
    """.split()  # noqa: SIM905 - one word after another
_FIRST: Final = """
    RUTH OMAR ANNA BEN CLARA DAVID ELENA FRANK GRACE HENRY IRIS JACK KAREN LIAM MAYA NOAH OLGA PAUL
    QUINN ROSA SAM TINA UMA VERA WILL
    """.split()  # noqa: SIM905 - the same
_CLEAN: Final = (
    (("I10",), (("99213", 125),)),
    (("R079",), (("99214", 180),)),
    (("E119",), (("83036:QW", 30),)),
    (("J45909",), (("99213", 125),)),
    (("M5450",), (("97110:GP", 80), ("97140:GP", 70))),
    (("J029",), (("99213:25", 125), ("87880:QW", 25))),
    (("E785", "I10"), (("99214", 180),)),
)


@dataclass(frozen=True, slots=True)
class Mistake:
    """A mistake that a biller makes, and how payers deny it.

    Attributes:
        edit: the edit that finds it; empty if no edit can.
        category: the category of the denial.
        diagnoses: the claim's diagnoses.
        lines: its lines: code with modifiers, charge.
        line: the denied line, from 1; 0 for the claim as a whole.
        reasons: what payers say: group, reason and remark.
        rendering: the NPI of the rendering provider.
        sex: the patient's sex.
    """

    edit: str
    category: str
    diagnoses: tuple[str, ...]
    lines: tuple[tuple[str, int], ...]
    line: int
    reasons: tuple[tuple[str, str, str], ...]
    rendering: str = "1245319599"
    sex: str = "F"


_VISIT: Final = (("99213", 125),)
MISTAKES: Final = (
    Mistake("DX102", "coding", ("M545",), (("97110:GP", 80),), 1, (("CO", "146", "M76"), ("CO", "16", "M76"), ("CO", "146", ""))),
    Mistake("DX103", "coding", ("E11",), _VISIT, 1, (("CO", "16", "M76"), ("CO", "146", "M81"))),
    Mistake("DX104", "coding", ("S52501",), (("25600:RT", 420),), 1, (("CO", "146", "M76"),)),
    Mistake("DX108", "coding", ("E0842", "I10"), _VISIT, 1, (("CO", "16", "MA63"),)),
    Mistake("LNK106", "coding", ("M1711",), (("20610:LT", 140),), 1, (("CO", "11", ""), ("CO", "4", "N519"))),
    Mistake("LNK104", "medical-necessity", ("J069",), (("83036:QW", 30),), 1, (("CO", "50", "N386"), ("CO", "50", ""))),
    Mistake("MOD104", "bundling", ("B079",), (("99213", 125), ("17110", 160)), 1, (("CO", "97", "N20"), ("CO", "236", ""))),
    Mistake("MOD104", "coding", ("B079",), (("99213", 125), ("17110", 160)), 1, (("CO", "4", "N822"),)),
    Mistake("MOD103", "coding", ("I10",), (("99213:25:57", 125), ("93000:26:TC", 60)), 2, (("CO", "4", "N519"), ("CO", "4", "")),),
    Mistake("MOD101", "coding", ("I10",), (("99213:9Z", 125),), 1, (("CO", "182", "N823"), ("CO", "4", "N823"))),
    Mistake("PX102", "coding", ("I10",), (("99201", 60),), 1, (("CO", "181", "N56"),)),
    Mistake("CLM102", "provider", ("I10",), _VISIT, 0, (("CO", "16", "N290"), ("CO", "208", "")), "1245319590"),
    Mistake("CLM115", "duplicate", ("M5450",), (("97110:GP", 80), ("97110:GP", 80)), 2, (("CO", "18", "N522"), ("OA", "18", ""))),
    Mistake("PX106", "coding", ("N400",), (("55700", 300),), 1, (("CO", "7", ""),)),
    Mistake("", "authorization", ("M1711",), (("20610:RT", 140),), 1, (("CO", "197", ""),)),
    Mistake("", "eligibility", ("I10",), _VISIT, 0, (("PR", "27", ""),)),
    Mistake("", "coordination-of-benefits", ("I10",), _VISIT, 0, (("CO", "22", "MA04"),)),
    Mistake("", "documentation", ("R079",), (("99215", 240),), 1, (("CO", "252", "M127"),)),
    Mistake("", "non-covered", ("I10",), _VISIT, 1, (("PR", "204", ""),)),
    Mistake("", "downcoding", ("R079",), (("99215", 240),), 1, (("CO", "150", ""),)),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Claim:
    """An invented claim."""

    number: str
    person: tuple[str, str, str]
    day: date
    diagnoses: tuple[str, ...]
    lines: tuple[tuple[str, int], ...]
    controls: tuple[str, ...]
    mistake: Mistake | None

    @property
    def charge(self) -> int:
        """The total charge."""
        return sum(charge for _, charge in self.lines)


@dataclass(slots=True)
class Month:
    """A month: its claims, and the payments with their truth.

    Attributes:
        claims: the claims.
        payments: the claim payments as text.
        truth: for each payment, the number of its claim, and the edit and category of a denial; None without a claim.
    """

    claims: list[Claim] = field(default_factory=list)
    payments: list[str] = field(default_factory=list)
    truth: list[dict[str, Any]] = field(default_factory=list)


def month(size: int, seed: int = 1) -> Month:
    """Make a month of this many claims."""
    rng = random.Random(seed)  # noqa: S311 - invented data
    made = Month()
    people = list(_people(rng, max(size // 4, 5)))
    mistakes = [
        one for _ in range(max(1, round(size * DENIED / len(MISTAKES)))) for one in MISTAKES
    ]
    rng.shuffle(mistakes)
    denied = dict(
        zip(rng.sample(range(size), min(len(mistakes), size // 2)), mistakes, strict=False)
    )
    for n in range(size):
        made.claims.append(_claim(rng, n, rng.choice(people), denied.get(n)))
    for n, claim in enumerate(made.claims):
        if rng.random() >= UNANSWERED or claim.mistake:
            _answer(rng, made, n, claim)
    for n in range(max(size // 100, 1)):
        code, charge = "99213", 125
        made.payments.append(
            _payment(
                f"Z{n}",
                ("STRANGER", "ANY", f"X{n:06d}77"),
                1,
                f"S{n}",
                [(code, charge, charge, "", "", "20260310")],
            )
        )
        made.truth.append({"claim_id": None, "edit": "", "category": None})
    return made


def _people(rng: random.Random, families: int) -> Iterator[tuple[str, str, str]]:
    for _ in range(families):
        last, member = rng.choice(_LAST), f"W{rng.randrange(10**8, 10**9)}"
        yield from (
            (last, first, member) for first in rng.sample(_FIRST, rng.choice([1, 1, 1, 2, 3]))
        )


def _claim(
    rng: random.Random, n: int, person: tuple[str, str, str], mistake: Mistake | None
) -> Claim:
    number = f"MO-{100000 + n}"
    diagnoses, lines = (mistake.diagnoses, mistake.lines) if mistake else rng.choice(_CLEAN)
    controls = (
        tuple(f"{number}-{k}" for k in range(1, len(lines) + 1))
        if rng.random() < 0.3
        else ("",) * len(lines)
    )
    return Claim(
        number,
        person,
        date(2026, 5, 1) + timedelta(days=rng.randrange(12)),
        diagnoses,
        lines,
        controls,
        mistake,
    )


def _answer(rng: random.Random, made: Month, n: int, claim: Claim) -> None:
    number = _damaged(rng, made.claims, claim.number) if rng.random() < DAMAGED else claim.number
    day = f"{claim.day:%Y%m%d}"
    mistake = claim.mistake
    truth = {
        "claim_id": claim.number,
        "edit": mistake.edit if mistake else "",
        "category": mistake.category if mistake else None,
    }
    if mistake is not None:
        reason = rng.choice(mistake.reasons)
        services = [(code, charge, None if mistake.line in {0, k} else charge * 3 // 4, control, ":".join(reason) if mistake.line in {0, k} else "", day)
                    for k, ((code, charge), control) in enumerate(zip(claim.lines, claim.controls, strict=True), start=1)]  # fmt: skip
        made.payments.append(_payment(number, claim.person, 1, f"P{n:06d}", services))
        made.truth.append(truth)
        return
    share = Decimal("0.675") if rng.random() < SHORT else Decimal("0.75")
    services = [
        (code, charge, int(charge * share), control, "", day)
        for (code, charge), control in zip(claim.lines, claim.controls, strict=True)
    ]
    parts = (
        [services[:1], services[1:]] if len(services) > 1 and rng.random() < SPLIT else [services]
    )
    for part in parts:
        made.payments.append(_payment(number, claim.person, 1, f"P{n:06d}", part))
        made.truth.append(truth)
    if len(parts) == 1 and rng.random() < REVERSED:
        made.payments += [
            _payment(number, claim.person, 22, f"P{n:06d}", services),
            _payment(number, claim.person, 1, f"Q{n:06d}", services),
        ]
        made.truth += [truth, truth]


def _damaged(rng: random.Random, claims: Sequence[Claim], number: str) -> str:
    """A number as it comes back after a slip: a digit wrong, turned, lost or added, cut off, empty, or another claim's."""
    k = rng.randrange(4, len(number) - 1)
    return rng.choice(
        [f"{number[:k]}{rng.randrange(10)}{number[k + 1 :]}", number[:k] + number[k + 1] + number[k] + number[k + 2 :], number[:k] + number[k + 1 :],
         f"{number[:k]}7{number[k:]}", number[:5], "", rng.choice(claims).number]
    )  # fmt: skip


Service = tuple[str, int, int | None, str, str, str]
"""Code, charge, paid (None if denied), line number, reason, day."""


def _payment(
    number: str,
    person: tuple[str, str, str],
    status: int,
    payer_number: str,
    services: Sequence[Service],
) -> str:
    sign = -1 if status == 22 else 1
    last, first, member = person
    charge, paid = sum(one[1] for one in services), sum(one[2] or 0 for one in services)
    text = f"CLP*{number}*{status}*{sign * charge}*{sign * paid}**12*{payer_number}*11*1~NM1*QC*1*{last}*{first}****MI*{member}~"
    for code, asked, given, control, reason, day in services:
        text += f"SVC*HC:{code}*{sign * asked}*{sign * (given or 0)}**1~DTM*472*{day}~"
        group, carc, remark = reason.split(":") if reason else ["CO", "45", ""]
        if asked - (given or 0):
            text += f"CAS*{group}*{carc}*{sign * (asked - (given or 0))}~"
        text += f"REF*6R*{control}~" if control else ""
        text += f"AMT*B6*{sign * given}~" if given else ""
        text += f"LQ*HE*{remark}~" if remark else ""
    return text


_ISA: Final = "ISA*00*          *00*          *ZZ*{sender:<15}*ZZ*{receiver:<15}*260515*0800*^*00501*000000501*0*T*:~"


def claims_file(made: Month) -> bytes:
    """The claims as an 837."""
    body = "HL*1**20*1~PRV*BI*PXC*207Q00000X~NM1*85*2*MEADOW CLINIC*****XX*1234567893~N3*1 MEADOW STREET~N4*RALEIGH*NC*276010000~REF*EI*990000000~"
    for n, claim in enumerate(made.claims, start=2):
        last, first, member = claim.person
        sex = claim.mistake.sex if claim.mistake else "F"
        rendering = claim.mistake.rendering if claim.mistake else "1245319599"
        codes = "*".join(
            f"{'ABK' if k == 0 else 'ABF'}:{code}" for k, code in enumerate(claim.diagnoses)
        )
        body += (
            f"HL*{n}*1*22*0~SBR*P*18*******CI~NM1*IL*1*{last}*{first}****MI*{member}~N3*2 OAK STREET~N4*RALEIGH*NC*27601~DMG*D8*19800214*{sex}~"
            f"NM1*PR*2*MEADOW HEALTH PLAN*****PI*99999~CLM*{claim.number}*{claim.charge}***11:B:1*Y*A*Y*Y~REF*X4*34D0000000~HI*{codes}~"
            f"NM1*82*1*ROE*ROBIN****XX*{rendering}~PRV*PE*PXC*207Q00000X~"
        )
        for k, ((code, charge), control) in enumerate(
            zip(claim.lines, claim.controls, strict=True), start=1
        ):
            body += f"LX*{k}~SV1*HC:{code}*{charge}*UN*1***1~DTP*472*D8*{claim.day:%Y%m%d}~" + (
                f"REF*6R*{control}~" if control else ""
            )
    head = (
        "ST*837*0001*005010X222A1~BHT*0019*00*MONTH*20260515*0800*CH~NM1*41*2*MEADOW CLINIC*****46*MEADOW~PER*IC*BILLING*TE*5555550100~"
        "NM1*40*2*MEADOW HEALTH PLAN*****46*99999~"
    )
    return _interchange("HC", "005010X222A1", ("MEADOW", "99999"), head + body)


def remittance_file(made: Month) -> bytes:
    """The payments as an 835."""
    total = sum(Decimal(one.split("*")[4]) for one in made.payments)
    body = (
        f"ST*835*0001~BPR*I*{total}*C*CHK************20260601~TRN*1*77001*1999999999~N1*PR*MEADOW HEALTH PLAN*XV*99999~N1*PE*MEADOW CLINIC*XX*1234567893~LX*1~"
        + "".join(made.payments)
    )
    return _interchange("HP", "005010X221A1", ("99999", "MEADOW"), body)


def _interchange(kind: str, guide: str, parties: tuple[str, str], body: str) -> bytes:
    sender, receiver = parties
    head = f"{_ISA.format(sender=sender, receiver=receiver)}GS*{kind}*{sender}*{receiver}*20260515*0800*501*X*{guide}~"
    tail = f"SE*{body.count('~') + 1}*0001~GE*1*501~IEA*1*000000501~"
    return f"{head}{body}{tail}".replace("~", "~\n").encode()


def write(made: Month, folder: Path) -> None:
    """Write `sent.837`, `answer.835` and `truth.jsonl`."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "sent.837").write_bytes(claims_file(made))
    (folder / "answer.835").write_bytes(remittance_file(made))
    (folder / "truth.jsonl").write_text("".join(json.dumps(one) + "\n" for one in made.truth))


def score(folder: Path) -> dict[str, Any]:
    """Match a month and compare with its truth.

    Returns:
        The share of payments matched right, of denials whose edit is named, and of denials with the right category; and the first mistakes.
    """
    truth = [json.loads(line) for line in (folder / "truth.jsonl").read_text().splitlines()]
    report = remit_match(folder / "answer.835", folder / "sent.837", as_of="2026-07-01")
    matched = iter(report.claims)
    unmatched = iter(report.unmatched_payments)
    left = Counter(
        (one["remit_claim_id"], one["payer_claim_id"]) for one in report.unmatched_payments
    )
    payments = (folder / "answer.835").read_text().split("CLP*")[1:]
    right = edits = named = categories = 0
    wrong: list[str] = []
    for said, text in zip(truth, payments, strict=True):
        number, payer_number = text.split("*")[0], text.split("*")[6]
        key = (number or None, payer_number)
        entry = None
        if left[key]:
            left[key] -= 1
            next(unmatched)
        else:
            entry = next(matched)
        is_right = (entry["claim_id"] if entry else None) == said["claim_id"]
        right += is_right
        if not is_right:
            wrong.append(f"match: {number} {payer_number}")
        if said["category"] and entry:
            categories += entry["category"] == said["category"]
            edits += bool(said["edit"])
            named += bool(said["edit"]) and said["edit"] in entry["caught_by"]
            if said["edit"] and said["edit"] not in entry["caught_by"]:
                wrong.append(
                    f"edit: {entry['claim_id']} {said['edit']} {entry['caught_by']} {[one['adjustments'] for one in entry['lines']]}"
                )
            if entry["category"] != said["category"]:
                wrong.append(
                    f"category: {entry['claim_id']} {said['category']} {entry['category']}"
                )
    denials = sum(bool(one["category"]) for one in truth)
    return {
        "payments": len(truth),
        "matched_right": round(right / len(truth), 4),
        "denials": denials,
        "edit_named": round(named / edits, 4) if edits else None,
        "category_right": round(categories / denials, 4) if denials else None,
        "imbalances": len(report.imbalances),
        "wrong": wrong[:20],
    }


def main() -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(description="Make or score an invented month.")
    parser.add_argument("what", choices=("make", "score"))
    parser.add_argument("folder", type=Path)
    parser.add_argument("--claims", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    write(month(given.claims, given.seed), given.folder)
    if given.what == "score":
        print(json.dumps(score(given.folder), indent=1))


if __name__ == "__main__":
    main()
