"""What became of a batch's claims: its remittances matched to them, and denials traced."""

from __future__ import annotations

import json
from typing import Any, Final

from cleanclaim.errors import InputError
from cleanclaim.job import Job
from cleanclaim.remit.read import read_remittances
from cleanclaim.remit.run import Question, match_payments
from cleanclaim.remit.store import inputs_of
from cleanclaim.server.choices import Choices
from cleanclaim.server.engine import Held
from cleanclaim.server.kept import Kept
from cleanclaim.storage.durable import whole_file

_RESULT: Final = "payments.json"


def payments(kept: Kept, held: Held, choices: Choices) -> dict[str, Any] | None:
    """What `cleanclaim remit match` says of a batch; None if it has no remittance.

    Args:
        kept: the batch.
        held: what claims are checked with.
        choices: how the batch was checked.

    Raises:
        InputError: a remittance can't be read.
    """
    paths = [str(path) for path in kept.remittances()]
    if not paths:
        return None
    state = [held.digest, paths, kept.matches()]
    place = kept.folder / _RESULT
    if place.exists():
        known: dict[str, Any] = json.loads(place.read_text(encoding="utf-8"))
        if known["state"] == state:
            return dict(known["result"])
    remittance, files = read_remittances(inputs_of(paths))
    broken = [one.error for one in files if one.error]
    if broken:
        raise InputError("; ".join(broken).replace(f"{kept.folder}/", ""))
    job = Job((str(kept.upload),), held.reference, choices.edits(held), choices.settings(), tables=choices.tables())  # fmt: skip
    found = match_payments(Question(remittance, files, job, manual=kept.matches()))
    result = json.loads(found.to_json().replace(f"{kept.folder}/", ""))
    with whole_file(place) as out:
        out.write(json.dumps({"state": state, "result": result}).encode())
    return dict(result)
