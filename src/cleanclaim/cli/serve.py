"""`cleanclaim serve`: the service, its keys, its audit trail and what it keeps."""

from __future__ import annotations

import json
import os
import sys
import webbrowser
from datetime import timedelta
from functools import partial
from pathlib import Path
from threading import Timer
from typing import Annotated

import typer

from cleanclaim.cli.options import EditFolders, Lock, Store, TextOrJson, examples
from cleanclaim.cli.service_store import (
    MAIN,
    DatabaseUrl,
    Folder,
    Organization,
    database_of,
    extra,
    settings_of,
)
from cleanclaim.cli.terminal import COULD_NOT_RUN, FINDINGS, tell
from cleanclaim.cli.users import users
from cleanclaim.report.labels import counted

_GIB = 1 << 30
_HOST = "127.0.0.1"
_PORT = 8008
_MOST_CHECKERS = 4
"""The most processes that check claims if an operator says nothing."""
_OPENING = 1.0
"""Seconds after which the service answers, so that a browser can be sent to it."""
app = typer.Typer(rich_markup_mode=None)
keys = typer.Typer(help="API keys.", no_args_is_help=True, rich_markup_mode=None)
audit = typer.Typer(help="The audit trail.", no_args_is_help=True, rich_markup_mode=None)
app.add_typer(keys, name="keys", epilog=examples("serve keys add claims-system --scope check --days 365", "serve keys list"))  # fmt: skip
app.add_typer(users, name="users", epilog=examples("serve users add maria --role biller", "serve users list"))  # fmt: skip
app.add_typer(audit, name="audit", epilog=examples("serve audit list", "serve audit verify"))


@app.callback(invoke_without_command=True)
def serve(
    context: typer.Context,
    *,
    host: Annotated[str, typer.Option("--host", help="The address to listen on. Any other than this machine's own needs users or API keys.")] = _HOST,
    port: Annotated[int, typer.Option("--port", help="The port.", min=0, max=65535)] = _PORT,
    folder: Folder = None,
    database: DatabaseUrl = None,
    store: Store = None,
    lock: Lock = None,
    edits: EditFolders = None,
    require_keys: Annotated[bool, typer.Option("--require-keys", help="Ask on this machine too for a key or a sign-in.")] = False,
    public_url: Annotated[str, typer.Option("--public-url", help="The address in browsers if a proxy is in front: https://claims.example.org.")] = "",
    proxy: Annotated[list[str] | None, typer.Option("--proxy", help="The address of a proxy on another machine that may say who asks. Repeatable.")] = None,
    single_sign_on: Annotated[Path | None, typer.Option("--single-sign-on", help="A TOML file about a provider of OpenID Connect.")] = None,
    idle_minutes: Annotated[float, typer.Option("--idle-minutes", help="After how long without a request one has to sign in again.", min=1.0)] = 30.0,
    session_hours: Annotated[float, typer.Option("--session-hours", help="After how long one has to sign in again in any case.", min=0.1)] = 12.0,
    keep_hours: Annotated[float, typer.Option("--keep-hours", help="How long a job's results are kept.", min=0.0)] = 168.0,
    keep_days: Annotated[float, typer.Option("--keep-days", help="How long a batch is kept, with its claims and findings.", min=0.0)] = 90.0,
    per_minute: Annotated[int, typer.Option("--per-minute", help="Requests a client may make a minute; 0 for any number.", min=0)] = 0,
    upload: Annotated[float, typer.Option("--upload", help="The largest input of a job, in GiB.", min=0.0)] = 2.0,
    checkers: Annotated[int | None, typer.Option("--checkers", help="Processes that check single claims; 0 for none. Default: cores, up to 4.", min=0)] = None,
    show: Annotated[bool | None, typer.Option("--open/--no-open", help="Open the pages in the browser. Default: if it is started by hand.")] = None,
) -> None:  # fmt: skip
    """Start the service: web pages and an HTTP API.

    A new service has checked an invented clinic's day, so that there is something to see. The API is described at /v1/openapi.json. Nothing about a patient
    leaves the machine, and requests are logged without their content.
    """
    if context.invoked_subcommand:
        return
    with extra():
        from cleanclaim.server.access.sign_on_settings import read  # noqa: PLC0415
        from cleanclaim.server.run import serve as answer  # noqa: PLC0415 - an extra
        from cleanclaim.server.settings import LOOPBACK, Limits, SessionTimes  # noqa: PLC0415
    settings = settings_of(
        folder, database, host=host, port=port, store=store, lock=lock, edits=tuple(edits or ()), needs_keys=require_keys, keep_hours=keep_hours,
        keep_days=keep_days,
        sign_on=read(single_sign_on) if single_sign_on else None,
        public_url=public_url, proxies=(LOOPBACK, *(proxy or ())), session_times=SessionTimes(timedelta(minutes=idle_minutes), timedelta(hours=session_hours)),
        limits=Limits(per_minute=per_minute, upload=int(upload * _GIB)),
        checkers=min(os.cpu_count() or 1, _MOST_CHECKERS) if checkers is None else checkers,
    )  # fmt: skip
    answer(
        settings,
        partial(
            _begun,
            host,
            port,
            show=sys.stdin.isatty() and sys.stderr.isatty() if show is None else show,
        ),
    )


