"""An update against a local server in place of the publishers: complete, partial, changed, missing, wrong and hostile."""

from __future__ import annotations

import hashlib
import io
import threading
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from cleanclaim.cli import main
from cleanclaim.errors import ReferenceProblem
from cleanclaim.reference.store import Store
from cleanclaim.updating import Updated, download, update
from cleanclaim.updating.download import fetch
from cleanclaim.updating.publications import PUBLICATIONS
from cleanclaim.updating.web import Hosts
from command import run as command_line

PAGES = {publication.name: urlsplit(publication.page).path for publication in PUBLICATIONS}
AOC_ROW = "1" + "11111" + " " * 7 + "22222" + " " * 7 + "2013091" + " " * 7 + "\n"


@dataclass
class Site:
    """What the server has, and the requests it received."""

    address: str = ""
    files: dict[str, bytes] = field(default_factory=dict)
    breaks_after: dict[str, int] = field(default_factory=dict)
    knows_ranges: bool = True
    asked: list[tuple[str, str | None]] = field(default_factory=list)

    def page(self, name: str, *links: str) -> None:
        anchors = "".join(f'<li><a href="/files/{link}?x=1">{link}</a>' for link in links)
        self.files[PAGES[name]] = f"<html><body><ul>{anchors}</ul></body></html>".encode()


def handler(site: Site) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = urlsplit(self.path).path
            wanted = self.headers.get("Range")
            site.asked.append((path, wanted))
            body = site.files.get(path)
            if body is None:
                self.send_error(404)
                return
            tag = f'"{hashlib.sha256(body).hexdigest()[:12]}"'
            start = 0
            if wanted and site.knows_ranges and self.headers.get("If-Range") == tag:
                start = int(wanted.removeprefix("bytes=").rstrip("-"))
                self.send_response(206)
                self.send_header("Content-Range", f"bytes {start}-{len(body) - 1}/{len(body)}")
            else:
                self.send_response(200)
            self.send_header("Content-Length", str(len(body) - start))
            self.send_header("ETag", tag)
            self.end_headers()
            cut = site.breaks_after.pop(path, None)
            self.wfile.write(body[start:] if cut is None else body[start : start + cut])
            if cut is not None:
                self.close_connection = True

        def log_message(self, *_: object) -> None:
            pass

    return Handler


@pytest.fixture(autouse=True)
def no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(download, "_PAUSE", 0.0)


@pytest.fixture
def site() -> Iterator[Site]:
    held = Site()
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler(held))
    held.address = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield held
    server.shutdown()
    thread.join()
    server.server_close()


def zipped(name: str, content: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return packed.getvalue()


ADD_ON = "add-code-edits-medicare-effective-07012026.zip"


def offer(site: Site, content: bytes | None = None) -> None:
    """An older and a newer release of the add-on codes."""
    site.page("ncci-add-on", "add-code-edits-medicare-effective-04012026.zip", ADD_ON, "other.pdf")
    whole = zipped("AOC_V2026Q3-MCR.txt", AOC_ROW.encode())
    site.files[f"/files/{ADD_ON}"] = whole if content is None else content


def run(site: Site, store: Store, **more: object) -> Updated:
    given = {"only": ("ncci-add-on",), "accept_terms": True, **more}
    plain = (urlsplit(site.address).netloc,)
    return update(store, mirror=site.address, plain_http=plain, **given)  # type: ignore[arg-type]


def hosts(site: Site) -> Hosts:
    return Hosts(frozenset(), frozenset({urlsplit(site.address).netloc}))


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "store")


def test_the_newest_release_is_fetched_and_imported(site: Site, store: Store) -> None:
    offer(site)
    done = run(site, store)
    assert [address.rsplit("/", 1)[-1].split("?")[0] for address in done.downloaded] == [ADD_ON]
    assert done.failed == ()
    assert done.imported is not None
    assert [r.name for r in done.imported.stored] == ["NCCI add-on codes 2026Q3"]
    assert [r.rows for r in store.releases()] == [1]


def test_existing_files_are_not_downloaded_again(site: Site, store: Store) -> None:
    offer(site)
    run(site, store)
    site.asked.clear()
    done = run(site, store)
    assert done.downloaded == ()
    assert done.present == (ADD_ON,)
    assert [path for path, _ in site.asked] == [PAGES["ncci-add-on"]]
    assert done.imported is not None
    assert [r.name for r in done.imported.unchanged] == ["NCCI add-on codes 2026Q3"]


