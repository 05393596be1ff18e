"""What the tests of notes share."""

from __future__ import annotations

import pytest

from cleanclaim.encoder import Encoder
from cleanclaim.notes.level.leveler import Leveler
from cleanclaim.notes.suggest import Suggester
from cleanclaim.notes.support.supporter import Supporter
from cleanclaim.reference import Reference


@pytest.fixture(scope="session")
def encoder(reference: Reference) -> Encoder:
    """An encoder over the tables that come with cleanclaim."""
    return Encoder(reference)


@pytest.fixture(scope="session")
def suggester(encoder: Encoder) -> Suggester:
    """A suggester over the same."""
    return Suggester(encoder)


@pytest.fixture(scope="session")
def leveler(suggester: Suggester) -> Leveler:
    """A leveler over the same."""
    return Leveler(suggester)


@pytest.fixture(scope="session")
def supporter(encoder: Encoder, suggester: Suggester) -> Supporter:
    """A supporter over the same."""
    return Supporter(encoder, suggester)
