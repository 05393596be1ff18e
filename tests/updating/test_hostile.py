"""Whatever a server sends, there is one clear line, only the publisher's files are downloaded, and the other publications still update."""

from __future__ import annotations

import errno
import io
import ssl
import struct
import threading
import urllib.error
import urllib.request
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from cleanclaim.errors import ReferenceProblem
from cleanclaim.reference.store import Store
from cleanclaim.updating import Updated, download, update
from cleanclaim.updating.download import fetch
from cleanclaim.updating.pages import newest
from cleanclaim.updating.publications import PUBLICATIONS
from cleanclaim.updating.web import Hosts

ADD_ON = "add-code-edits-medicare-effective-07012026.zip"
AOC_ROW = "1" + "11111" + " " * 7 + "22222" + " " * 7 + "2013091" + " " * 7 + "\n"
[PUBLICATION] = [p for p in PUBLICATIONS if p.name == "ncci-add-on"]
PAGE = urlsplit(PUBLICATION.page).path
FILE = f"/files/{ADD_ON}"
CMS = Hosts(PUBLICATION.hosts)


@dataclass
class Server:
    """Sends raw bytes for each path, repeating the last of a list, and records the requests."""

    netloc: str = ""
    answers: dict[str, list[bytes]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    ranges: list[str | None] = field(default_factory=list)

    @property
    def hosts(self) -> Hosts:
        return Hosts(frozenset(), frozenset({self.netloc}))

    def next(self, path: str) -> bytes:
        shown = self.answers.get(path, [answer(b"", status="404 Not Found")])
        return shown.pop(0) if len(shown) > 1 else shown[0]

    def fetch(self, tmp_path: Path) -> Path:
        return fetch(f"http://{self.netloc}{FILE}", tmp_path / "to" / ADD_ON, self.hosts)

    def update(self, store: Store, *only: str) -> Updated:
        return update(
            store,
            only=only or (PUBLICATION.name,),
            accept_terms=True,
            mirror=f"http://{self.netloc}",
            plain_http=(self.netloc,),
        )


def answer(body: bytes, *headers: str, status: str = "200 OK", length: bool = True) -> bytes:
    shown = [f"HTTP/1.1 {status}", *headers, "Connection: close"]
    if length:
        shown.append(f"Content-Length: {len(body)}")
    return "\r\n".join(shown).encode("latin-1") + b"\r\n\r\n" + body


def redirect(to: str, status: str = "302 Found") -> bytes:
    return answer(b"", f"Location: {to}", status=status)


def page(*links: str) -> bytes:
    anchors = "".join(f'<a href="{link}">x</a>' for link in links)
    return answer(f"<html>{anchors}</html>".encode(), "Content-Type: text/html; charset=utf-8")


def zipped(content: bytes = AOC_ROW.encode()) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("AOC_V2026Q3-MCR.txt", content)
    return packed.getvalue()


def damaged(place: int, value: bytes) -> bytes:
    whole = bytearray(zipped(bytes(range(256)) * 20))
    whole[place : place + len(value)] = value
    return bytes(whole)


def wrong_checksum() -> bytes:
    whole = zipped()
    at = whole.index(b"PK\x01\x02") + 16
    return whole[:at] + b"\0\0\0\0" + whole[at + 4 :]


def unknown_packing() -> bytes:
    whole = zipped()
    at = whole.index(b"PK\x01\x02")
    return whole[:8] + struct.pack("<H", 99) + whole[10 : at + 10] + struct.pack("<H", 99) + whole[at + 12 :]  # fmt: skip


def encrypted() -> bytes:
    whole = zipped()
    at = whole.index(b"PK\x01\x02")
    return whole[:6] + b"\x01\0" + whole[8 : at + 8] + b"\x01\0" + whole[at + 10 :]


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    held = Server()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            held.asked.append(self.path)
            held.ranges.append(self.headers.get("Range"))
            self.wfile.write(held.next(urlsplit(self.path).path))
            self.close_connection = True

        def log_message(self, *_: object) -> None:
            pass

    monkeypatch.setattr(download, "_PAUSE", 0.0)
    listening = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    held.netloc = f"127.0.0.1:{listening.server_address[1]}"
    held.answers = {PAGE: [page(FILE)], FILE: [answer(zipped())]}
    thread = threading.Thread(target=listening.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield held
    listening.shutdown()
    thread.join()
    listening.server_close()


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "store")


def test_the_server_of_these_tests_can_send_a_release(server: Server, store: Store) -> None:
    assert server.update(store).failed == ()
    assert [release.rows for release in store.releases()] == [1]


FAULTS: dict[str, tuple[bytes, str]] = {
    "to http": (redirect("http://www.cms.gov/x.zip"), "redirects to http://www.cms.gov/x.zip: only https"),
    "to ftp": (redirect("ftp://ftp.cdc.gov/x.zip"), "redirects to ftp://ftp.cdc.gov/x.zip: only https"),
    "to a file": (redirect("file:///etc/passwd"), "redirects to file:///etc/passwd: only https"),
    "to data": (redirect("data:,x"), "redirects to data:,x: only https"),
    "to another host": (redirect("https://evil.example/x.zip"), "https://evil.example/x.zip: only"),
    "to a host as a user": (redirect("https://www.cms.gov@evil.example/"), "can be used"),
    "to a user's host": (redirect("https://a:b@www.cms.gov/"), "can be used"),
    "to another port": (redirect("https://www.cms.gov:8443/x.zip"), "can be used"),
    "to no address": (redirect("http://["), "redirects to an address that isn't valid"),
    "to nowhere": (answer(b"", status="302 Found"), "redirects more than 5 times"),
    "in a loop": (redirect(FILE), "redirects more than 5 times"),
    "404": (answer(b"", status="404 Not Found"), "the server answers 404 Not Found"),
    "403": (answer(b"", status="403 Forbidden"), "the server answers 403 Forbidden"),
    "204": (answer(b"", status="204 No Content"), "the server answers 204"),
    "429": (answer(b"", status="429 Too Many Requests"), "the server answers 429"),
    "500": (answer(b"", status="500 \x1b[2J"), "the server answers 500 Internal Server Error; run"),
    "no http": (b"\x1b[2J nonsense\r\n\r\n", "it can't be reached ("),
    "nothing": (b"", "it can't be reached ("),
    "length abc": (answer(b"PK", "Content-Length: abc", length=False), "Content-Length isn't a number"),
    "length -1": (answer(b"PK", "Content-Length: -1", length=False), "Content-Length isn't a number"),
    "two lengths": (answer(b"PK", "Content-Length: 7"), "Content-Length isn't a number"),
    "long length": (answer(b"PK", "Content-Length: " + "9" * 50, length=False), "isn't a number"),
    "too large": (answer(b"PK", "Content-Length: 99999999999", length=False), "larger than any"),
    "short": (answer(zipped()[:50], "Content-Length: 999", length=False), "stopped after 50 of 999"),
    "bad chunks": (answer(b"zz\r\nPK", "Transfer-Encoding: chunked", length=False), "run the update"),
    "html by type": (answer(b"<html>", "Content-Type: text/html"), "expected a zip, found text/html"),
    "html by bytes": (answer(b"\n<!DOCTYPE html>"), "expected a zip, found a web page"),
    "pdf by type": (answer(b"%PDF-1", "Content-Type: application/pdf"), "found application/pdf"),
    "pdf by bytes": (answer(b"%PDF-1"), "expected a zip, found a PDF"),
    "text": (answer(b"a,b,c\n"), "expected a zip, found something else"),
    "empty": (answer(b""), "it isn't a valid zip"),
    "cut": (answer(zipped()[:-30]), "it isn't a valid zip"),
    "bad data": (answer(damaged(60, b"\xff" * 30)), "it isn't a valid zip"),
    "bad checksum": (answer(wrong_checksum()), "a file in it is damaged"),
    "unknown packing": (answer(unknown_packing()), "it isn't a valid zip"),
    "encrypted": (answer(encrypted()), "it isn't a valid zip"),
    "unasked part": (
        answer(zipped(), "Content-Range: bytes 0-9/10", status="206 Partial Content"),
        "a different part of the file than requested",
    ),
    "unasked 416": (answer(b"", status="416 Range Not Satisfiable"), "a different part of the file"),
}  # fmt: skip


@pytest.mark.parametrize("name", FAULTS)
def test_every_problem_with_a_file_is_one_line(name: str, server: Server, store: Store) -> None:
    sent, says = FAULTS[name]
    server.answers[FILE] = [sent]
    done = server.update(store)
    [line] = done.failed
    assert line.startswith(f"ncci-add-on: http://{server.netloc}{FILE}: ")
    assert says in line
    assert line.isprintable()
    assert "run the update again later" in line or "yourself from https://www.cms.gov/" in line
    assert done.downloaded == ()
    assert not list((store.path / "downloads").rglob("*.zip"))
    assert store.releases() == []
    assert set(server.asked) <= {PAGE, FILE}


PAGE_FAULTS: dict[str, tuple[bytes, str]] = {
    "to http": (redirect("http://www.cms.gov/"), "redirects to http://www.cms.gov/: only https"),
    "to another host": (redirect("https://evil.example/"), "can be used"),
    "a zip": (answer(zipped(), "Content-Type: application/zip"), "expected a web page, found appl"),
    "length abc": (answer(b"<a>", "Content-Length: abc", length=False), "isn't a number"),
    "endless": (answer(b"<a>" * (2 << 20)), "it is larger than expected"),
    "503": (answer(b"", status="503 x"), "answers 503 Service Unavailable; run the update again later"),
    "links to http": (page(f"http://www.cms.gov{FILE}"), "only https is used; download"),
    "links to another host": (page(f"https://evil.example{FILE}"), f"https://evil.example{FILE}: only"),
    "links to a folder": (page(f"https://www.cms.gov/..%5C..%5C{ADD_ON}"), "the page has changed"),
    "a name with an end of line": (page(f"{FILE}%0A"), "the page has changed"),
    "a name with a null": (page(f"/files/%00{ADD_ON}"), "the page has changed"),
    "a long name": (page(f"/files/{'a' * 300}-{ADD_ON}"), "the page has changed"),
    "bad links": (page("http://[", "https://www.cms.gov:x/" + ADD_ON, "//"), "; download"),
    "a bad declaration": (answer(b"<![what a page"), "the page has changed"),
}  # fmt: skip


@pytest.mark.parametrize("name", PAGE_FAULTS)
def test_every_problem_with_a_page_is_one_line(name: str, server: Server, store: Store) -> None:
    sent, says = PAGE_FAULTS[name]
    server.answers[PAGE] = [sent]
    [line] = server.update(store).failed
    assert line.startswith("ncci-add-on: ")
    assert says in line
    assert line.isprintable()
    assert set(server.asked) == {PAGE}


def test_the_others_still_update(server: Server, store: Store) -> None:
    [other] = [p for p in PUBLICATIONS if p.name == "ncci-mue"]
    server.answers[urlsplit(other.page).path] = [redirect("file:///etc/passwd")]
    done = server.update(store, "ncci-mue", "ncci-add-on")
    assert len(done.failed) == 1
    assert len(store.releases()) == 1


def test_redirects_on_the_publishers_own_host_are_followed(server: Server, store: Store) -> None:
    server.answers[FILE] = [redirect("/moved here.zip", "307 Temporary Redirect")]
    server.answers["/moved%20here.zip"] = [answer(zipped())]
    assert server.update(store).failed == ()
    assert server.asked == [PAGE, FILE, "/moved%20here.zip"]


def test_an_answer_that_succeeds_on_a_second_try(server: Server, tmp_path: Path) -> None:
    server.answers[FILE] = [answer(b"", status="503 x"), answer(zipped())]
    assert server.fetch(tmp_path).read_bytes() == zipped()


@pytest.mark.parametrize(
    "shown",
    ["bytes 0-{last}/{size}", "bytes 11-{last}/{size}", "bytes 10-{last}/7", "bytes x", "", "items 10-{last}/{size}"],
)  # fmt: skip
def test_a_wrong_part_starts_over(server: Server, tmp_path: Path, shown: str) -> None:
    body = zipped(bytes(range(256)) * 20)
    header = shown.format(last=len(body) - 1, size=len(body))
    server.answers[FILE] = [
        answer(body[:10], f"Content-Length: {len(body)}", 'ETag: "a"', length=False),
        answer(body[10:], f"Content-Range: {header}", status="206 Partial Content"),
        answer(body),
    ]
    assert server.fetch(tmp_path).read_bytes() == body
    assert server.ranges == [None, "bytes=10-", None]


@pytest.mark.parametrize("tag", ['"a\r\n b"', '"\xe9"', "x" * 500])
def test_a_mark_that_is_invalid_in_a_header_is_not_used(
    server: Server, tmp_path: Path, tag: str
) -> None:
    body = zipped(bytes(range(256)) * 20)
    server.answers[FILE] = [
        answer(body[:10], f"Content-Length: {len(body)}", f"ETag: {tag}", length=False),
        answer(body),
    ]
    assert server.fetch(tmp_path).read_bytes() == body
    assert server.ranges == [None, None]


def test_a_damaged_mark_starts_over(server: Server, tmp_path: Path) -> None:
    (tmp_path / "to").mkdir()
    (tmp_path / "to" / f"{ADD_ON}.part").write_bytes(b"old")
    (tmp_path / "to" / f"{ADD_ON}.part.mark").write_bytes(b"\xff\r\n")
    assert server.fetch(tmp_path).read_bytes() == zipped()
    assert server.ranges == [None]


def test_a_stop_between_two_versions_never_mixes_them(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    part = tmp_path / "to" / f"{ADD_ON}.part"
    part.parent.mkdir()
    part.write_bytes(b"old")
    part.with_name(f"{part.name}.mark").write_text('"old"')
    server.answers[FILE] = [answer(zipped(), 'ETag: "new"')]

    def killed(*_: object) -> Iterator[bytes]:
        raise KeyboardInterrupt

    monkeypatch.setattr(download, "blocks", killed)
    with pytest.raises(KeyboardInterrupt):
        server.fetch(tmp_path)
    monkeypatch.undo()
    assert not part.exists() or part.read_bytes() == b""


def test_a_download_has_a_time_limit(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(download, "_LONGEST", -1.0)
    with pytest.raises(ReferenceProblem, match="it takes longer than"):
        server.fetch(tmp_path)


def test_a_download_without_a_length_has_a_size_limit(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(download, "_LARGEST", 50)
    server.answers[FILE] = [answer(zipped(), length=False)]
    with pytest.raises(ReferenceProblem, match="larger than expected"):
        server.fetch(tmp_path)


def full(*_: object, **__: object) -> Iterator[bytes]:
    raise OSError(errno.ENOSPC, "No space left on device")


def in_the_way(path: Path) -> None:
    path.parent.mkdir(parents=True)
    path.write_text("")


@pytest.mark.parametrize("fault", ["the disk is full", "a file is in the folder's place"])
def test_an_unwritable_target(
    fault: str, server: Server, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    if fault == "the disk is full":
        monkeypatch.setattr(download, "blocks", full)
    else:
        in_the_way(store.path / "downloads" / PUBLICATION.name)
    [line] = server.update(store).failed
    assert "it can't be written (" in line
    assert "run the update again" in line


def test_an_unwritable_store_is_reported(
    server: Server, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Store, "add", full)
    done = server.update(store)
    assert done.imported is not None
    [line] = done.imported.refused
    assert "No space left on device" in line


@pytest.mark.parametrize(
    "address",
    [
        "http://www.cms.gov/a.zip",
        "ftp://www.cms.gov/a.zip",
        "file:///etc/passwd",
        "//www.cms.gov/a.zip",
        "https://evil.example/www.cms.gov/a.zip",
        "https://www.cms.gov.evil.example/a.zip",
        "https://evil.example\\@www.cms.gov/a.zip",
        "https://user@www.cms.gov/a.zip",
        "https://www.cms.gov:444/a.zip",
        "https://[::1/a.zip",
        "https://127.0.0.1/a.zip",
        "http://127.0.0.1/a.zip",
        "",
    ],
)
def test_only_the_publishers_hosts_are_contacted(address: str) -> None:
    assert CMS.fault(address) is not None
    assert CMS.fault("https://WWW.CMS.GOV:443/a.zip") is None


def test_http_is_for_this_machine_only() -> None:
    assert Hosts(frozenset(), frozenset({"www.cms.gov"})).fault("http://www.cms.gov/a") is not None
    assert Hosts(frozenset(), frozenset({"127.0.0.1:8"})).fault("http://127.0.0.1:8/a") is None
    assert Hosts(frozenset(), frozenset({"127.0.0.1:8"})).fault("http://127.0.0.1:9/a") is not None


@pytest.mark.parametrize("mirror", ["http://mirror.example", "ftp://x", "file:///tmp", "https://[", "x"])  # fmt: skip
def test_a_mirror_is_https(mirror: str, store: Store) -> None:
    with pytest.raises(ReferenceProblem, match="--mirror"):
        update(store, only=("hcpcs",), mirror=mirror)


@pytest.mark.parametrize("publication", PUBLICATIONS, ids=lambda one: one.name)
def test_every_publication_is_on_its_publishers_hosts(publication: object) -> None:
    assert isinstance(publication, type(PUBLICATION))
    hosts = Hosts(publication.hosts)
    for address in (publication.page, *publication.fixed):
        assert hosts.fault(address) is None


def test_links_to_other_hosts_do_not_count() -> None:
    newer = "add-code-edits-medicare-effective-10012026.zip"
    links = f'<a href="https://evil.example/{newer}">1</a><a href="/files/{ADD_ON}">2</a>'
    assert newest(PUBLICATION, links, PUBLICATION.page, CMS) == [f"https://www.cms.gov{FILE}"]


def test_an_invalid_certificate(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    def unverified(*_: object, **__: object) -> None:
        cause = ssl.SSLCertVerificationError(1, "certificate verify failed")
        cause.verify_message = "self-signed certificate"
        raise urllib.error.URLError(cause)

    monkeypatch.setattr(urllib.request.OpenerDirector, "open", unverified)
    [line] = update(store, only=("hcpcs",)).failed
    assert "the server's certificate isn't valid (self-signed certificate)" in line
    assert line.startswith("hcpcs: https://www.cms.gov/")
