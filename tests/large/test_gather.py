"""How much is read, told without asking again for what was read before."""

from __future__ import annotations

from pathlib import Path

import pytest

from cleanclaim.large import gather
from cleanclaim.model import Batch
from cleanclaim.read import FileRead


def test_the_size_of_a_file_is_asked_once_and_while_it_is_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[str] = []

    def size_of(inputs: object) -> int:
        names = [str(given) for given in inputs]  # type: ignore[attr-defined]
        asked.extend(names)
        return 10 * len(names)

    monkeypatch.setattr(gather, "size_of", size_of)
    share = gather._Share(1_000)
    files: list[FileRead] = []
    shares = []
    for number in range(100):
        files.append(FileRead(str(Path(f"{number}.837")), claims=1))
        shares.append(share.of(Batch.of({}), files))
    assert len(asked) < 2 * len(files)
    assert shares[0] == 0
    assert shares[-1] == 0.99
