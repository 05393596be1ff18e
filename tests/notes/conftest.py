"""What the tests of notes share."""

from __future__ import annotations

import pytest

from cleanclaim.encoder import Encoder
from cleanclaim.notes.level.leveler import Leveler
from cleanclaim.notes.suggest import Suggester
from cleanclaim.reference import Reference


@pytest.fixture(scope="session")
def suggester(reference: Reference) -> Suggester:
    """A suggester over the tables that come with cleanclaim."""
    return Suggester(Encoder(reference))


@pytest.fixture(scope="session")
def leveler(suggester: Suggester) -> Leveler:
    """A leveler over the same."""
    return Leveler(suggester)
