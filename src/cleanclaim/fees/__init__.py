"""What Medicare's fee schedules allow for a line.

`allowed` is the only entry point. The modules behind it are pure functions over frames: `locality`
finds where a line was rendered, `schedule` what its code is worth there, `multiple` the reductions
for several procedures on one day, `modifiers` the share that a line is paid; `other_schedules`
prices anesthesia, laboratory tests and drugs.
"""

from cleanclaim.fees.price import PRICED, allowed

__all__ = ["PRICED", "allowed"]