def test_files_with_cpt_codes_need_the_terms(site: Site, store: Store) -> None:
    offer(site)
    done = run(site, store, accept_terms=False)
    assert done.downloaded == ()
    assert "--accept-cms-ama-terms" in done.skipped[0]
    assert site.asked == []


def test_an_interrupted_download_resumes(site: Site, tmp_path: Path) -> None:
    body = zipped("a.txt", bytes(range(256)) * 4000)
    site.files["/files/a.zip"] = body
    site.breaks_after["/files/a.zip"] = 1000
    target = fetch(f"{site.address}/files/a.zip", tmp_path / "a.zip", hosts(site))
    assert target.read_bytes() == body
    assert site.asked == [("/files/a.zip", None), ("/files/a.zip", "bytes=1000-")]
    assert not list(tmp_path.glob("*.part*"))


def test_an_interrupted_download_resumes_on_the_next_run(site: Site, tmp_path: Path) -> None:
    body = zipped("a.txt", bytes(range(256)) * 4000)
    tag = f'"{hashlib.sha256(body).hexdigest()[:12]}"'
    site.files["/files/a.zip"] = body
    (tmp_path / "a.zip.part").write_bytes(body[:700])
    (tmp_path / "a.zip.part.mark").write_text(tag)
    assert (
        fetch(f"{site.address}/files/a.zip", tmp_path / "a.zip", hosts(site)).read_bytes() == body
    )
    assert site.asked == [("/files/a.zip", "bytes=700-")]


def test_a_file_that_changed_meanwhile_starts_over(site: Site, tmp_path: Path) -> None:
    body = zipped("a.txt", b"new")
    site.files["/files/a.zip"] = body
    (tmp_path / "a.zip.part").write_bytes(b"old old old")
    (tmp_path / "a.zip.part.mark").write_text('"another"')
    assert (
        fetch(f"{site.address}/files/a.zip", tmp_path / "a.zip", hosts(site)).read_bytes() == body
    )


def test_a_server_that_cannot_resume(site: Site, tmp_path: Path) -> None:
    body = zipped("a.txt", bytes(range(256)) * 4000)
    site.files["/files/a.zip"] = body
    site.knows_ranges = False
    site.breaks_after["/files/a.zip"] = 1000
    assert (
        fetch(f"{site.address}/files/a.zip", tmp_path / "a.zip", hosts(site)).read_bytes() == body
    )


def test_a_changed_page_is_reported(site: Site, store: Store) -> None:
    site.page("ncci-add-on", "AOC-new-name.zip")
    done = run(site, store)
    assert "the page has changed" in done.failed[0]
    assert "add-code-edits-medicare-effective" in done.failed[0]
    assert store.releases() == []


def test_a_missing_page_and_a_missing_file_are_reported(site: Site, store: Store) -> None:
    assert "the server answers 404" in run(site, store).failed[0]
    offer(site)
    del site.files[f"/files/{ADD_ON}"]
    done = run(site, store)
    assert "the server answers 404" in done.failed[0]
    assert ADD_ON in done.failed[0]


def test_a_file_with_a_wrong_checksum_is_deleted(site: Site, tmp_path: Path) -> None:
    site.files["/files/a.zip"] = zipped("a.txt", b"content")
    with pytest.raises(ReferenceProblem, match="expected 0000"):
        fetch(f"{site.address}/files/a.zip", tmp_path / "a.zip", hosts(site), sha256="0000")
    assert list(tmp_path.iterdir()) == []


def test_a_zip_bomb_is_deleted(site: Site, store: Store) -> None:
    offer(site, zipped("AOC_V2026Q3-MCR.txt", b"\0" * 30_000_000))
    done = run(site, store)
    assert "larger than any publication" in done.failed[0]
    assert store.releases() == []
    assert not list((store.path / "downloads").rglob("*.zip*"))


def test_a_truncated_zip_is_deleted(site: Site, store: Store) -> None:
    offer(site, zipped("AOC_V2026Q3-MCR.txt", bytes(range(256)) * 100)[:-30])
    assert "isn't a valid zip" in run(site, store).failed[0]


def test_one_problem_does_not_stop_the_others(site: Site, store: Store) -> None:
    offer(site)
    done = run(site, store, only=("ncci",))
    assert len(done.failed) == 3
    assert done.imported is not None
    assert [r.name for r in done.imported.stored] == ["NCCI add-on codes 2026Q3"]


