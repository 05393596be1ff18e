"""pyx12's adapter, for the rules about a file's form: python -m corpus.adapters.pyx12_form FILE."""

from __future__ import annotations

import json
import logging
import sys
from io import StringIO
from pathlib import Path


def is_right(path: Path) -> bool:
    """Whether pyx12 reads the file and finds no error."""
    import pyx12.params  # noqa: PLC0415 - optional
    import pyx12.x12n_document  # noqa: PLC0415

    logging.disable(logging.CRITICAL)
    try:
        return bool(pyx12.x12n_document.x12n_document(pyx12.params.params(), str(path), StringIO(), None))
    except Exception:  # noqa: BLE001 - a file that it can't read is refused
        return False


def main() -> None:
    """Print a finding about the file if pyx12 refuses it."""
    path = Path(sys.argv[1])
    if not is_right(path):
        print(json.dumps({"claim_id": path.name, "code": "X12", "line": None, "diagnosis": None}))


if __name__ == "__main__":
    main()
