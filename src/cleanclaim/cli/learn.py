"""`cleanclaim learn`: practice cases in the terminal, progress, a trainer's own cases, and reports."""

from __future__ import annotations

import csv
import io
import json
import sys
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cleanclaim.cli.options import Columns, Sheet, Store, TextOrJson, examples
from cleanclaim.cli.terminal import reference, tell
from cleanclaim.errors import ConfigError
from cleanclaim.report.labels import counted
from cleanclaim.storage.durable import whole_file

if TYPE_CHECKING:
    from cleanclaim.learn.cases import Case
    from cleanclaim.learn.question import Question

app = typer.Typer(rich_markup_mode=None, no_args_is_help=True, help="Practice coding and billing with cases.")  # fmt: skip
Topic = Annotated[list[str] | None, typer.Option("--topic", help="Only this topic (see `learn list`). Can be repeated.")]  # fmt: skip
Kind = Annotated[list[str] | None, typer.Option("--kind", help="Only this kind (see `learn list`). Can be repeated.")]  # fmt: skip
Own = Annotated[Path | None, typer.Option("--cases", help="A folder with your own cases, in place of cleanclaim's.")]  # fmt: skip
Name = Annotated[str, typer.Option("--name", help="Whose progress, if several people use this machine.")]  # fmt: skip
_LETTERS = "abcdefgh"


@app.command(
    epilog=examples(
        "learn play",
        "learn play --topic modifier --count 5",
        "learn play --kind level --name maria",
    )
)
def play(
    *,
    topic: Topic = None,
    kind: Kind = None,
    count: Annotated[int, typer.Option("--count", min=1, help="How many cases.")] = 10,
    name: Name = "me",
    own: Own = None,
    store: Store = None,
) -> None:
    """Answer cases, those that are due first.

    Answer with a letter; h gives a hint, s skips, q ends. A wrong answer is explained with the edit's own text and source, and the case comes again soon.
    """
    from cleanclaim.learn import progress as kept  # noqa: PLC0415
    from cleanclaim.learn.cases import TOPICS  # noqa: PLC0415
    from cleanclaim.learn.question import question_of  # noqa: PLC0415

    learner = kept.progress_of(name)
    asked = kept.next_cases(_chosen(topic, kind, own), learner, count)
    tables = reference(store, None)
    right = answered = 0
    for number, case in enumerate(asked, 1):
        question = question_of(case, tables, learner.turns(case.id))
        result = _ask(question, f"Case {number} of {len(asked)}: {TOPICS[case.topic]}")
        if result is None:
            break
        is_right, hints, is_skipped = result
        if is_skipped:
            continue
        answered += 1
        right += is_right
        again = learner.record(case, is_right=is_right, hints=hints)
        learner.save()
        tell(f"{case.id} comes again on {again}.")
    tell("")
    tell(f"{right} of {answered} right." if answered else "No case was answered.")


def _ask(question: Question, heading: str) -> tuple[bool, int, bool] | None:
    """Ask a question: whether the answer is right, the hints used, and whether it was skipped; None to end."""
    _show(question, heading)
    hints = 0
    while True:
        given = _read("> ")
        if given in {None, "q"}:
            return None
        if given == "s":
            return False, hints, True
        if given == "h":
            hint = question.hints[hints] if hints < len(question.hints) else "No more hints."
            hints += hints < len(question.hints)
            tell(hint)
            continue
        place = _LETTERS.find(given) if given and len(given) == 1 else -1
        if not 0 <= place < len(question.choices):
            tell(f"Answer with {', '.join(_LETTERS[: len(question.choices)])}; h for a hint, s to skip, q to end.")  # fmt: skip
            continue
        is_right = place == question.answer
        tell("Right." if is_right else f"Wrong: {_LETTERS[question.answer]}) {question.choices[question.answer]}")  # fmt: skip
        for line in question.why.splitlines():
            tell(line)
        return is_right, hints, False


def _show(question: Question, heading: str) -> None:
    tell("")
    tell(heading)
    for line in (*question.text.splitlines(), "", question.asked):
        tell(line)
    for letter, choice in zip(_LETTERS, question.choices, strict=False):
        tell(f"  {letter}) {choice}")


def _read(prompt: str) -> str | None:
    """One line in lower case; None at the end of the input."""
    typer.echo(prompt, nl=False)
    line = sys.stdin.readline()
    return line.strip().lower() if line else None


