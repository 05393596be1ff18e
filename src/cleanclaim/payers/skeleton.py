"""The files of a new pack: a few rows that work, for the user to replace."""

from __future__ import annotations

from datetime import date
from typing import Final

_PACK: Final = """\
id = "{id}"
name = "{name}"
version = "{today}"            # what you call this state of the pack
ids = ["00000"]                # the payer's numbers in your claims (2010BB NM109, box 1 of your clearinghouse's list)
names = ["{upper}*"]           # its names in your claims (2010BB NM103); * at the end: any ending
payer_classes = ["commercial"] # its lines of business: medicare, medicaid, commercial, tricare, va, workers_comp, auto, other

[sources]                      # what you read; rows name a source by its key
manual = {{ title = "Provider manual", date = "{today}" }}
"""
_LIMITS: Final = """\
key,limit,counted_from,policy,section,source,confidence,consequence
filing,180 days,to_date,Provider manual,3.1,manual,high,deny-claim
"""
_NOT_PAYABLE: Final = """\
key,codes,instead,policy,section,source,valid_from,confidence,consequence
consultations,99242-99245 99252-99255,the visit code for the place of service,Provider manual,5.2,manual,{year}-01-01,high,deny-line
"""
_TESTS: Final = """\
# Each test changes a clean claim to this payer. finds: the keys of the rows that it breaks; [] for none.
[[test]]
title = "a consultation"
lines = ["99244"]
finds = ["consultations"]

[[test]]
title = "a visit"
lines = ["99213-25", "20610"]
finds = []

[[test]]
title = "filed after 181 days"
finds = ["filing"]
[test.claim]
from_date = {year}-01-05
submitted_date = {year}-07-05
as_of = {year}-07-05
"""


def skeleton(pack: str, name: str, today: date) -> dict[str, str]:
    """The files of a new pack, by name.

    Args:
        pack: its ID.
        name: the payer.
        today: today.
    """
    words = {"id": pack, "name": name, "upper": name.upper(), "today": today, "year": today.year}
    return {
        "pack.toml": _PACK.format(**words),
        "filing_limits.csv": _LIMITS,
        "not_payable.csv": _NOT_PAYABLE.format(**words),
        "tests.toml": _TESTS.format(**words),
    }
