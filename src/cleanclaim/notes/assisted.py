"""The suggestions for a note, with a language model of the user's own if there is one."""

from __future__ import annotations

from cleanclaim.notes.assistant import ask
from cleanclaim.notes.endpoint import Endpoint
from cleanclaim.notes.suggest import Options, Suggester
from cleanclaim.notes.suggestion import Suggestions


def suggestions_for(
    suggester: Suggester, note: str, options: Options, model: Endpoint | None
) -> Suggestions:
    """Return the suggestions for a note.

    Args:
        suggester: makes them.
        note: the text.
        options: the date, the setting and the mode.
        model: where the user's language model answers, if it is to be asked too.
    """
    found = suggester.suggest(note, options)
    if model is None:
        return Suggestions(found)
    assistance = ask(note, model)
    whole = suggester.add(note, options, found, assistance.proposals)
    return Suggestions(whole, assistance.provenance, assistance.not_checked)
