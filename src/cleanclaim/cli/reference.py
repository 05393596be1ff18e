"""The commands of `cleanclaim reference`."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cleanclaim.cli.terminal import COULD_NOT_RUN, FINDINGS, fail, progress, reference, tell

if TYPE_CHECKING:
    from cleanclaim.reference import Release
    from cleanclaim.reference.compare import Difference

app = typer.Typer(help="The dated reference tables.", no_args_is_help=True, rich_markup_mode=None)
_STORE = typer.Option("--store", help="The reference store, if not the usual one.")
_FORMAT = typer.Option("--format", "-f", help="text or json.")
_FEW = 40


@app.command(name="list", epilog="Example:  cleanclaim reference list")
def list_releases(
    *,
    format_: Annotated[str, _FORMAT] = "text",
    store: Annotated[Path | None, _STORE] = None,
) -> None:
    """What is loaded, and which dates it covers."""
    releases = reference(store, None).releases().sort("table", "covers_from").to_dicts()
    if format_ == "json":
        typer.echo(json.dumps({"releases": releases}, indent=2, default=str))
        return
    for r in releases:
        end = "" if str(r["covers_to"]).startswith("9999") else str(r["covers_to"])
        start = "" if str(r["covers_from"]).startswith("1900") else str(r["covers_from"])
        rows = "" if r["rows"] is None else f"{r['rows']:,}"
        span = f"{start or 'always'} to {end or 'open'}"
        typer.echo(
            f"{r['table']:<22} {rows:>9} rows  {span:<26} {r['release']}{'' if r['embedded'] else '  (imported)'}"
        )


@app.command(
    name="import",
    epilog="Examples:  cleanclaim reference import Downloads/*ptp*.zip  |  cleanclaim reference import Downloads/",
)
def import_(
    paths: Annotated[
        list[Path], typer.Argument(metavar="FILE...", help="Publishers' files, zips, folders.")
    ],
    *,
    cpt_licensed: Annotated[
        bool,
        typer.Option(
            "--cpt-licensed", help="Keep CPT descriptors: you hold a licence of the AMA for them."
        ),
    ] = False,
    store: Annotated[Path | None, _STORE] = None,
) -> None:
    """Load publishers' files as they were downloaded; each release whole or not at all."""
    from cleanclaim.importing import import_files  # noqa: PLC0415 - start-up
    from cleanclaim.reference.store import Store  # noqa: PLC0415

    with progress() as (words, _):
        done = import_files(paths, Store(store), words, cpt_licensed=cpt_licensed)
    for name in done.passed_over:
        tell(f"passed over, nothing that can be imported: {name}", err=True)
    _tell("imported", done.stored)
    _tell("unchanged", done.unchanged)
    if done.stored or done.unchanged:
        rows = sum(r.rows or 0 for r in (*done.stored, *done.unchanged))
        typer.echo(
            f"{len(done.stored)} imported, {len(done.unchanged)} unchanged, {rows:,} rows; "
            f"{len(done.refused)} refused, {len(done.passed_over)} passed over."
        )
    for refused in done.refused:
        tell(f"cleanclaim: {refused}", err=True)
    if done.refused or not (done.stored or done.unchanged):
        raise typer.Exit(COULD_NOT_RUN)


def _tell(heading: str, releases: Iterable[Release]) -> None:
    for r in releases:
        end = "open" if str(r.covers_to).startswith("9999") else str(r.covers_to)
        start = "always" if str(r.covers_from).startswith("1900") else str(r.covers_from)
        typer.echo(
            f"{heading:<9}  {r.rows or 0:>9,} rows  {f'{start} to {end}':<24}  {r.table:<24} {r.name}"
        )


@app.command(name="remove", epilog='Example:  cleanclaim reference remove "MUE dme 2024Q3"')
def remove(
    name: Annotated[str, typer.Argument(help="The release, as `reference list` names it.")],
    *,
    store: Annotated[Path | None, _STORE] = None,
) -> None:
    """Remove an imported release, all its tables."""
    from cleanclaim.reference.store import Store  # noqa: PLC0415

    kept = Store(store)
    for release in _named(kept.releases(), name):
        kept.remove(release)
        tell(f"removed  {release.name}  ({release.table})")


def _named(releases: list[Release], name: str) -> list[Release]:
    found = [release for release in releases if release.name == name]
    if not found:
        near = get_close_matches(name, [release.name for release in releases], n=1)
        fail(f"no imported release '{name}'" + (f"; did you mean '{near[0]}'?" if near else ""))
    return found


