"""`cleanclaim.suggest` with a language model of the user's own: the same rules as on the command line."""

from __future__ import annotations

import warnings
from datetime import date

import pytest

import cleanclaim
from cleanclaim import api
from cleanclaim.errors import ConfigError
from cleanclaim.notes.endpoint import Endpoint
from cleanclaim.notes.suggest import Suggester
from cleanclaim.notes.suggestion import CODE, CONSIDER, Suggestions

from . import fake_model

ON = date(2026, 5, 12)
NOTE = "HPI: Denies chest pain. His waterworks trouble is worse.\nASSESSMENT:\n1. Gout."
PROPOSAL = {"quote": "waterworks trouble", "condition": "urinary incontinence", "code": "E99.999"}


@pytest.fixture(autouse=True)
def _one_suggester(monkeypatch: pytest.MonkeyPatch, suggester: Suggester) -> None:
    """Use the suggester that is loaded already."""
    monkeypatch.setattr(api, "_suggester", lambda: suggester)


def _asked(url: str, seconds: float = 5.0) -> Suggestions:
    return cleanclaim.suggest(NOTE, on=ON, llm=url, model="tiny", llm_seconds=seconds)


def test_a_model_proposes_and_cleanclaim_decides() -> None:
    """A proposal is considered with a code of the day, and the result keeps model, seed and hashes."""
    with fake_model.serving(fake_model.conditions(PROPOSAL)) as (url, _):
        found = _asked(url)
    assert {one.code for one in found if one.disposition == CODE} == {"M10.9"}
    assert {one.code for one in found if one.disposition == CONSIDER} == {"R32"}
    assert found.llm is not None
    assert found.llm["model"] == "tiny"
    assert found.llm["seed"] == 7
    assert len(found.llm["answer_sha256"]) == 64
    assert found.as_dict()["llm"] == found.llm
    assert found.not_checked == ()


def test_without_a_model_nothing_is_asked() -> None:
    """By default the result has no word of a model."""
    found = cleanclaim.suggest(NOTE, on=ON)
    assert found.llm is None
    assert list(found.as_dict()) == ["suggestions"]


@pytest.mark.parametrize(("body", "says"), fake_model.GARBAGE)
def test_garbage_gives_the_offline_answer(body: bytes, says: str) -> None:
    """An unusable answer is not checked, and the suggestions are those without the model."""
    with fake_model.serving(body) as (url, _):
        found = _asked(url)
    (told,) = found.not_checked
    assert says in told
    assert list(found) == list(cleanclaim.suggest(NOTE, on=ON))


def test_a_quote_that_is_not_in_the_note_is_said() -> None:
    """What the model made up is counted under not checked."""
    with fake_model.serving(fake_model.conditions({"quote": "lung cancer", "condition": "lung cancer", "code": "C34.90"})) as (url, _):  # fmt: skip
        found = _asked(url)
    assert "1 of 1 proposals" in found.not_checked[0]
    assert "C34.90" not in {one.code for one in found}


def test_a_redirect_is_not_followed() -> None:
    """Notes go only to the address that was given."""
    with fake_model.serving(fake_model.conditions()) as (other, asked), fake_model.serving(status=307, location=other) as (url, _):  # fmt: skip
        assert "redirects" in _asked(url).not_checked[0]
    assert asked == []


@pytest.mark.parametrize(("wait", "drip"), [(1.0, 0.0), (0.0, 0.05)])
def test_a_slow_answer_is_given_up(wait: float, drip: float) -> None:
    """The time for an answer is limited, also if it comes byte by byte."""
    with fake_model.serving(fake_model.conditions(), wait=wait, drip=drip) as (url, _):
        assert "no answer within 0.3 seconds" in _asked(url, seconds=0.3).not_checked[0]


def test_options_that_are_refused() -> None:
    """A remote host, a missing model or a missing address is an error that says what to do."""
    with pytest.raises(ConfigError, match="allow_remote_hosts"):
        cleanclaim.suggest(NOTE, on=ON, llm="http://8.8.8.8/v1", model="tiny")
    with pytest.raises(ConfigError, match="model: the name"):
        cleanclaim.suggest(NOTE, on=ON, llm="http://127.0.0.1:9/v1")
    with pytest.raises(ConfigError, match="llm is missing"):
        cleanclaim.suggest(NOTE, on=ON, model="tiny")


def test_a_remote_host_is_warned_about(monkeypatch: pytest.MonkeyPatch) -> None:
    """A host that is allowed is used with a warning about patient data; a near one without."""
    monkeypatch.setattr(Endpoint, "ask", lambda _self, _messages: '{"conditions": []}')
    with pytest.warns(UserWarning, match="business associate agreement"):
        cleanclaim.suggest(NOTE, on=ON, llm="http://8.8.8.8/v1", model="tiny", allow_remote_hosts=["8.8.8.8"])  # fmt: skip
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        cleanclaim.suggest(NOTE, on=ON, llm="http://127.0.0.1:9/v1", model="tiny")
