"""Claims in any number, in bounded memory.

Claims are read once and put on disk by patient (`spill`); then groups of whole patients are checked, two at a time, and what was found of each group is
put on disk as a part (`parts`). A journal (`journal`) tells what is done, so that a run that was killed goes on where it stood. `run` is
the straight line through them. Where no edit looks across claims nothing is put in order of patients: claims are checked as they are read.
"""

from cleanclaim.large.job import Job
from cleanclaim.large.parts import Large
from cleanclaim.large.plan import Plan
from cleanclaim.large.run import run

__all__ = ["Job", "Large", "Plan", "run"]