def _begun(host: str, port: int, *, show: bool) -> None:
    """Say where the service listens, and open its pages."""
    address = f"http://{host}:{port}"
    tell(f"cleanclaim: listening on {address}; the API is described at /v1/openapi.json; stop with Ctrl-C", err=True)  # fmt: skip
    if show:
        opening = Timer(_OPENING, webbrowser.open, [address])
        opening.daemon = True
        opening.start()


@keys.command(name="add", epilog=examples("serve keys add claims-system --scope check", "serve keys add reader --scope codes --days 90"))  # fmt: skip
def add_key(
    name: Annotated[str, typer.Argument(metavar="NAME", help="What the key is for.")],
    *,
    scope: Annotated[list[str] | None, typer.Option("--scope", help="What it may do, such as check. Default: check and codes.")] = None,
    organization: Organization = MAIN,
    days: Annotated[int | None, typer.Option("--days", help="How many days it is valid. Default: until it is revoked.", min=1)] = None,
    folder: Folder = None,
    database: DatabaseUrl = None,
) -> None:  # fmt: skip
    """Make an API key. It is shown once, and only its hash is kept."""
    with database_of(folder, database) as held:
        from cleanclaim.server.access import keys as made  # noqa: PLC0415
        from cleanclaim.server.access.principals import operator  # noqa: PLC0415

        typer.echo(made.add(held, operator(organization), name, scope or ["check", "codes"], days))


@keys.command(name="list", epilog=examples("serve keys list", "serve keys list --format json"))
def list_keys(
    *, format_: TextOrJson = "text", folder: Folder = None, database: DatabaseUrl = None
) -> None:
    """List the keys, without their secrets."""
    with database_of(folder, database) as held:
        from cleanclaim.server.access import keys as made  # noqa: PLC0415

        rows = [{name: str(value) if value is not None else None for name, value in row.items()} for row in made.listed(held)]  # fmt: skip
    if format_ == "json":
        typer.echo(json.dumps({"keys": rows}, indent=2))
        return
    for row in rows:
        state = "revoked" if row["revoked"] else f"until {row['expires'] or 'revoked'}"
        typer.echo(f"{row['id']}  {row['name']} ({row['organization']}): {row['scopes']}, {state}")
    typer.echo(counted(len(rows), "key"))


@keys.command(name="revoke", epilog=examples("serve keys revoke 1a2b3c4d"))
def revoke_key(
    key: Annotated[str, typer.Argument(metavar="ID", help="The key's ID, as `serve keys list` shows it.")],
    *,
    folder: Folder = None,
    database: DatabaseUrl = None,
) -> None:  # fmt: skip
    """End a key at once."""
    with database_of(folder, database) as held:
        from cleanclaim.server.access import keys as made  # noqa: PLC0415
        from cleanclaim.server.access.principals import operator  # noqa: PLC0415

        own = next((one["organization"] for one in made.listed(held) if one["id"] == key), MAIN)
        if not made.revoke(held, operator(own), key):
            tell("cleanclaim: there is no such key, or it was revoked before", err=True)
            raise typer.Exit(COULD_NOT_RUN)
    typer.echo(f"{key} revoked")


@audit.command(name="list", epilog=examples("serve audit list", "serve audit list --format json"))
def list_audit(
    *, format_: TextOrJson = "text", folder: Folder = None, database: DatabaseUrl = None
) -> None:
    """Show who saw and changed what."""
    with database_of(folder, database) as held:
        from cleanclaim.server import audit as trail  # noqa: PLC0415

        rows = list(trail.rows(held))
    if format_ == "json":
        typer.echo(json.dumps({"audit": rows}, indent=2))
        return
    for row in rows:
        typer.echo(f"{row['number']:>6}  {row['at']}  {row['who']:<8}  {row['action']}  {row['object']}")  # fmt: skip
    typer.echo(counted(len(rows), "entry"))


@audit.command(name="verify", epilog=examples("serve audit verify"))
def verify_audit(*, folder: Folder = None, database: DatabaseUrl = None) -> None:
    """Find out whether an entry was changed or removed.

    Each entry holds the hash of the one before. Keep the last hash elsewhere: it also shows whether entries at the end were removed.

    Exit status: 0 if the entries are as they were written, 1 if not.
    """
    with database_of(folder, database) as held:
        from cleanclaim.server import audit as trail  # noqa: PLC0415

        wrong, last = trail.first_wrong(held), trail.head(held)
        count = sum(1 for _ in trail.rows(held))
    if wrong is not None:
        typer.echo(f"entry {wrong} isn't as it was written, or the one before it is missing")
        raise typer.Exit(FINDINGS)
    typer.echo(f"{counted(count, 'entry')} as written; the last hash is {last}")


@app.command(name="purge", epilog=examples("serve purge", "serve purge --all"))
def purge(
    *,
    every: Annotated[bool, typer.Option("--all", help="Delete the results of all finished jobs, whatever their age.")] = False,
    folder: Folder = None,
    database: DatabaseUrl = None,
) -> None:  # fmt: skip
    """Delete the results of jobs whose time is over.

    A running service does this every minute.
    """
    with database_of(folder, database) as held:
        from datetime import UTC, datetime  # noqa: PLC0415

        from cleanclaim.server.jobs import Jobs  # noqa: PLC0415

        now = datetime.max.replace(tzinfo=UTC) if every else None
        count = Jobs(settings_of(folder, database), held).purge(now)
    typer.echo(f"results of {counted(count, 'job')} deleted")