@app.command(name="verify", epilog="Example:  cleanclaim reference verify")
def verify(*, store: Annotated[Path | None, _STORE] = None) -> None:
    """Hash every imported release again, and see whether the tables fit together.

    Exit status: 0 sound, 1 the tables do not fit together everywhere, 2 a release is damaged.
    """
    from cleanclaim.reference.compare import doubts  # noqa: PLC0415
    from cleanclaim.reference.store import Store  # noqa: PLC0415

    tell(f"{len(Store(store).verify())} imported releases are sound.")
    told = doubts(reference(store, None))
    for doubt in told:
        tell(f"doubtful  {doubt}")
    if told:
        raise typer.Exit(FINDINGS)


@app.command(name="lock", epilog="Example:  cleanclaim reference lock cleanclaim.lock")
def lock(
    path: Annotated[Path, typer.Argument(help="The lock file to write.")],
    *,
    store: Annotated[Path | None, _STORE] = None,
) -> None:
    """Pin the releases in use, so that a run can be repeated exactly (check --lock)."""
    reference(store, None).write_lock(path)
    typer.echo(str(path))


@app.command(name="path", epilog="Example:  cleanclaim reference path")
def path_(*, store: Annotated[Path | None, _STORE] = None) -> None:
    """Print the folder of the reference store."""
    from cleanclaim.reference.store import Store  # noqa: PLC0415

    typer.echo(str(Store(store).path))


@app.command(
    name="diff", epilog='Example:  cleanclaim reference diff "MPFS 2024C" "MPFS 2025D" --limit 20'
)
def diff(
    before: Annotated[
        str, typer.Argument(help="The earlier release, as `reference list` names it.")
    ],
    after: Annotated[str, typer.Argument(help="The later release of the same table.")],
    *,
    format_: Annotated[str, _FORMAT] = "text",
    limit: Annotated[int, typer.Option("--limit", help="Show so many rows of each kind.")] = _FEW,
    store: Annotated[Path | None, _STORE] = None,
) -> None:
    """What changed between two releases of one table: rows added, ended, changed."""
    from cleanclaim.reference.compare import difference  # noqa: PLC0415
    from cleanclaim.reference.store import Store  # noqa: PLC0415

    kept = Store(store)
    earlier = {release.table: release for release in _named(kept.releases(), before)}
    later = {release.table: release for release in _named(kept.releases(), after)}
    shared = sorted(set(earlier) & set(later))
    if not shared:
        fail(f"'{before}' and '{after}' are releases of different tables")
    told = {name: difference(kept.read(earlier[name]), kept.read(later[name])) for name in shared}
    if format_ == "json":
        typer.echo(json.dumps(_as_json(told), indent=2, default=str))
        return
    for name, found in told.items():
        _tell_difference(name, found, limit)


def _as_json(told: Mapping[str, Difference]) -> dict[str, Any]:
    return {
        name: {kind: getattr(found, kind).to_dicts() for kind in ("added", "ended", "changed")}
        for name, found in told.items()
    }


def _tell_difference(name: str, found: Difference, limit: int) -> None:
    typer.echo(
        f"{name}: {found.added.height:,} added, {found.ended.height:,} ended, "
        f"{found.changed.height:,} values changed"
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
        tell(f"  … {hidden:,} more; --limit shows them, --format json all")


@app.command(
    name="update",
    epilog="Examples:  cleanclaim reference update --accept-cms-ama-terms  |  "
    "cleanclaim reference update --only hcpcs --only icd10cm  |  cleanclaim reference update --dry-run",
)
def update_(
    *,
    accept_cms_ama_terms: Annotated[
        bool,
        typer.Option(
            "--accept-cms-ama-terms",
            help="You accept the terms of CMS and the AMA under which files with CPT codes are given out.",
        ),
    ] = False,
    only: Annotated[
        list[str] | None,
        typer.Option("--only", help="A publication, such as mpfs or ncci; may be repeated."),
    ] = None,
    mirror: Annotated[
        str | None,
        typer.Option("--mirror", help="An https address that stands for the publishers' hosts."),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only say what would be fetched.")
    ] = False,
    to: Annotated[Path | None, typer.Option("--to", help="Keep downloads in this folder.")] = None,
    store: Annotated[Path | None, _STORE] = None,
) -> None:
    """Download what publishers have newest, and import it; an interrupted download resumes on the next run."""
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
        tell(f"{'would fetch' if dry_run else 'fetched':<11} {address}")
    for name in done.present:
        tell(f"{'there':<11} {name}")
    for reason in done.skipped:
        tell(f"{'left out':<11} {reason}", err=True)
    if done.imported:
        _tell("imported", done.imported.stored)
        _tell("unchanged", done.imported.unchanged)
    failed = [*done.failed, *(done.imported.refused if done.imported else ())]
    for reason in failed:
        tell(f"cleanclaim: {reason}", err=True)
    if failed:
        raise typer.Exit(COULD_NOT_RUN)
