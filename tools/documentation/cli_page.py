"""The reference of the command line, from the app itself."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import typer.main

from cleanclaim.cli.main import app
from documentation.docstrings import one_line
from documentation.markdown import cell, code, fenced, table

_HEAD: Final = """# Command line

This page is generated from the program itself. `cleanclaim COMMAND --help` shows the same.

## Exit status

| exit status | means |
|---|---|
| 0 | Done. For `check`: every claim is clean. |
| 1 | Done, and there is something to look at (see the next table). |
| 2 | Could not run, or could not do everything: a wrong option, a file that can't be read, an edit that failed. The rest is done and reported. |
| 141 | The program that read the output stopped reading, such as `cleanclaim check … \\| head`. |

| command | status 1 means |
|---|---|
| `check` | A claim has a finding more severe than `info`. |
| `lookup` | Some of the codes are unknown. |
| `search` | No result. |
| `diff --impact` | You use a code that can no longer be billed. |
| `reference verify` | The tables don't fit together everywhere. |
| `edits test` | An example doesn't hold. |

`--debug` is allowed anywhere on the command line: it prints the traceback of an internal error, which may show claim data.
`cleanclaim --version` prints the version.

## Commands
"""


def cli_page() -> str:
    """Every command and subcommand: usage, arguments, options, examples."""
    commands = list(_commands(typer.main.get_command(app), "cleanclaim"))
    links = table(
        ("command", "what it does"),
        (
            (f"[`{name}`](#{name.replace(' ', '-')})", _paragraphs(command)[0])
            for name, command in commands
        ),
    )
    sections = [line for name, command in commands for line in _section(name, command)]
    return "\n".join([_HEAD, *links, "", *sections]).rstrip("\n") + "\n"


def _commands(command: Any, name: str) -> Iterator[tuple[str, Any]]:
    """A command and the ones below it, in the order of `--help`."""
    inner = getattr(command, "commands", {})
    if not inner or command.invoke_without_command:
        yield name, command
    for word, one in inner.items():
        yield from _commands(one, f"{name} {word}")


def _paragraphs(command: Any) -> list[str]:
    return [one_line(block) for block in (command.help or "").split("\n\n")]


def _section(name: str, command: Any) -> Iterator[str]:
    shown = [one for one in command.params if not getattr(one, "hidden", False)]
    arguments = [one for one in shown if one.param_type_name == "argument"]
    options = [one for one in shown if one.param_type_name == "option" and "--help" not in one.opts]
    usage = " ".join(
        [name, *(["[OPTIONS]"] if options else []), *(_placeholder(one) for one in arguments)]
    )
    yield from (f"## {name}", "")
    yield from (line for text in _paragraphs(command) for line in (text, ""))
    yield from (*fenced(usage), "")
    if arguments:
        rows = ((code(_placeholder(one)), one.help or "") for one in arguments)
        yield from (*table(("argument", "what it is"), rows), "")
    if options:
        rows = ((_names(one), _told(one)) for one in options)
        yield from (*table(("option", "what it does"), rows), "")
    examples = _examples(command.epilog or "")
    if examples:
        yield from (*fenced("\n".join(examples), "console"), "")


def _placeholder(argument: Any) -> str:
    """An argument as a usage line shows it."""
    name = str(argument.metavar or argument.name.upper())
    return name if argument.required or name.startswith("[") else f"[{name}]"


def _names(option: Any) -> str:
    """An option's names and what it takes."""
    names = ", ".join(code(name) for name in [*option.opts, *option.secondary_opts])
    if option.is_flag:
        return names
    kind = option.metavar or {"integer": "NUMBER", "path": "PATH", "float": "NUMBER"}.get(
        option.type.name, "TEXT"
    )
    return f"{names} {kind}"


def _told(option: Any) -> str:
    """What an option does, whether it must or may be repeated, and its default."""
    told = [str(option.help or "")]
    if option.required:
        told.append("Required.")
    if option.multiple and "repeated" not in told[0]:
        told.append("Can be repeated.")
    default = option.default
    if not option.is_flag and default not in (None, "", (), []) and "efault" not in told[0]:
        told.append(f"Default: {code(str(default))}.")
    return cell(" ".join(told))


def _examples(epilog: str) -> list[str]:
    """The examples below a command's help: the lines after their heading."""
    _, _, text = epilog.partition("Example")
    return [line.strip() for line in text.splitlines()[1:] if line.strip()]
