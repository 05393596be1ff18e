"""`cleanclaim serve users`: who can sign in to the service, and what they may do."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cleanclaim.cli.options import TextOrJson, examples
from cleanclaim.cli.service_store import MAIN, DatabaseUrl, Folder, Organization, database_of
from cleanclaim.errors import ConfigError
from cleanclaim.report.labels import counted

if TYPE_CHECKING:
    from cleanclaim.server.database import Database

users = typer.Typer(help="Users: who can sign in, and what they may do.", no_args_is_help=True, rich_markup_mode=None)  # fmt: skip
Name = Annotated[str, typer.Argument(metavar="NAME", help="The name to sign in with, such as an e-mail address.")]  # fmt: skip
_ROLES = "viewer, biller, coder, auditor or admin"


@users.command(name="add", epilog=examples("serve users add maria --role biller", "serve users add boss@clinic.example --role admin"))  # fmt: skip
def add_user(
    name: Name,
    *,
    role: Annotated[str, typer.Option("--role", help=f"What they may do: {_ROLES}.")],
    organization: Organization = MAIN,
    without_password: Annotated[bool, typer.Option("--without-password", help="For users of single sign-on: don't ask for a password.")] = False,
    folder: Folder = None,
    database: DatabaseUrl = None,
) -> None:  # fmt: skip
    """Add a user.

    Asks for the password, or reads it from standard input. As soon as there is a user, the service asks everyone to sign in.
    """
    with database_of(folder, database) as held:
        from cleanclaim.server.access import users as made  # noqa: PLC0415
        from cleanclaim.server.access.principals import operator  # noqa: PLC0415

        password = None if without_password else _password()
        made.add(held, operator(organization), name, role, password)
        typer.echo(f"{made.normal(name)} added as {role}")


@users.command(name="list", epilog=examples("serve users list", "serve users list --format json"))
def list_users(
    *, format_: TextOrJson = "text", folder: Folder = None, database: DatabaseUrl = None
) -> None:
    """List the users, without their passwords' hashes."""
    with database_of(folder, database) as held:
        from cleanclaim.server.access import users as made  # noqa: PLC0415

        rows = made.listed(held)
    if format_ == "json":
        shown = [{name: value if isinstance(value, bool) or value is None else str(value) for name, value in row.items()} for row in rows]  # fmt: skip
        typer.echo(json.dumps({"users": shown}, indent=2))
        return
    for row in rows:
        how = "" if row["has_password"] else ", single sign-on only"
        typer.echo(f"{row['name']} ({row['organization']}): {row['role']}{how}")
    typer.echo(counted(len(rows), "user"))


@users.command(name="remove", epilog=examples("serve users remove maria"))
def remove_user(name: Name, *, folder: Folder = None, database: DatabaseUrl = None) -> None:
    """End a user's access at once."""
    with database_of(folder, database) as held:
        from cleanclaim.server.access import users as made  # noqa: PLC0415

        made.remove(held, *_who(held, name))
    typer.echo(f"{name} removed")


@users.command(name="role", epilog=examples("serve users role maria coder"))
def change_role(
    name: Name,
    role: Annotated[str, typer.Argument(metavar="ROLE", help=f"What they may do from now on: {_ROLES}.")],
    *,
    folder: Folder = None,
    database: DatabaseUrl = None,
) -> None:  # fmt: skip
    """Give a user another role. They have to sign in again."""
    with database_of(folder, database) as held:
        from cleanclaim.server.access import users as made  # noqa: PLC0415

        made.change_role(held, *_who(held, name), role)
    typer.echo(f"{name} is now {role}")


@users.command(name="password", epilog=examples("serve users password maria"))
def set_password(name: Name, *, folder: Folder = None, database: DatabaseUrl = None) -> None:
    """Give a user another password.

    It is asked for, or read from standard input. They have to sign in again.
    """
    with database_of(folder, database) as held:
        from cleanclaim.server.access import users as made  # noqa: PLC0415

        who = _who(held, name)
        made.set_password(held, *who, _password())
    typer.echo(f"the password of {name} is set")


def _who(held: Database, name: str) -> tuple[Any, str]:
    """The operator for a user's organization, and the user's id.

    Raises:
        ConfigError: there is no such user.
    """
    from cleanclaim.server.access import users as made  # noqa: PLC0415
    from cleanclaim.server.access.principals import operator  # noqa: PLC0415

    found = made.named(held, name)
    if found is None:
        raise ConfigError(["no user has that name: see `cleanclaim serve users list`"])
    return operator(found["organization"]), found["id"]


def _password() -> str:
    """A password, typed twice at a prompt, or the first line of standard input."""
    if sys.stdin.isatty():
        given: str = typer.prompt("Password", hide_input=True, confirmation_prompt=True, err=True)
        return given
    return sys.stdin.readline().rstrip("\r\n")
