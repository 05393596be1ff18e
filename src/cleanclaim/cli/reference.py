"""`cleanclaim reference`: the commands that manage the reference tables."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import date
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cleanclaim.cli.options import Store as StoreOption
from cleanclaim.cli.options import TextOrJson, examples
from cleanclaim.cli.terminal import COULD_NOT_RUN, FINDINGS, fail, progress, reference, tell
from cleanclaim.report.labels import counted

if TYPE_CHECKING:
    from cleanclaim.reference import Release
    from cleanclaim.reference.compare import Difference

app = typer.Typer(
    help="Import, update and list the reference tables.",
    epilog=examples("reference list", "reference update --accept-cms-ama-terms"),
    no_args_is_help=True,
    rich_markup_mode=None,
)
_FEW = 40
_FIRST_YEAR, _LAST_YEAR = 1900, 9999
"""Years that stand for an open start and end."""


@app.command(name="list", epilog=examples("reference list", "reference list --format json"))
def list_releases(
    *,
    format_: TextOrJson = "text",
    store: StoreOption = None,
) -> None:
    """List the loaded tables and the dates they cover."""
    releases = reference(store, None).releases().sort("table", "covers_from").to_dicts()
    if format_ == "json":
        typer.echo(json.dumps({"releases": releases}, indent=2, default=str))
        return
    typer.echo(f"{'TABLE':<22} {'ROWS':>9}  {'DATES':<24}  RELEASE")
    for r in releases:
        rows = "" if r["rows"] is None else f"{r['rows']:,}"
        span = _span(r["covers_from"], r["covers_to"])
        imported = "" if r["embedded"] else "  (imported)"
        typer.echo(f"{r['table']:<22} {rows:>9}  {span:<24}  {r['release']}{imported}")


def _span(first: date, last: date) -> str:
    """The dates that a release covers; an open end has no date."""
    start = "" if first.year == _FIRST_YEAR else str(first)
    if last.year == _LAST_YEAR:
        return f"from {start}" if start else "all dates"
    return f"{start} to {last}" if start else f"to {last}"


@app.command(
    name="import",
    epilog=examples("reference import Downloads/*ptp*.zip", "reference import Downloads/"),
)
def import_(
    paths: Annotated[
        list[Path], typer.Argument(metavar="FILE...", help="Publishers' files, zips or folders.")
    ],
    *,
    cpt_licensed: Annotated[
        bool,
        typer.Option(
            "--cpt-licensed",
            help="Keep CPT descriptors, because you have an AMA license for them.",
        ),
    ] = False,
    store: StoreOption = None,
) -> None:
    """Import publishers' files.

    Use the files as they were downloaded. A release is imported completely or not at all.
    """
    from cleanclaim.importing import import_files  # noqa: PLC0415 - start-up
    from cleanclaim.reference.store import Store  # noqa: PLC0415

    with progress() as (words, _):
        done = import_files(paths, Store(store), words, cpt_licensed=cpt_licensed)
    for name in done.unrecognized:
        tell(f"skipped, not a file that can be imported: {name}", err=True)
    _show("imported", done.stored)
    _show("unchanged", done.unchanged)
    if done.stored or done.unchanged:
        rows = sum(r.rows or 0 for r in (*done.stored, *done.unchanged))
        typer.echo(
            f"{len(done.stored)} imported, {len(done.unchanged)} unchanged ({counted(rows, 'row')}); "
            f"{len(done.refused)} refused, {len(done.unrecognized)} skipped"
        )
    for refused in done.refused:
        tell(f"cleanclaim: {refused}", err=True)
    if done.refused or not (done.stored or done.unchanged):
        raise typer.Exit(COULD_NOT_RUN)


def _show(heading: str, releases: Iterable[Release]) -> None:
    for r in releases:
        rows, span = counted(r.rows or 0, "row"), _span(r.covers_from, r.covers_to)
        typer.echo(f"{heading:<9}  {rows:>14}  {span:<24}  {r.table:<24} {r.name}")


@app.command(name="remove", epilog=examples('reference remove "MUE dme 2024Q3"'))
def remove(
    name: Annotated[str, typer.Argument(metavar="RELEASE", help="Its name in `reference list`.")],
    *,
    store: StoreOption = None,
) -> None:
    """Remove an imported release with all its tables."""
    from cleanclaim.reference.store import Store  # noqa: PLC0415

    imported = Store(store)
    for release in _named(imported.releases(), name):
        imported.remove(release)
        tell(f"removed  {release.name}  ({release.table})")


def _named(releases: list[Release], name: str) -> list[Release]:
    found = [release for release in releases if release.name == name]
    if not found:
        near = get_close_matches(name, [release.name for release in releases], n=1)
        fail(
            f"there is no imported release '{name}'"
            + (f"; did you mean '{near[0]}'?" if near else "")
        )
    return found


@app.command(name="verify", epilog=examples("reference verify"))
def verify(*, store: StoreOption = None) -> None:
    """Check the imported releases.

    Checks that no release is damaged and that the tables fit together.

    Exit status: 0 all is well, 1 some tables don't fit together, 2 a release is damaged.
    """
    from cleanclaim.reference.compare import doubts  # noqa: PLC0415
    from cleanclaim.reference.store import Store  # noqa: PLC0415

    tell(f"Not damaged: {counted(len(Store(store).verify()), 'imported release')}")
    found = doubts(reference(store, None))
    for doubt in found:
        tell(f"doesn't fit  {doubt}")
    if found:
        raise typer.Exit(FINDINGS)


@app.command(name="lock", epilog=examples("reference lock cleanclaim.lock"))
def lock(
    path: Annotated[Path, typer.Argument(metavar="FILE", help="The lock file to write.")],
    *,
    store: StoreOption = None,
) -> None:
    """Pin the releases in use.

    With the lock file, `cleanclaim check --lock` can repeat a run exactly.
    """
    reference(store, None).write_lock(path)
    typer.echo(str(path))


@app.command(name="path", epilog=examples("reference path"))
def path_(*, store: StoreOption = None) -> None:
    """Print the folder of the reference store."""
    from cleanclaim.reference.store import Store  # noqa: PLC0415

    typer.echo(str(Store(store).path))


@app.command(name="diff", epilog=examples('reference diff "MPFS 2024C" "MPFS 2025D" --limit 20'))
def diff(
    before: Annotated[
        str,
        typer.Argument(
            metavar="BEFORE", help="The earlier release, by its name in `reference list`."
        ),
    ],
    after: Annotated[
        str, typer.Argument(metavar="AFTER", help="The later release of the same table.")
    ],
    *,
    format_: TextOrJson = "text",
    limit: Annotated[
        int, typer.Option("--limit", help="Show at most this many rows of each kind.")
    ] = _FEW,
    store: StoreOption = None,
) -> None:
    """Show what changed between two releases.

    Both are releases of the same table. Shows the rows added, ended and changed.
    """
    from cleanclaim.reference.compare import difference  # noqa: PLC0415
    from cleanclaim.reference.store import Store  # noqa: PLC0415

    imported = Store(store)
    earlier = {release.table: release for release in _named(imported.releases(), before)}
    later = {release.table: release for release in _named(imported.releases(), after)}
    shared = sorted(set(earlier) & set(later))
    if not shared:
        fail(f"'{before}' and '{after}' are releases of different tables")
    found = {
        name: difference(imported.read(earlier[name]), imported.read(later[name]))
        for name in shared
    }
    if format_ == "json":
        typer.echo(json.dumps(_as_json(found), indent=2, default=str))
        return
    for name, changes in found.items():
        _show_difference(name, changes, limit)


def _as_json(differences: Mapping[str, Difference]) -> dict[str, Any]:
    return {
        name: {kind: getattr(found, kind).to_dicts() for kind in ("added", "ended", "changed")}
        for name, found in differences.items()
    }


def _show_difference(name: str, found: Difference, limit: int) -> None:
    typer.echo(
        f"{name}: {found.added.height:,} added, {found.ended.height:,} ended, "
        f"{counted(found.changed.height, 'value')} changed"
    )
    for kind in ("added", "ended"):
        for row in getattr(found, kind).select(found.key).head(limit).iter_rows():
            typer.echo(
                f"  {kind:<7}  {' '.join('-' if cell is None else str(cell) for cell in row)}"
            )
    for row in found.changed.head(limit).iter_rows(named=True):
        key = " ".join("-" if row[column] is None else str(row[column]) for column in found.key)
        tell(f"  changed  {key}  {row['column']}: {row['before']} → {row['after']}")
    hidden = sum(
        max(0, getattr(found, kind).height - limit) for kind in ("added", "ended", "changed")
    )
    if hidden:
        tell(f"  … {hidden:,} more: use --limit {limit + hidden} or --format json")


@app.command(
    name="update",
    epilog=examples(
        "reference update --accept-cms-ama-terms",
        "reference update --only hcpcs --only icd10cm",
        "reference update --dry-run",
    ),
)
def update_(
    *,
    accept_cms_ama_terms: Annotated[
        bool,
        typer.Option(
            "--accept-cms-ama-terms",
            help="Accept the terms of CMS and the AMA for files with CPT codes.",
        ),
    ] = False,
    only: Annotated[
        list[str] | None,
        typer.Option(
            "--only", help="Only this publication, such as mpfs or ncci. Can be repeated."
        ),
    ] = None,
    mirror: Annotated[
        str | None,
        typer.Option(
            "--mirror", help="An https address to download from instead of the publishers' sites."
        ),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only show what would be downloaded.")
    ] = False,
    to: Annotated[
        Path | None, typer.Option("--to", help="Keep the downloads in this folder.")
    ] = None,
    store: StoreOption = None,
) -> None:
    """Download and import the newest files.

    An interrupted download resumes on the next run.
    """
    from cleanclaim.reference.store import Store  # noqa: PLC0415
    from cleanclaim.updating import update  # noqa: PLC0415

    with progress() as (words, _):
        done = update(
            Store(store),
            only=tuple(only or ()),
            accept_terms=accept_cms_ama_terms,
            mirror=mirror,
            dry_run=dry_run,
            folder=to,
            progress=words,
        )
    for address in done.downloaded:
        tell(f"{'to download' if dry_run else 'downloaded':<11}  {address}")
    for name in done.present:
        tell(f"{'up to date':<11}  {name}")
    for reason in done.skipped:
        tell(f"{'skipped':<11}  {reason}", err=True)
    if done.imported:
        _show("imported", done.imported.stored)
        _show("unchanged", done.imported.unchanged)
    failed = [*done.failed, *(done.imported.refused if done.imported else ())]
    for reason in failed:
        tell(f"cleanclaim: {reason}", err=True)
    if failed:
        raise typer.Exit(COULD_NOT_RUN)
