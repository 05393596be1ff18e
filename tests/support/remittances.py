"""Invented remittances (835): each claim payment is a few words, and sums are made to balance."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

_ISA = (
    "ISA*00*          *00*          *ZZ*PAYER          *ZZ*CLINIC         "
    "*260601*1200*^*00501*000000001*0*T*:~GS*HP*PAYER*CLINIC*20260601*1200*1*X*005010X221A1~"
)


def service(
    code: str,
    charge: str,
    paid: str,
    *adjustments: str,
    day: str = "20260512",
    control: str = "",
    allowed: str = "",
    remarks: Sequence[str] = (),
    units: str = "1",
    billed: str = "",
    billed_units: str = "",
) -> str:
    """A service; an adjustment is `CO*45*20`, with several reasons as in the file."""
    qualified = code if code[:3] in {"NU:", "AD:"} else f"HC:{code}"
    svc = f"SVC*{qualified}*{charge}*{paid}**{units}*{f'HC:{billed}' if billed else ''}*{billed_units}"
    text = f"{svc.rstrip('*')}~DTM*472*{day}~"
    text += "".join(f"CAS*{one}~" for one in adjustments)
    text += f"REF*6R*{control}~" if control else ""
    text += f"AMT*B6*{allowed}~" if allowed else ""
    return text + "".join(f"LQ*HE*{one}~" for one in remarks)


def payment(
    claim_id: str,
    charge: str,
    paid: str,
    *services: str,
    patient: str = "",
    status: str = "1",
    number: str = "ICN1",
    frequency: str = "1",
    adjustments: Sequence[str] = (),
    member: str = "W100000001",
    name: str = "ADAMS*PAT",
    more: str = "",
) -> str:
    """A claim payment."""
    own = "".join(f"CAS*{one}~" for one in adjustments)
    return (
        f"CLP*{claim_id}*{status}*{charge}*{paid}*{patient}*12*{number}*11*{frequency}~{own}"
        f"NM1*QC*1*{name}****MI*{member}~{more}{''.join(services)}"
    )


def transaction(
    *payments: str,
    total: str | None = None,
    number: str = "0001",
    day: str = "20260601",
    provider: str = "",
    payer: str = "ANY PAYER",
    payer_id: str = "99999",
) -> str:
    """A transaction whose total is the sum of its claims, less the amounts of its PLB segments."""
    paid = sum((Decimal(one.split("*")[4]) for one in payments), Decimal(0))
    taken = sum((Decimal(one.split("*")[4]) for one in provider.split("~") if one), Decimal(0))
    body = (
        f"ST*835*{number}~BPR*I*{paid - taken if total is None else total}*C*CHK************{day}~TRN*1*CHECK{number}*1999999999~"
        f"N1*PR*{payer}*XV*{payer_id}~N1*PE*CORNER CLINIC*XX*1234567893~LX*1~{''.join(payments)}{provider}"
    )
    return f"{body}SE*{body.count('~') + 1}*{number}~"


def era(*transactions: str) -> bytes:
    """A whole file."""
    return f"{_ISA}{''.join(transactions)}GE*{len(transactions)}*1~IEA*1*000000001~".replace(
        "~", "~\n"
    ).encode()
