"""Claims in any number, in bounded memory.

Claims are read once and put on disk by patient (`spill`); then groups of whole patients are checked, two at a time, and the findings of each group are
put on disk as a part (`parts`). A journal (`journal`) keeps what is done, so that a run that was killed resumes where it stopped. `on_disk` is the straight
line through them. If no edit looks across claims, nothing is put in order of patients: claims are checked as they are read.
"""

from cleanclaim.large.fingerprint import can_resume, journal_of
from cleanclaim.large.on_disk import check_on_disk
from cleanclaim.large.parts import Large

__all__ = ["Large", "can_resume", "check_on_disk", "journal_of"]