@app.command(name="list", epilog=examples("learn list", "learn list --topic linkage --format json"))
def list_cases(
    *, topic: Topic = None, kind: Kind = None, own: Own = None, format_: TextOrJson = "text"
) -> None:
    """List topics and how many cases each has."""
    from cleanclaim.learn.cases import KINDS, TOPICS  # noqa: PLC0415

    found = _chosen(topic, kind, own)
    if format_ == "json":
        rows = [{"id": one.id, "kind": one.kind, "topic": one.topic, "section": one.section} for one in found]  # fmt: skip
        typer.echo(json.dumps({"cases": rows}, indent=1))
        return
    for title, words, counts in (
        ("Topics", TOPICS, Counter(one.topic for one in found)),
        ("Kinds", KINDS, Counter(one.kind for one in found)),
    ):
        tell(title)
        for word, meaning in words.items():
            if counts[word]:
                tell(f"  {word:<14} {counts[word]:>5}  {meaning}")
    tell(f"{counted(len(found), 'case')}. Start with: cleanclaim learn play")


@app.command(epilog=examples("learn show DX102-1", "learn show LEVEL-01 --answer"))
def show(
    case: Annotated[str, typer.Argument(metavar="CASE", help="The case's ID, as `learn list --format json` shows it.")],
    *,
    answer: Annotated[bool, typer.Option("--answer", help="Show the answer too.")] = False,
    own: Own = None,
    store: Store = None,
) -> None:  # fmt: skip
    """Show one case."""
    from cleanclaim.learn.question import question_of  # noqa: PLC0415
    from cleanclaim.text.hints import hint  # noqa: PLC0415

    by_id = {one.id: one for one in _chosen(None, None, own)}
    if case not in by_id:
        raise ConfigError([f"no case {case!r}{hint(case, by_id)}"])
    question = question_of(by_id[case], reference(store, None))
    _show(question, f"Case {case}")
    if answer:
        tell(f"Answer: {_LETTERS[question.answer]}) {question.choices[question.answer]}")
        for line in question.why.splitlines():
            tell(line)


@app.command(epilog=examples("learn progress", "learn progress --name maria --format json"))
def progress(*, name: Name = "me", format_: TextOrJson = "text") -> None:
    """Show answers by topic, and how many cases are due."""
    from cleanclaim.learn import progress as kept  # noqa: PLC0415

    learner = kept.progress_of(name)
    now = datetime.now(UTC)
    due = sum(learner.is_due(case, now) for case in learner.cards)
    rows = kept.report_of([learner])
    if format_ == "json":
        typer.echo(json.dumps({"learner": name, "due": due, "topics": rows}, indent=1))
        return
    _tell_report(rows)
    tell(f"{counted(due, 'case')} due.")


@app.command(epilog=examples("learn report maria.json john.json", "learn report class/*.json --format csv"))  # fmt: skip
def report(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="Learners' files of progress.")],
    *,
    format_: Annotated[str, typer.Option("--format", "-f", help="text, json or csv.")] = "text",
) -> None:  # fmt: skip
    """Report on a class, by learner and topic."""
    from cleanclaim.learn import progress as kept  # noqa: PLC0415

    rows = kept.report_of([kept.read_progress(path) for path in files])
    if format_ == "json":
        typer.echo(json.dumps({"report": rows}, indent=1))
    elif format_ == "csv":
        typer.echo(_csv(rows), nl=False)
    elif format_ == "text":
        _tell_report(rows)
    else:
        raise ConfigError([f"--format: expected text, json or csv, found {format_!r}"])


def _tell_report(rows: list[dict[str, Any]]) -> None:
    for row in rows:
        share = "" if row["share"] is None else f"{row['share']:.0%}"
        answers = counted(row["answers"], "answer")
        tell(f"{row['learner']:<12} {row['topic']:<14} {answers:>13} {share:>5} right, {counted(row['cases'], 'case')}")  # fmt: skip


@app.command(
    epilog=examples(
        "learn export --topic modifier --format html --output sheet.html",
        "learn export --count 20 --answers --output key.csv",
    )
)
def export(
    *,
    output: Annotated[Path, typer.Option("--output", "-o", help="The file to write.")],
    format_: Annotated[str, typer.Option("--format", "-f", help="csv, or html to print.")] = "csv",
    topic: Topic = None,
    kind: Kind = None,
    count: Annotated[int, typer.Option("--count", min=1, help="How many cases.")] = 20,
    answers: Annotated[bool, typer.Option("--answers", help="With the answers.")] = False,
    own: Own = None,
    store: Store = None,
) -> None:
    """Write cases to a file, for a class."""
    from cleanclaim.learn.progress import Progress, next_cases  # noqa: PLC0415
    from cleanclaim.learn.question import question_of  # noqa: PLC0415

    if format_ not in {"csv", "html"}:
        raise ConfigError([f"--format: expected csv or html, found {format_!r}"])
    cases = next_cases(_chosen(topic, kind, own), Progress("nobody", output), count)
    tables = reference(store, None)
    questions = [question_of(case, tables) for case in cases]
    text = _page(questions, answers=answers) if format_ == "html" else _csv(_rows(questions, answers=answers))  # fmt: skip
    _write(text, output)
    tell(f"{output}: {counted(len(questions), 'case')}")


