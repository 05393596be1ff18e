"""Invented 837 files in which one part repeats far beyond what a guide allows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from invented import BILLING, INSTITUTIONAL, isa, subscriber, transaction

_PROFESSIONAL: Final = "005010X222A1"
_INSTITUTIONAL: Final = "005010X223A2"
_DENTAL: Final = "005010X224A2"
_CLAIM: Final = "CLM*A1*125***11:B:1*Y*A*Y*Y~"
_HI: Final = "HI*ABK:I10~"
_LINE: Final = "LX*1~SV1*HC:99213*125*UN*1***1~DTP*472*D8*20260512~"
_CODES: Final = [
    "99213",
    "99203",
    "99214",
    "17110",
    "11055",
    "11720",
    "25600",
    "27447",
    "20610",
    "64483",
    "83036",
    "80053",
    "36415",
    "94760",
    "99417",
    "11045",
    "99283",
    "97110",
    "97140",
    "93000",
    "76942",
    "G0439",
    "99397",
    "99215",
]
_DIAGNOSES: Final = [
    "I10",
    "E119",
    "M5450",
    "S52501A",
    "J069",
    "E109",
    "R079",
    "Z794",
    "M25561",
    "M25562",
    "N186",
    "I120",
    "J449",
    "F329",
]


def _one(body: str, guide: str = _PROFESSIONAL) -> bytes:
    return transaction(guide, BILLING + subscriber(2) + body)


def many_hi(count: int) -> bytes:
    codes = (f"HI*ABF:{_DIAGNOSES[n % len(_DIAGNOSES)]}~" for n in range(count))
    return _one(_CLAIM + _HI + "".join(codes) + _LINE)


def many_full_hi(count: int) -> bytes:
    row = "*".join(f"ABF:{code}" for code in _DIAGNOSES[:12])
    return _one(_CLAIM + _HI + f"HI*{row}~" * count + _LINE)


def many_principal(count: int) -> bytes:
    return _one(_CLAIM + _HI * count + _LINE)


def many_other_codes(count: int) -> bytes:
    body = "".join(f"HI*BH:A1:D8:20260501~HI*BG:{n % 90 + 10}~" for n in range(count // 2))
    head, mark, tail = INSTITUTIONAL.partition("NM1*71")
    return _one(head + body + mark + tail, _INSTITUTIONAL)


def many_lines(count: int) -> bytes:
    lines = (f"LX*{n + 1}~SV1*HC:99213*125*UN*1***1~DTP*472*D8*20260512~" for n in range(count))
    return _one(_CLAIM + _HI + "".join(lines))


def many_mixed_lines(count: int) -> bytes:
    marks = ("", "", ":25", ":59", ":24", ":57", ":76", ":RT")
    lines = (
        f"LX*{n + 1}~SV1*HC:{_CODES[n % len(_CODES)]}{marks[n // len(_CODES) % len(marks)]}*125*UN*1***1~DTP*472*D8*20260512~"
        for n in range(count)
    )
    return _one(_CLAIM + _HI + "".join(lines))


def many_days(count: int) -> bytes:
    lines = (
        f"LX*{n + 1}~SV1*HC:{_CODES[n % len(_CODES)]}*125*UN*1***1~DTP*472*D8*20{10 + n // 336 % 16}{n // 28 % 12 + 1:02d}{n % 28 + 1:02d}~"
        for n in range(count)
    )
    return _one(_CLAIM + _HI + "".join(lines))


def many_codes(count: int) -> bytes:
    lines = (
        f"LX*{n + 1}~SV1*HC:{10000 + n % 60000}*125*UN*1***1~DTP*472*D8*20260512~"
        for n in range(count)
    )
    return _one(_CLAIM + _HI + "".join(lines))


def many_institutional_lines(count: int) -> bytes:
    head = INSTITUTIONAL.partition("LX*1")[0]
    lines = (
        f"LX*{n + 1}~SV2*0450*HC:{_CODES[n % len(_CODES)]}*700*UN*1~DTP*472*D8*20260501~"
        for n in range(count)
    )
    return _one(head + "".join(lines), _INSTITUTIONAL)


def many_dental_lines(count: int) -> bytes:
    lines = (
        f"LX*{n + 1}~SV3*AD:D2391*150****1~TOO*JP*{n % 32 + 1}~DTP*472*D8*20260512~"
        for n in range(count)
    )
    return _one(_CLAIM + "HI*ABK:K0250~" + "".join(lines), _DENTAL)


def many_services(count: int) -> bytes:
    return _one(
        _CLAIM + _HI + "LX*1~" + "SV1*HC:99213*125*UN*1***1~" * count + "DTP*472*D8*20260512~"
    )


def many_levels(count: int) -> bytes:
    levels = (f"HL*{n + 2}*1*22*0~SBR*P*18*******CI~" for n in range(count))
    return transaction(
        _PROFESSIONAL, BILLING + "".join(levels) + subscriber(count + 2) + _CLAIM + _HI + _LINE
    )


def many_billing(count: int) -> bytes:
    levels = (f"HL*{n + 2}**20*1~" for n in range(count))
    return transaction(
        _PROFESSIONAL, BILLING + "".join(levels) + subscriber(count + 2) + _CLAIM + _HI + _LINE
    )


def _in_claim(segment: str) -> Callable[[int], bytes]:
    return lambda count: _one(_CLAIM + segment * count + _HI + _LINE)


def _after_claim(segments: str) -> Callable[[int], bytes]:
    return lambda count: _one(_CLAIM + _HI + segments * count + _LINE)


def _in_line(segment: str) -> Callable[[int], bytes]:
    return lambda count: _one(_CLAIM + _HI + _LINE + segment * count)


def _element(segment: str, filler: str) -> Callable[[int], bytes]:
    return lambda count: _one(
        _CLAIM + _HI + _LINE.replace("LX*1~", "LX*1~", 1) + segment + filler * count + "~"
    )


def many_claims(count: int) -> bytes:
    claims = (f"CLM*A{n}*125***11:B:1*Y*A*Y*Y~" + _HI + _LINE for n in range(count))
    return _one("".join(claims))


def many_mixed_claims(count: int) -> bytes:
    claims = (
        f"CLM*A{n}*125***11:B:1*Y*A*Y*Y~" + _HI + _LINE.replace("99213", _CODES[n % len(_CODES)])
        for n in range(count)
    )
    return _one("".join(claims))


def many_days_of_claims(count: int) -> bytes:
    claims = (
        f"CLM*A{n}*125***11:B:1*Y*A*Y*Y~"
        + _HI
        + _LINE.replace("99213", _CODES[n % len(_CODES)]).replace(
            "20260512", f"20{10 + n // 336 % 16}{n // 28 % 12 + 1:02d}{n % 28 + 1:02d}"
        )
        for n in range(count)
    )
    return _one("".join(claims))


def same_number(count: int) -> bytes:
    return _one((_CLAIM + _HI + _LINE) * count)


def many_transactions(count: int) -> bytes:
    body = "".join(f"ST*837*{n:04d}*{_PROFESSIONAL}~SE*2*{n:04d}~" for n in range(count))
    return f"{isa()}GS*HC*CLINIC*PAYER*20260515*1200*1*X*{_PROFESSIONAL}~{body}GE*{count}*1~IEA*1*000000001~".encode()


def many_groups(count: int) -> bytes:
    body = "".join(
        f"GS*HC*CLINIC*PAYER*20260515*1200*{n}*X*{_PROFESSIONAL}~GE*0*{n}~" for n in range(count)
    )
    return f"{isa()}{body}IEA*{count}*000000001~".encode()


def many_interchanges(count: int) -> bytes:
    return (f"{isa()}IEA*0*000000001~" * count).encode()


def many_broken_interchanges(count: int) -> bytes:
    return _one(_CLAIM + _HI + _LINE) + b"ISA*00*~" * count


def changing_interchanges(count: int) -> bytes:
    one = f"{isa()}IEA*0*000000001~".encode()
    other = one.replace(b"*", b"|")
    return (one + other) * (count // 2)


def long_element(count: int) -> bytes:
    return _one(_CLAIM + f"NTE*ADD*{'A' * count}~" + _HI + _LINE)


def long_codes(count: int) -> bytes:
    return _one(
        f"CLM*{'1' * count}*{'9' * count}***11:B:1*Y*A*Y*Y~HI*ABK:{'I' * count}~LX*1~SV1*HC:{'9' * count}*125*UN*1***1~"
    )


def unending(count: int) -> bytes:
    return _one(_CLAIM + _HI + _LINE + "Q" * count).replace(b"~SE*", b"SE*")


def blanks_between(count: int) -> bytes:
    return _one(_CLAIM + _HI + _LINE + "\n" * count)


def blanks_each(count: int) -> bytes:
    return _one(_CLAIM + _HI + ("\n\n\n\n\n\nREF*EA*1~" * count) + _LINE)


def empty_segments(count: int) -> bytes:
    return _one(_CLAIM + _HI + "~" * count + _LINE)


CASES: Final[dict[str, Callable[[int], bytes]]] = {
    "HI": many_hi,
    "HI of twelve": many_full_hi,
    "principal diagnoses": many_principal,
    "occurrences and conditions": many_other_codes,
    "lines": many_lines,
    "mixed lines": many_mixed_lines,
    "lines of many days": many_days,
    "lines of many codes": many_codes,
    "institutional lines": many_institutional_lines,
    "dental lines": many_dental_lines,
    "services without LX": many_services,
    "subscriber levels": many_levels,
    "billing levels": many_billing,
    "REF of a claim": _in_claim("REF*EA*1~"),
    "DTP of a claim": _in_claim("DTP*431*D8*20260501~"),
    "PWK of a claim": _in_claim("PWK*OZ*BM***AC*1~"),
    "NTE of a claim": _in_claim("NTE*ADD*WORD~"),
    "K3 of a claim": _in_claim("K3*WORD~"),
    "CRC of a claim": _in_claim("CRC*07*Y*01~"),
    "AMT of a claim": _in_claim("AMT*F5*20~"),
    "CLM without lines": _in_claim("CLM*A*1***11:B:1*Y*A*Y*Y~"),
    "names of a claim": _after_claim("NM1*82*1*ROE*RICK****XX*1245319599~"),
    "other payers": _after_claim(
        "SBR*S*18*GRP****MB**MB~CAS*CO*45*10~AMT*D*100~OI***Y***Y~NM1*IL*1*INVENTED*PAT****MI*W9~NM1*PR*2*OTHER*****PI*88888~"
    ),
    "CAS of a payer": lambda n: _one(
        _CLAIM + _HI + "SBR*S*18*GRP****MB**MB~" + "CAS*CO*45*10~" * n + _LINE
    ),
    "REF of a line": _in_line("REF*6R*L1~"),
    "DTP of a line": _in_line("DTP*472*D8*20260512~"),
    "AMT of a line": _in_line("AMT*T*20~"),
    "SVD of a line": _in_line("SVD*88888*50*HC:99213**1~CAS*CO*45*75.25~DTP*573*D8*20260513~"),
    "LIN of a line": _in_line("LIN**N4*00409379501~CTP****2.5*ML~"),
    "names of a line": _in_line("NM1*82*1*DOE*DORA****XX*1093718892~"),
    "PWK of a line": _in_line("PWK*OZ*BM***AC*1~"),
    "NTE of a line": _in_line("NTE*ADD*WORD~"),
    "elements": _element("NTE", "*A"),
    "elements of HI": lambda n: _one(_CLAIM + "HI" + "*ABF:I10" * n + "~" + _LINE),
    "elements of SV1": lambda n: _one(
        _CLAIM + _HI + "LX*1~SV1*HC:99213*125*UN*1***1" + "*1" * n + "~"
    ),
    "components": lambda n: _one(_CLAIM + _HI + "LX*1~SV1*HC:99213" + ":25" * n + "*125*UN*1***1~"),
    "components of HI": lambda n: _one(_CLAIM + "HI*ABK:I10" + ":A" * n + "~" + _LINE),
    "pointers": lambda n: _one(_CLAIM + _HI + "LX*1~SV1*HC:99213*125*UN*1***1" + ":1" * n + "~"),
    "repetitions": lambda n: _one(_CLAIM + _HI + _LINE + "REF*6R*L1" + "^L1" * n + "~"),
    "claims": many_claims,
    "mixed claims": many_mixed_claims,
    "claims of many days": many_days_of_claims,
    "claims of one number": same_number,
    "transactions": many_transactions,
    "groups": many_groups,
    "interchanges": many_interchanges,
    "broken interchanges": many_broken_interchanges,
    "changing interchanges": changing_interchanges,
    "long element": long_element,
    "long codes": long_codes,
    "no terminator": unending,
    "blank lines": blanks_between,
    "blank lines everywhere": blanks_each,
    "empty segments": empty_segments,
}
"""How to make each file, given how often its part repeats."""
MANY_BYTES: Final = ("long element", "long codes")
"""Those in which a value of so many bytes repeats nothing."""
