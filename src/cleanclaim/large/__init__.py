"""Check any number of claims in limited memory.

Claims are read once and put on disk by patient (`spill`). Then groups of whole patients are
checked, two at a time, and each group's findings are written to disk as a part (`parts`). A journal
(`journal`) records what is finished, so that an interrupted run resumes. `on_disk` connects these
steps. If no edit looks across claims, they aren't sorted by patient: they are checked as they are
read.
"""

from cleanclaim.large.fingerprint import can_resume, journal_of
from cleanclaim.large.groups import Groups
from cleanclaim.large.on_disk import check_on_disk, put_on_disk
from cleanclaim.large.parts import Large

__all__ = ["Groups", "Large", "can_resume", "check_on_disk", "journal_of", "put_on_disk"]
