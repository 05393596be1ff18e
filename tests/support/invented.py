"""The parts of invented 837 files. Nobody in them lives; the NPIs are made of the check digit rule."""

from __future__ import annotations


def isa(version: str = "00501", repetition: str = "^") -> str:
    return (
        "ISA*00*          *00*          *ZZ*CLINIC         *ZZ*PAYER          "
        f"*260515*1200*{repetition}*{version}*000000001*0*T*:~"
    )


def transaction(guide: str, body: str, version: str = "00501", repetition: str = "^") -> bytes:
    """A whole file around the levels of a transaction; SE01 counts as it must."""
    head = (
        f"ST*837*0001*{guide}~BHT*0019*00*1*20260515*1200*CH~NM1*41*2*CLINIC*****46*123456789~"
        "PER*IC*DESK*TE*5555555555~NM1*40*2*PAYER*****46*99999~"
    )
    count = (head + body).count("~") + 1
    return (
        f"{isa(version, repetition)}GS*HC*CLINIC*PAYER*20260515*1200*1*X*{guide}~{head}{body}"
        f"SE*{count}*0001~GE*1*1~IEA*1*000000001~"
    ).encode()


BILLING = (
    "HL*1**20*1~PRV*BI*PXC*207Q00000X~NM1*85*2*CLINIC*****XX*1234567893~N3*1 MAIN ST~"
    "N4*RALEIGH*NC*276010000~REF*EI*999999999~"
)


def subscriber(number: int, children: int = 0, relation: str = "18") -> str:
    return (
        f"HL*{number}*1*22*{children}~SBR*P*{relation}*******CI~"
        f"NM1*IL*1*INVENTED*PAT****MI*W{number:06d}~"
        "N3*2 OAK ST~N4*RALEIGH*NC*27601~DMG*D8*19800214*F~"
        "NM1*PR*2*PAYER*****PI*99999~"
    )


PROFESSIONAL = (
    "CLM*P1*500.5***11:B:1*Y*A*Y*Y*P*AA:EM::NC~DTP*431*D8*20260501~DTP*439*D8*20260430~"
    "PWK*OZ*BM***AC*123~AMT*F5*20~REF*G1*AUTH1~REF*F8*PRIOR~REF*EA*CHART~NTE*ADD*WORD~CRC*07*Y*01~"
    "HI*ABK:I10*ABF:E119*ABF:Z794~HI*BG:17~NM1*DN*1*ROE*RITA****XX*1003000126~"
    "NM1*82*1*ROE*RICK****XX*1245319599~PRV*PE*PXC*207Q00000X~"
    "NM1*77*2*SITE*****XX*1679576722~N3*3 ELM ST~N4*DURHAM*NC*277010000~"
    "SBR*S*18*GRP****MB**MB~CAS*CO*45*10~CAS*PR*2*5~AMT*D*100~AMT*EAF*5~OI***Y***Y~"
    "NM1*IL*1*INVENTED*PAT****MI*W9~NM1*PR*2*OTHER*****PI*88888~DTP*573*D8*20260513~"
    "LX*1~SV1*HC:99213:25:GT*125.25*UN*1***1:2**Y~DTP*472*D8*20260512~REF*6R*L1~NTE*ADD*ANOTHER~"
    "NM1*82*1*DOE*DORA****XX*1093718892~PRV*PE*PXC*208D00000X~"
    "SVD*88888*50*HC:99213**1~CAS*CO*45*75.25~DTP*573*D8*20260513~"
    "LX*2~SV1*HC:j1885*375.25*UN*2.5*22**2:1:3~DTP*472*RD8*20260510-20260511~LIN**N4*00409379501~"
    "CTP****2.5*ML~NM1*DK*1*ROE*RITA****XX*1003000126~"
)
INSTITUTIONAL = (
    "CLM*I1*1200***13:A:7**A*Y*Y~DTP*434*RD8*20260501-20260503~DTP*435*DT*202605010930~"
    "DTP*096*TM*1400~CL1*1*2*01~"
    "REF*F8*ICN1~HI*ABK:S52501A:::::::Y~HI*ABJ:S52501A~HI*ABF:E119:::::::N*ABF:I10:::::::1~HI*APR:M79631~"
    "HI*ABN:W19XXXA:::::::Y~HI*BBR:0PSH04Z:D8:20260502~HI*BH:A1:D8:20260501~HI*BI:71:RD8:20260401-20260405~"
    "HI*BE:80:::3~HI*BG:09~HI*DR:482~NM1*71*1*ROE*RICK****XX*1245319599~PRV*AT*PXC*207Q00000X~"
    "NM1*72*1*DOE*DORA****XX*1093718892~"
    "LX*1~SV2*0450*HC:99283:25*700*UN*1**0~DTP*472*D8*20260501~LX*2~SV2*0250**500*UN*3~"
)
DENTAL = (
    "CLM*D1*150***11:B:1*Y*A*Y*Y~DTP*472*D8*20260512~HI*ABK:K0250~NM1*82*1*ROE*RICK****XX*1245319599~"
    "LX*1~SV3*AD:D2391*150**11**1*****1~TOO*JP*12*L:O~DTP*472*D8*20260512~REF*6R*1~"
)
SMALL = (
    "CLM*{name}*125***11:B:1*Y*A*Y*Y~HI*ABK:I10*ABF:E119~LX*1~SV1*HC:99213*125*UN*1***1:2~"
    "DTP*472*D8*202605{day:02d}~"
)
DEPENDENT = (
    "HL*{number}*{parent}*23*0~PAT*19~NM1*QC*1*INVENTED*{first}~N3*2 OAK ST~N4*RALEIGH*NC*27601~"
    "DMG*D8*2015{month:02d}01*M~"
)


def dependents() -> str:
    body = BILLING + subscriber(2, children=1, relation="")
    for n, first in enumerate(("ONE", "TWO")):
        body += DEPENDENT.format(number=3 + n, parent=2, first=first, month=3)
        body += SMALL.format(name=f"K{n}", day=n + 1)
    return body + subscriber(5) + SMALL.format(name="OWN", day=9)


def many(count: int) -> str:
    levels = (
        subscriber(n + 2) + SMALL.format(name=f"M{n}", day=n % 28 + 1) * (1 + n % 3)
        for n in range(count)
    )
    return BILLING + "".join(levels)
