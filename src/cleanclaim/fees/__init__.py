"""What Medicare's fee schedules allow for a line.

`allowed` is the one entry. The modules behind it are pure functions over frames: `place` says where a line was rendered, `schedule` what its code is worth
there, `multiple` what several procedures of one day take off each other, `modifiers` what share of it a line asks for, `other` prices anesthesia, laboratory
tests and drugs.
"""

from cleanclaim.fees.price import PRICED, allowed

__all__ = ["PRICED", "allowed"]
