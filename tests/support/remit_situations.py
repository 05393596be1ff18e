"""Remittances as payers write them, with the row that each must give.

Written from the guide (005010X221A1: sections 1.10.2.4 denials, .6 bundling, .8 reversals, .12 balancing; the claim status
codes of CLP02) and from what the reason and remark codes mean. A set in place of a value: any of these is right.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from remit_builder import Line, Pay, Situation, amount

PAID_92 = Line("99213", 125, 92, ["CO*45*33"])
RESEND = "correct-and-resend"


@dataclass(frozen=True)
class Denial:
    """One denied line, and how it must be sorted."""

    name: str
    reason: str
    category: object
    next_step: object
    remarks: tuple[str, ...] = ()
    avoidable: bool | None = None
    whole_claim: bool = False
    code: str = "99213"


DENIALS = [
    Denial(
        "coverage had ended",
        "CO*27",
        "eligibility",
        {"bill-other-payer", "bill-patient", RESEND},
        avoidable=True,
    ),
    Denial(
        "coverage had ended, the patient's",
        "PR*27",
        "eligibility",
        {"bill-patient", "bill-other-payer"},
        whole_claim=True,
    ),
    Denial("before coverage", "CO*26", "eligibility", {"bill-other-payer", "bill-patient", RESEND}),
    Denial("lapse of coverage", "PR*200", "eligibility", {"bill-patient", "bill-other-payer"}),
    Denial(
        "not our member",
        "CO*31",
        "registration",
        {RESEND, "bill-other-payer"},
        avoidable=True,
        whole_claim=True,
    ),
    Denial("name and number differ", "CO*140", "registration", RESEND, avoidable=True),
    Denial("died before the service", "CO*13", {"registration", "eligibility"}, RESEND),
    Denial("identifier incomplete", "CO*16", "registration", RESEND, ("N382",), avoidable=True),
    Denial(
        "identifier incomplete, unprocessable", "CO*16", "registration", RESEND, ("MA130", "N382")
    ),
    Denial("no authorization", "CO*197", "authorization", {"appeal", RESEND}, avoidable=True),
    Denial("authorization number is wrong", "CO*15", "authorization", RESEND, avoidable=True),
    Denial("authorization was refused", "CO*39", "authorization", "appeal"),
    Denial("more than authorized", "CO*198", "authorization", {"appeal", RESEND}),
    Denial("authorization number missing", "CO*16", "authorization", RESEND, ("M62",)),
    Denial("not through the primary care network", "CO*243", "authorization", {"appeal", RESEND}),
    Denial("modifier doesn't fit", "CO*4", "coding", RESEND, avoidable=True),
    Denial("place doesn't fit", "CO*5", "coding", RESEND),
    Denial("age", "CO*6", "coding", RESEND),
    Denial("sex", "CO*7", "coding", RESEND),
    Denial("diagnosis doesn't fit", "CO*11", {"coding", "medical-necessity"}, {RESEND, "appeal"}),
    Denial("code ended", "CO*181", "coding", RESEND),
    Denial("modifier ended", "CO*182", "coding", RESEND),
    Denial("code is missing", "CO*16", "coding", RESEND, ("M20",)),
    Denial("principal diagnosis", "CO*16", "coding", RESEND, ("MA63",)),
    Denial("place of service", "CO*16", "coding", RESEND, ("M77",)),
    Denial("modifier missing", "CO*16", "coding", RESEND, ("N822",)),
    Denial("units are wrong", "CO*16", {"units", "coding"}, RESEND, ("M53",)),
    Denial("not necessary", "CO*50", "medical-necessity", "appeal", ("N115",)),
    Denial(
        "diagnosis not covered",
        "CO*167",
        {"medical-necessity", "non-covered"},
        {"appeal", "write-off", RESEND},
    ),
    Denial("experimental", "CO*55", {"medical-necessity", "non-covered"}, {"appeal", "write-off"}),
    Denial("bundled", "CO*97", "bundling", {"write-off", "appeal", RESEND}, ("M15",)),
    Denial("global period", "CO*97", "bundling", {"write-off", "appeal", RESEND}, ("M144",)),
    Denial("NCCI", "CO*236", "bundling", {"write-off", "appeal", RESEND}),
    Denial("mutually exclusive", "CO*231", "bundling", {"write-off", "appeal", RESEND}),
    Denial("primary procedure missing", "CO*B15", {"bundling", "coding"}, {RESEND, "appeal"}),
    Denial("units over the maximum", "CO*222", "units", {RESEND, "appeal"}, ("N362",)),
    Denial("units, all denied", "CO*151", "units", {RESEND, "appeal"}, ("N362",)),
    Denial("duplicate", "CO*18", "duplicate", "none", avoidable=True),
    Denial("duplicate, other adjustment", "OA*18", "duplicate", "none", whole_claim=True),
    Denial("already paid", "CO*B13", "duplicate", "none"),
    Denial("too late", "CO*29", "timely-filing", {"appeal", "write-off"}, avoidable=True),
    Denial(
        "other payer first",
        "CO*22",
        "coordination-of-benefits",
        {"bill-other-payer", RESEND},
        avoidable=True,
    ),
    Denial(
        "other payer's answer missing",
        "CO*16",
        "coordination-of-benefits",
        {RESEND, "send-records"},
        ("N4",),
    ),
    Denial("work injury", "CO*19", "coordination-of-benefits", "bill-other-payer"),
    Denial("liability carrier", "CO*20", "coordination-of-benefits", "bill-other-payer"),
    Denial(
        "wrong payer",
        "CO*109",
        {"eligibility", "registration", "coordination-of-benefits"},
        "bill-other-payer",
    ),
    Denial("attachment wanted", "CO*252", "documentation", "send-records", ("N706",)),
    Denial("records not sent", "CO*226", "documentation", "send-records"),
    Denial("records missing", "CO*16", "documentation", "send-records", ("N29",)),
    Denial("not covered, the patient's", "PR*96", "non-covered", "bill-patient", ("N130",)),
    Denial("not in the plan", "PR*204", "non-covered", "bill-patient"),
    Denial("not covered, ours", "CO*96", "non-covered", {"write-off", "appeal"}),
    Denial("routine", "PR*49", "non-covered", "bill-patient"),
    Denial("benefit used up", "PR*119", {"non-covered", "eligibility"}, "bill-patient"),
    Denial("provider not eligible", "CO*B7", "provider", {RESEND, "appeal", "write-off"}),
    Denial("rendering NPI", "CO*16", "provider", RESEND, ("N290",)),
    Denial("referring provider", "CO*183", "provider", {RESEND, "appeal", "write-off"}),
    Denial("NPI missing", "CO*206", "provider", RESEND),
    Denial("pended", "CO*133", {"other", "documentation"}, "none"),
]


def denial(one: Denial) -> Situation:
    """One denied claim, at claim or line level."""
    wanted: dict[str, Any] = {"category": one.category, "next_step": one.next_step}
    if one.avoidable is not None:
        wanted["avoidable"] = one.avoidable
    cas = [f"{one.reason}*125"]
    pay = (
        Pay("4", lines=[], cas=cas, charge=125, paid=0, moa=one.remarks)
        if one.whole_claim
        else Pay("4", lines=[Line(one.code, 125, 0, cas, list(one.remarks))])
    )
    status = {"denied", "paid"} if one.name == "pended" else "denied"
    rows = {"status": status, "paid_amount": "0.00", "allowed_amount": None}
    if one.whole_claim:
        return Situation(
            one.name,
            [Line(one.code, 125)],
            [pay],
            [
                {
                    **rows,
                    **wanted,
                    "lines": [{"procedure_code": one.code, "charge_amount": "125.00"}],
                }
            ],
        )
    return Situation(
        one.name,
        [Line(one.code, 125)],
        [pay],
        [{**rows, "lines": [{**wanted, "remarks": list(one.remarks)}]}],
    )


PAID = "paid"
SPECIAL = [
    Situation(
        "paid by contract", [PAID_92.sent()], [Pay("1", [PAID_92])],
        [{"status": PAID, "allowed_amount": "92.00", "patient_amount": "0.00", "next_step": "write-off",
          "lines": [{"category": "contractual", "next_step": "write-off", "reduced": False}]}],
    ),
    Situation(
        "all to the deductible", [Line("99214", 180)], [Pay("1", [Line("99214", 180, 0, ["CO*45*52", "PR*1*128"])], patient=128)],
        [{"status": PAID, "allowed_amount": "128.00", "patient_amount": "128.00",
          "lines": [{"category": "patient-responsibility", "next_step": "bill-patient", "reduced": False, "allowed_amount": "128.00"}]}],
    ),
    Situation(
        "copay and coinsurance, one CAS", [Line("99214", 180)], [Pay("1", [Line("99214", 180, 77.4, ["CO*45*52", "PR*3*25**2*25.6"])], patient=50.6)],
        [{"status": PAID, "patient_amount": "50.60", "allowed_amount": "128.00",
          "lines": [{"patient_amount": "50.60", "category": "patient-responsibility", "next_step": "bill-patient",
                     "adjustments": [{"group": "CO", "carc": "45", "amount": "52.00"}, {"group": "PR", "carc": "3", "amount": "25.00"}, {"group": "PR", "carc": "2", "amount": "25.60"}]}]}],
    ),
    Situation(
        "sequestration", [Line("99213", 125)], [Pay("1", [Line("99213", 125, 90.16, ["CO*45*33**253*1.84"])])],
        [{"status": PAID, "allowed_amount": "92.00", "lines": [{"category": "contractual", "next_step": "write-off", "reduced": False}]}],
    ),
    Situation(
        "capitation", [Line("99213", 125)], [Pay("1", [Line("99213", 125, 0, ["CO*24*125"])])],
        [{"status": PAID, "lines": [{"category": "contractual", "next_step": "write-off", "reduced": False}]}],
    ),
    Situation(
        "quality code without a price", [Line("99213", 125), Line("3044F", 0.01)], [Pay("1", [PAID_92, Line("3044F", 0.01, 0, ["CO*246*0.01"])])],
        [{"status": PAID, "lines": [{}, {"category": "contractual", "next_step": "write-off"}]}],
    ),
    Situation(
        "second procedure at half", [Line("17110", 200), Line("11102", 150)],
        [Pay("1", [Line("17110", 200, 110, ["CO*45*90"]), Line("11102", 150, 45, ["CO*45*60**59*45"])])],
        [{"status": PAID, "lines": [{}, {"category": "contractual", "next_step": "write-off"}]}],
    ),
    Situation(
        "prompt payment", [Line("99213", 125)], [Pay("1", [Line("99213", 125, 90, ["CO*45*33**44*2"])])],
        [{"status": PAID, "lines": [{"category": "contractual", "next_step": "write-off"}]}],
    ),
    Situation(
        "one of two lines denied", [Line("99213", 125), Line("97110", 80, units=2)],
        [Pay("1", [PAID_92, Line("97110", 80, 0, ["CO*197*80"], units=2)])],
        [{"status": "partly-denied", "paid_amount": "92.00", "lines": [{"next_step": "write-off"}, {"category": "authorization", "allowed_amount": None}]}],
    ),
    Situation(
        "units cut", [Line("97110", 160, units=4)], [Pay("1", [Line("97110", 160, 60, ["CO*45*20**151*80*2"], ["N362"], units=2, billed_units=4)])],
        [{"status": {"partly-denied", "paid"}, "lines": [{"category": "units", "reduced": True, "next_step": {"appeal", RESEND}}]}],
    ),
    Situation(
        "coded down", [Line("99214", 180)], [Pay("1", [Line("99213", 180, 92, ["CO*150*88"], original="99214")])],
        [{"lines": [{"procedure_code": "99214", "adjudicated_code": "99213", "reduced": True, "category": "downcoding", "next_step": "appeal"}]}],
    ),
    Situation(
        "coded down, told only by the contract reason", [Line("99214", 180)], [Pay("1", [Line("99213", 180, 92, ["CO*45*88"], original="99214")])],
        [{"lines": [{"procedure_code": "99214", "adjudicated_code": "99213", "reduced": True, "category": "downcoding"}]}],
    ),
    Situation(
        "two tests paid as a panel", [Line("82040", 12), Line("82247", 10)],
        [Pay("1", [Line("80053", 12, 10, ["CO*45*2"], original="82040"), Line("80053", 10, 0, ["CO*97*10"], original="82247")])],
        [{"lines": [{"line_number": 1, "procedure_code": "82040", "adjudicated_code": "80053"},
                    {"line_number": 2, "procedure_code": "82247", "adjudicated_code": "80053", "category": "bundling"}]}],
    ),
    Situation(
        "reversed and corrected later", [PAID_92.sent()],
        [Pay("1", [PAID_92]), Pay("22", [Line("99213", -125, -92, ["CO*45*-33"])], day=8), Pay("1", [Line("99213", 125, 0, ["CO*50*125"])], day=8)],
        [{"status": PAID, "superseded": True, "corrects": False, "paid_amount": "92.00"},
         {"status": "reversal", "paid_amount": "-92.00"},
         {"status": "denied", "superseded": False, "corrects": True, "lines": [{"category": "medical-necessity"}]}],
    ),
    Situation(
        "reversed only", [PAID_92.sent()], [Pay("1", [PAID_92]), Pay("22", [Line("99213", -125, -92, ["CO*45*-33"])], day=8)],
        [{"status": PAID, "superseded": True}, {"status": "reversal"}],
    ),
    Situation(
        "denied, then paid without a reversal", [PAID_92.sent()],
        [Pay("4", [Line("99213", 125, 0, ["CO*16*125"], ["N290"])]), Pay("1", [PAID_92], day=8)],
        [{"status": "denied", "superseded": True}, {"status": PAID, "corrects": True, "superseded": False}],
    ),
    Situation(
        "reversal of a payment that isn't there", [PAID_92.sent()], [Pay("22", [Line("99213", -125, -92, ["CO*45*-33"])])],
        [{"status": "reversal", "matched_by": "claim_number"}],
    ),
    Situation(
        "second payer", [PAID_92.sent()],
        [Pay("1", [Line("99213", 125, 73.6, ["CO*45*33", "PR*2*18.4"])], patient=18.4), Pay("2", [Line("99213", 125, 18.4, ["OA*23*106.6"])], day=8, payer="88888")],
        [{"status": PAID, "superseded": False}, {"status": PAID, "superseded": False, "corrects": False, "lines": [{"next_step": {"none", None}}]}],
    ),
    Situation(
        "forwarded by the first payer", [PAID_92.sent()], [Pay("19", [Line("99213", 125, 73.6, ["CO*45*33", "PR*2*18.4"])], patient=18.4)],
        [{"status": "forwarded", "paid_amount": "73.60", "allowed_amount": "92.00", "lines": [{"next_step": {"none", "bill-other-payer"}}]}],
    ),
    Situation(
        "second payer forwards", [PAID_92.sent()],
        [Pay("1", [Line("99213", 125, 73.6, ["CO*45*33", "PR*2*18.4"])], patient=18.4), Pay("20", [Line("99213", 125, 10, ["OA*23*106.6", "PR*2*8.4"])], day=8, patient=8.4)],
        [{"status": PAID, "superseded": False}, {"status": "forwarded", "corrects": False}],
    ),
    Situation("not ours, forwarded", [PAID_92.sent()], [Pay("23", [Line("99213", 125, 0, ["OA*B11*125"])])], [{"status": "forwarded", "next_step": {None, "none"}}]),
    Situation(
        "split in two", [PAID_92.sent(), Line("97110", 80, units=2), Line("83036", 30)],
        [Pay("1", [PAID_92]), Pay("1", [Line("97110", 80, 60, ["CO*45*20"], units=2), Line("83036", 30, 10, ["CO*45*20"])], payer_number="SPLIT2")],
        [{"status": PAID, "superseded": False, "lines": [{"line_number": 1}]}, {"status": PAID, "superseded": False, "corrects": False, "lines": [{"line_number": 2}, {"line_number": 3}]}],
    ),
    Situation("number damaged: letter for digit", [Line("99213", 125)], [Pay("1", [PAID_92], number=lambda sent: sent.replace("0", "O"))], [{"status": PAID, "matched_by": {"line_control", "patient_dates_charge", "nearest"}}]),
    Situation("number cut off", [Line("99213", 125)], [Pay("1", [PAID_92], number=lambda sent: sent[:2])], [{"status": PAID, "matched_by": {"line_control", "patient_dates_charge", "nearest"}}]),
    Situation("number zero", [Line("99213", 125)], [Pay("1", [PAID_92], number=lambda _: "0")], [{"status": PAID, "matched_by": {"line_control", "patient_dates_charge", "nearest"}}]),
    Situation("equal number, another patient", [Line("99213", 125)], [Pay("1", [Line("99215", 300, 200, ["CO*45*100"], date="20260318")], patient_id="W999999999", names=("ZZTOP", "OTHER"))], [], unmatched=True),
    Situation(
        "paid below the contract", [Line("99214", 180)], [Pay("1", [Line("99214", 180, 110, ["CO*45*70"])])],
        [{"status": PAID, "allowed_amount": "110.00"}], underpaid={"expected_amount": "128.00", "allowed_amount": "110.00", "difference": "18.00", "basis": "contract"},
    ),
    Situation(
        "paid above the contract", [Line("99214", 180)], [Pay("1", [Line("99214", 180, 140, ["CO*45*40"])])],
        [{"status": PAID}], overpaid={"expected_amount": "128.00", "allowed_amount": "140.00", "difference": "-12.00"},
    ),
    Situation("charge below the contract", [Line("99214", 100)], [Pay("1", [Line("99214", 100, 100, [])])], [{"status": PAID, "allowed_amount": "100.00"}], compared=True),
    Situation(
        "lines with our numbers, another order", [Line("99213", 125), Line("97110", 80, units=2)],
        [Pay("1", [Line("97110", 80, 0, ["CO*197*80"], units=2, control="2"), Line("99213", 125, 92, ["CO*45*33"], control="1")])],
        [{"lines": {1: {"procedure_code": "99213"}, 2: {"procedure_code": "97110", "category": "authorization"}}}],
    ),
    Situation(
        "two equal lines", [Line("97110", 80, units=2), Line("97110", 80, units=2, date="20260513")],
        [Pay("1", [Line("97110", 80, 60, ["CO*45*20"], units=2, date="20260513"), Line("97110", 80, 0, ["CO*18*80"], units=2)])],
        [{"lines": {1: {"category": "duplicate"}, 2: {"paid_amount": "60.00"}}}],
    ),
    Situation(
        "balance billed to the patient", [Line("99213", 125)], [Pay("1", [Line("99213", 125, 60, ["PR*45*65"])], patient=65)],
        [{"status": PAID, "patient_amount": "65.00", "lines": [{"category": "patient-responsibility", "next_step": "bill-patient"}]}],
    ),
    Situation(
        "remarks that only inform", [PAID_92.sent()], [Pay("1", [PAID_92], moa=("MA01", "MA18"))],
        [{"status": PAID, "remarks": ["MA01", "MA18"], "category": "contractual", "next_step": "write-off"}],
    ),
    Situation(
        "six reasons in one segment", [Line("99214", 180)], [Pay("1", [Line("99214", 180, 60, ["CO*45*30**253*2**59*10**44*3**144*-5**97*80"]), ])],
        [{"lines": [{"category": "bundling", "adjustments": [{"group": "CO", "carc": code, "amount": amount} for code, amount in (("45", "30.00"), ("253", "2.00"), ("59", "10.00"), ("44", "3.00"), ("144", "-5.00"), ("97", "80.00"))]}]}],
    ),
    Situation(
        "denied by a payer that says processed", [Line("99213", 125)], [Pay("1", [Line("99213", 125, 0, ["CO*29*125"])])],
        [{"status": "denied", "lines": [{"category": "timely-filing"}]}],
    ),
    Situation(
        "denied, patient owes part", [Line("99213", 125), Line("83036", 30)],
        [Pay("1", [Line("99213", 125, 0, ["CO*45*33", "PR*1*92"]), Line("83036", 30, 0, ["CO*50*30"])], patient=92)],
        [{"status": "partly-denied", "lines": [{"category": "patient-responsibility"}, {"category": "medical-necessity"}]}],
    ),
]  # fmt: skip


def caught(
    name: str, reason: str, edits: object, line: Line, remarks: tuple[str, ...] = (), **more: Any
) -> Situation:
    """One denied line, and the edits that would have caught it."""
    whole = more.pop("whole_claim", False)
    of_claim = more.pop("moa", ())
    cas = [f"{reason}*{amount(line.charge)}"]
    if whole:
        pay = Pay("4", [], cas, charge=line.charge, paid=0, moa=remarks)
    else:
        pay = Pay(
            "4",
            [Line(line.code, line.charge, 0, cas, remarks, line.units, date=line.date)],
            moa=of_claim,
        )
    wanted = {"caught_by": edits, **more.pop("wanted", {})}
    return Situation(name, [line], [pay], [wanted if whole else {"lines": [wanted]}], **more)


BAD_DIAGNOSIS = ("M545",)
CAUGHT = [
    caught("diagnosis ended", "CO*146", ["DX102"], Line("97110:GP", 80, units=2), diagnoses=BAD_DIAGNOSIS),
    caught("diagnosis ended, by remark", "CO*16", ["DX102"], Line("97110:GP", 80, units=2), ("M76",), diagnoses=BAD_DIAGNOSIS),
    caught("diagnosis ended, remark of the claim", "CO*16", ["DX102"], Line("97110:GP", 80, units=2), moa=("M76",), diagnoses=BAD_DIAGNOSIS, wanted={"category": "coding"}),
    caught("diagnosis ended, whole claim", "CO*16", ["DX102"], Line("97110:GP", 80, units=2), ("MA130", "M76"), diagnoses=BAD_DIAGNOSIS, whole_claim=True, wanted={"category": "coding", "next_step": RESEND}),
    caught("diagnosis ended, no remark at all", "CO*16", ["DX102"], Line("97110:GP", 80, units=2), diagnoses=BAD_DIAGNOSIS, wanted={"next_step": RESEND}),
    caught("category, not a code", "CO*16", ["DX103"], Line("99213", 125), ("M64",), diagnoses=("E11",)),
    caught("too many units", "CO*151", ["QTY103"], Line("J1885", 90, units=9), ("N362",)),
    caught("too many units, other code", "CO*222", ["QTY103"], Line("J1885", 90, units=9)),
    caught("procedure ended", "CO*181", ["PX102"], Line("99201", 70)),
    caught("procedure ended, by remark", "CO*16", ["PX102"], Line("99201", 70), ("M20",)),
    caught("place", "CO*5", ["PX109"], Line("99232", 125)),
    caught("modifier that doesn't exist", "CO*182", ["MOD101"], Line("99213:ZZ", 125)),
    caught("modifier that doesn't exist, by remark", "CO*4", ["MOD101"], Line("99213:ZZ", 125), ("N519",)),
    caught("not necessary", "CO*50", ["LNK104"], Line("83036", 30), ("N386",), diagnoses=("J069",)),
    caught("nothing to catch: member", "CO*31", [], Line("99213", 125), diagnoses=BAD_DIAGNOSIS),
    caught("nothing to catch: authorization", "CO*197", [], Line("99213", 125), diagnoses=BAD_DIAGNOSIS),
    caught("too late, but no limit of the payer is loaded", "CO*29", [], Line("99213", 125, date="20240105")),
    Situation(
        "visit with a small procedure, no modifier 25", [Line("99213", 125), Line("17110", 200)],
        [Pay("1", [Line("99213", 125, 0, ["CO*97*125"], ["M144"]), Line("17110", 200, 110, ["CO*45*90"])])],
        [{"status": "partly-denied", "lines": [{"category": "bundling", "caught_by": {("MOD104",), ("NCCI101",), ("NCCI102",)}}, {"caught_by": []}]}],
    ),
    Situation("predetermination", [Line("99213", 125)], [Pay("25", [Line("99213", 125, 0, ["OA*101*125"])])], [], unmatched=True),
]  # fmt: skip


def situations() -> list[Situation]:
    """Every situation."""
    return [*(denial(one) for one in DENIALS), *SPECIAL, *CAUGHT]