def test_an_unknown_publication(site: Site, store: Store) -> None:
    with pytest.raises(ReferenceProblem, match="did you mean mpfs"):
        run(site, store, only=("mpf",))


def test_no_answer(store: Store) -> None:
    nobody = "127.0.0.1:9"
    done = update(store, only=("hcpcs",), mirror=f"http://{nobody}", plain_http=(nobody,))
    assert "hcpcs: " in done.failed[0]
    assert "it can't be reached (" in done.failed[0]
    assert "run the update again later" in done.failed[0]


def test_from_the_command_line(
    site: Site,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    offer(site)
    plain = (urlsplit(site.address).netloc,)
    monkeypatch.setattr("cleanclaim.updating.update", partial(update, plain_http=plain))

    def done(*more: str) -> tuple[object, str, str]:
        command = [
            *("reference", "update", "--only", "ncci-add-on"),
            *("--accept-cms-ama-terms", "--mirror", site.address),
            *("--store", str(tmp_path / "store"), *more),
        ]
        with pytest.raises(SystemExit) as stop:
            main.run(command)
        return stop.value.code, *capsys.readouterr()

    status, out, _ = done("--dry-run")
    assert status == 0
    assert f"to download  {site.address}/files/{ADD_ON}" in out
    assert not (tmp_path / "store").exists()
    status, out, _ = done()
    assert status == 0
    assert "NCCI add-on codes 2026Q3" in out
    site.files.clear()
    status, _, output = done()
    assert status == 2
    assert "404" in output


def test_the_command_line_never_uses_http(site: Site, tmp_path: Path) -> None:
    done = command_line(
        *("reference", "update", "--only", "hcpcs"),
        *("--mirror", site.address, "--store", tmp_path / "store"),
    )
    assert done.returncode == 2
    assert done.stderr.decode() == f"cleanclaim: --mirror {site.address}: only https is used\n"
    assert site.asked == []


@pytest.mark.parametrize(
    ("name", "file_name", "rank"),
    [
        (
            "ncci-ptp-practitioner",
            "medicare-ncci-2026q3-practitioner-ptp-edits-ccipra-v322r0-f1.zip",
            (2026, 3),
        ),
        (
            "ncci-ptp-hospital",
            "medicare-ncci-2024q3-hospital-ptp-edits-ccioph-v302r0-f4.zip",
            (2024, 3),
        ),
        ("ncci-mue", "medicare-ncci-2026-q4-dme-supplier-services-mue-table.zip", (2026, 4)),
        ("ncci-add-on", ADD_ON, (2026, 7)),
        ("mpfs", "rvu25d-0.zip", (2025, 4)),
        ("mpfs", "rvu26b-updated-03-10-2026.zip", (2026, 2)),
        ("hcpcs", "april-2026-alpha-numeric-hcpcs-file.zip", (2026, 2)),
        ("hcpcs", "january-2024-alpha-numeric-hcpcs-files.zip", (2024, 1)),
        ("icd10cm", "april-1-2026-code-descriptions-tabular-order.zip", (2026, 2)),
        ("icd10cm", "2027-conversion-table.zip", (2027, 1)),
        ("clfs", "clfs-cy2026-q2v1.zip", (2026, 2)),
        ("asp", "january-2025-asp-pricing-file.zip", (2025, 1)),
        ("medicaid-ncci", "medicaid-ncci-q1-2026-ptp-edits-practitioner-services.zip", (2026, 1)),
        ("ncci-mue", "letter.pdf", None),
    ],
)
def test_publishers_file_names(name: str, file_name: str, rank: tuple[int, int] | None) -> None:
    [publication] = [p for p in PUBLICATIONS if p.name == name]
    assert publication.rank(file_name) == rank


def test_the_publishers_own_files(site: Site, store: Store, data_dir: Path) -> None:
    folder = data_dir / "data" / "ncci"
    names = sorted(path.name for path in folder.glob("*mue*.zip"))
    site.page("ncci-mue", *names)
    for name in names:
        site.files[f"/files/{name}"] = (folder / name).read_bytes()
    done = run(site, store, only=("ncci-mue",))
    assert done.failed == ()
    assert {r.name: r.rows for r in store.releases()} == {
        "MUE dme 2024Q3": 2_928,
        "MUE hospital 2024Q3": 14_628,
        "MUE practitioner 2024Q3": 14_677,
    }