def _rows(questions: list[Question], *, answers: bool) -> list[dict[str, Any]]:
    rows = []
    for one in questions:
        row = {"id": one.case.id, "topic": one.case.topic, "kind": one.case.kind, "text": one.text, "question": one.asked}  # fmt: skip
        row |= {letter: one.choices[n] if n < len(one.choices) else "" for n, letter in enumerate(_LETTERS[:5])}  # fmt: skip
        row |= {"answer": _LETTERS[one.answer], "why": one.why} if answers else {}
        rows.append(row)
    return rows


def _csv(rows: list[dict[str, Any]]) -> str:
    out = io.StringIO(newline="")
    if rows:
        writer = csv.DictWriter(out, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    return out.getvalue()


def _page(questions: list[Question], *, answers: bool) -> str:
    from cleanclaim.learn.cases import TOPICS  # noqa: PLC0415
    from cleanclaim.report.sections import page, paragraph, preformatted, section  # noqa: PLC0415

    parts = []
    for number, one in enumerate(questions, 1):
        choices = [paragraph(f"{letter}) {choice}") for letter, choice in zip(_LETTERS, one.choices, strict=False)]  # fmt: skip
        key = [paragraph(f"Answer: {_LETTERS[one.answer]}"), preformatted(one.why)] if answers else []  # fmt: skip
        heading = f"{number}. {one.case.id}" if answers else f"{number}. {TOPICS[one.case.topic]}"
        parts.append(section(heading, preformatted(one.text), paragraph(one.asked), *choices, *key))  # fmt: skip
    return page("Practice cases", f"{len(questions)} cases{' with answers' if answers else ''}", parts)  # fmt: skip


@app.command(epilog=examples("learn add claims.837 --claim A1234 --output our-cases/a.json"))
def add(
    inputs: Annotated[list[str], typer.Argument(metavar="CLAIMS...", help="Files with claims.")],
    *,
    claim: Annotated[str, typer.Option("--claim", help="The claim's number.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="The file to write; play it with --cases FOLDER.")],
    edit: Annotated[str | None, typer.Option("--edit", help="The finding that the case is about. Default: the hardest.")] = None,
    sheet: Sheet = None,
    columns: Columns = None,
    store: Store = None,
) -> None:  # fmt: skip
    """Make a case of one of your own claims, de-identified.

    Only codes, units, sex, age and days counted from the first service are kept. If a number, name or date of the claim would remain, no case is made.
    """
    from cleanclaim.api import check  # noqa: PLC0415
    from cleanclaim.learn.trainer import case_of  # noqa: PLC0415

    found = check(list(inputs), sheet=sheet, columns=columns, reference=reference(store, None))
    case = case_of(found, claim, edit)
    _write(json.dumps({"case": [case]}, indent=1) + "\n", output)
    tell(f"{output}: {case['id']}. Read it before you share it.")


def _chosen(topic: list[str] | None, kind: list[str] | None, own: Path | None) -> list[Case]:
    from cleanclaim.learn import cases as known  # noqa: PLC0415
    from cleanclaim.text.hints import hint  # noqa: PLC0415

    for option, given, words in (("--topic", topic, known.TOPICS), ("--kind", kind, known.KINDS)):
        wrong = next((one for one in given or () if one not in words), None)
        if wrong is not None:
            raise ConfigError([f"{option}: expected {', '.join(words)}, found {wrong!r}{hint(wrong, words)}"])  # fmt: skip
    every = known.own_cases(own) if own else known.cases()
    found = known.chosen(every, topic or (), kind or ())
    if not found:
        raise ConfigError(["there are no such cases"])
    return found


def _write(text: str, output: Path) -> None:
    try:
        output.parent.mkdir(parents=True, exist_ok=True)
        with whole_file(output) as out:
            out.write(text.encode())
    except OSError as error:
        raise ConfigError([f"{output}: {error.strerror}"]) from None
