"""What users name as input: packed files, damaged ones, pipes, folders with odd things in them."""

from __future__ import annotations

import gzip
import io
import os
import socket
import struct
import subprocess
import sys
import threading
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from cleanclaim.edits.samples import interchange
from cleanclaim.model import concat
from cleanclaim.read import FileRead, read
from cleanclaim.read.sources import is_stream

CLAIM = interchange().encode()
CSV = b"claim_id,cpt,dos,dx1\nT-1,99213,2026-05-12,I10\n"


def reads(*inputs: str | Path) -> tuple[int, dict[str, str]]:
    """How many claims are read, and what is not read and why."""
    files: list[FileRead] = []
    claims = sum(batch.claims.height for batch in read(inputs, files))
    assert sum(entry.claims for entry in files) == claims
    return claims, {entry.file: entry.error for entry in files if entry.error}


def archive(*members: tuple[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as made:
        for name, data in members:
            made.writestr(name, data)
    return out.getvalue()


def changed(data: bytes, name: bytes, local: int, central: int, form: str, value: int) -> bytes:
    """An archive whose headers of one member have another value."""
    content = bytearray(data)
    for mark, size, at in ((b"PK\x03\x04", 30, local), (b"PK\x01\x02", 46, central)):
        begin = next(
            place
            for place in range(len(content))
            if content.startswith(mark, place) and content.startswith(name, place + size)
        )
        struct.pack_into(form, content, begin + at, value)
    return bytes(content)


def put(folder: Path, data: bytes, name: str = "a.zip") -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


class TestZip:
    TWO = archive(("bad.837", CLAIM), ("good.837", CLAIM))

    @pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
    def test_what_python_unpacks_is_read(self, method: int, tmp_path: Path) -> None:
        path = put(tmp_path, archive(("a.837", CLAIM), ("b.csv", CSV), method=method))
        assert reads(path) == (2, {})

    @pytest.mark.parametrize(
        ("method", "says"),
        [(9, "deflate64"), (93, "zstd"), (95, "xz"), (98, "PPMd"), (99, "AES"), (77, "method 77")],
    )
    def test_what_cannot_be_unpacked_is_named(self, method: int, says: str, tmp_path: Path) -> None:
        path = put(tmp_path, changed(self.TWO, b"bad.837", 8, 10, "<H", method))
        claims, errors = reads(path)
        assert claims == 1
        assert list(errors) == [f"{path}!bad.837"]
        assert says in errors[f"{path}!bad.837"]

    def test_an_encrypted_member(self, tmp_path: Path) -> None:
        path = put(tmp_path, changed(self.TWO, b"bad.837", 6, 8, "<H", 1))
        claims, errors = reads(path)
        assert (claims, len(errors)) == (1, 1)
        assert "it is encrypted" in errors[f"{path}!bad.837"]

    def test_a_newer_version_alone_does_no_harm(self, tmp_path: Path) -> None:
        path = put(tmp_path, changed(self.TWO, b"bad.837", 4, 6, "<H", 90))
        assert reads(path) == (2, {})

    def test_a_name_in_bad_utf8(self, tmp_path: Path) -> None:
        data = self.TWO.replace(b"bad.837", b"b\xff\xfe.837")
        path = put(tmp_path, changed(data, b"b\xff\xfe.837", 6, 8, "<H", 0x800))
        assert reads(path) == (2, {})

    def test_names_are_never_paths(self, tmp_path: Path) -> None:
        inside = tmp_path / "in"
        inside.mkdir()
        names = ("../up.837", "/abs/abs.837", "esc\x1b[2J.837", "line\nfeed.837")
        path = put(inside, archive(*((name, CLAIM) for name in names)))
        files: list[FileRead] = []
        whole = concat(list(read([path], files)))
        assert {f"{path}!{name}" for name in names} == set(whole.claims["file"])
        assert [found.name for found in tmp_path.rglob("*")] == ["in", "a.zip"]

    def test_members_that_overlap(self, tmp_path: Path) -> None:
        data = bytearray(self.TWO)
        second = data.rfind(b"PK\x01\x02")
        struct.pack_into("<L", data, second + 42, 0)  # both begin where the first one does
        claims, errors = reads(put(tmp_path, bytes(data)))
        assert claims <= 1
        assert any("overlaps" in why for why in errors.values())

    def test_a_bomb(self, tmp_path: Path) -> None:
        path = put(tmp_path, archive(("bomb.837", CLAIM + bytes(20 << 20)), ("good.837", CLAIM)))
        claims, errors = reads(path)
        assert "unpacks to far more" in errors[f"{path}!bomb.837"]
        assert claims == 1

    def test_a_damaged_member(self, tmp_path: Path) -> None:
        data = archive(("bad.837", CLAIM), ("good.837", CLAIM), method=zipfile.ZIP_STORED)
        path = put(tmp_path, data.replace(b"EXAMPLE-1", b"EXAMPLE-2", 1))
        claims, errors = reads(path)
        assert claims == 1
        assert "damaged" in errors[f"{path}!bad.837"]

    @pytest.mark.parametrize("cut", [3, 30, 100])
    def test_a_damaged_directory(self, cut: int, tmp_path: Path) -> None:
        claims, errors = reads(put(tmp_path, self.TWO[:-cut]), put(tmp_path, CLAIM, "b.837"))
        assert claims == 1
        assert "damaged" in errors[str(tmp_path / "a.zip")]

    def test_any_byte_of_the_directory_may_be_wrong(self, tmp_path: Path) -> None:
        begin = self.TWO.find(b"PK\x01\x02")
        for at in range(begin, len(self.TWO), 9):
            data = bytearray(self.TWO)
            data[at] ^= 0xFF
            claims, errors = reads(put(tmp_path, bytes(data)))
            assert claims == 2 or errors, at

    def test_zips_in_zips(self, tmp_path: Path) -> None:
        once = archive(("in.zip", archive(("a.837", CLAIM))), ("b.837", CLAIM))
        assert reads(put(tmp_path, once)) == (2, {})
        deep = once
        for _ in range(3):
            deep = archive(("deep.zip", deep), ("b.837", CLAIM))
        claims, errors = reads(put(tmp_path, deep))
        assert claims == 3
        assert "zips in zips in zips aren't opened" in " ".join(errors.values())

    @pytest.mark.parametrize("data", [archive(), archive(("readme.txt", b"Dear biller\n"))])
    def test_without_claims(self, data: bytes, tmp_path: Path) -> None:
        claims, errors = reads(put(tmp_path, data))
        assert claims == 0
        assert errors

    def test_an_archive_is_opened_once(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        opened: list[Any] = []
        whole: Any = zipfile.ZipFile

        def counted(file: Any) -> Any:
            opened.append(file)
            return whole(file)

        path = put(tmp_path, archive(*((f"{n}.837", CLAIM) for n in range(300))))
        monkeypatch.setattr(zipfile, "ZipFile", counted)
        files: list[FileRead] = []
        batches = list(read([path], files))
        assert len(opened) == 1
        assert sum(batch.claims.height for batch in batches) == len(files) == 300
        assert len(batches) < 5, "small files are read together"


class TestGzip:
    def test_several_members_are_one_file(self, tmp_path: Path) -> None:
        half = len(CLAIM) // 2
        data = gzip.compress(CLAIM[:half]) + gzip.compress(CLAIM[half:])
        assert reads(put(tmp_path, data, "a.gz")) == (1, {})

    @pytest.mark.parametrize(
        "data", [gzip.compress(CLAIM)[:-30], gzip.compress(CLAIM) + b"trailing", b"\x1f\x8b\x08"]
    )
    def test_damage(self, data: bytes, tmp_path: Path) -> None:
        _, errors = reads(put(tmp_path, data, "a.gz"))
        (why,) = errors.values()
        assert "damaged" in why
        assert "trailing" not in why

    def test_a_bomb(self, tmp_path: Path) -> None:
        _, errors = reads(put(tmp_path, gzip.compress(CLAIM + bytes(20 << 20)), "a.gz"))
        assert "unpacks to far more" in "".join(errors.values())


@contextmanager
def fed(path: Path, data: bytes) -> Iterator[Path]:
    """A named pipe into which something is written once."""
    os.mkfifo(path)
    writer = threading.Thread(target=path.write_bytes, args=(data,), daemon=True)
    writer.start()
    yield path
    writer.join(30)
    assert not writer.is_alive()


def parquet() -> bytes:
    out = io.BytesIO()
    pl.read_csv(CSV).write_parquet(out)
    return out.getvalue()


PACKED: dict[str, tuple[Callable[[], bytes], int]] = {
    "x12": (lambda: CLAIM * 300, 300),
    "gz": (lambda: gzip.compress(CLAIM * 300), 300),
    "zip": (lambda: archive(("a.837", CLAIM), ("b.837", CLAIM * 300)), 301),
    "csv": (lambda: CSV, 1),
    "parquet": (parquet, 1),
}


class TestPipes:
    @pytest.mark.parametrize(("data", "claims"), PACKED.values(), ids=PACKED)
    def test_a_named_pipe_is_read_whole(
        self, data: Callable[[], bytes], claims: int, tmp_path: Path
    ) -> None:
        with fed(tmp_path / "pipe", data()) as pipe:
            assert is_stream(pipe)
            assert reads(pipe) == (claims, {})

    def test_an_empty_pipe(self, tmp_path: Path) -> None:
        with fed(tmp_path / "pipe", b"") as pipe:
            assert reads(pipe) == (0, {str(pipe): f"{pipe}: the file is empty"})

    @pytest.mark.parametrize("kind", ["csv", "parquet"])
    def test_a_large_table_goes_by_the_disk(
        self, kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("cleanclaim.read.large_tables.MOST_AT_ONCE", {"": 20, ".parquet": 20})
        monkeypatch.setattr("cleanclaim.read.MOST_AT_ONCE", {"": 20, ".parquet": 20})
        with fed(tmp_path / "pipe", CSV if kind == "csv" else parquet()) as pipe:
            assert reads(pipe) == (1, {})

    def test_a_large_zip_goes_by_the_disk(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(sys.modules["cleanclaim.read.sources"], "_IN_MEMORY", 20)
        with fed(tmp_path / "pipe", archive(("a.837", CLAIM))) as pipe:
            assert reads(pipe) == (1, {})


@pytest.mark.skipif(not Path("/bin/bash").exists(), reason="process substitution is bash's")
class TestProcessSubstitution:
    def run(self, words: str, *files: Path) -> subprocess.CompletedProcess[bytes]:
        python = f"'{sys.executable}' -c 'from cleanclaim.cli.main import main; main()'"
        script = words.replace("cleanclaim", python, 1)
        command: list[str | Path] = ["/bin/bash", "-c", script, "bash", *files]
        return subprocess.run(command, capture_output=True, check=False, timeout=240)

    def test_every_claim_is_read(self, tmp_path: Path) -> None:
        path = put(tmp_path, CLAIM * 200, "five.837")
        done = self.run(
            'cleanclaim check <(cat "$1") --history <(cat "$1") --timings --format json', path
        )
        assert b'"claims": 200' in done.stdout
        assert done.returncode == 1, done.stderr
        assert b"can't be read twice" in done.stderr

    def test_what_needs_a_file_says_so(self, tmp_path: Path) -> None:
        path = put(tmp_path, CLAIM, "one.837")
        done = self.run(f'cleanclaim history add "{tmp_path}/h" <(cat "$1")', path)
        assert done.returncode == 2
        assert b"a pipe can't be added" in done.stderr


class TestFolders:
    def test_what_is_no_file_is_passed_over(self, tmp_path: Path) -> None:
        put(tmp_path, CLAIM, "a.837")
        os.mkfifo(tmp_path / "pipe")
        (tmp_path / "loop").symlink_to(tmp_path)
        with socket.socket(socket.AF_UNIX) as made:
            made.bind(str(tmp_path / "s"))
            assert reads(tmp_path) == (1, {})

    def test_a_link_that_leads_nowhere_is_told(self, tmp_path: Path) -> None:
        put(tmp_path, CLAIM, "a.837")
        (tmp_path / "gone.837").symlink_to(tmp_path / "nowhere")
        (tmp_path / "self.837").symlink_to(tmp_path / "self.837")
        claims, errors = reads(tmp_path)
        assert claims == 1
        assert set(errors) == {str(tmp_path / "gone.837"), str(tmp_path / "self.837")}

    def test_a_folder_that_may_not_be_looked_into_is_told(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        put(tmp_path, CLAIM, "a.837")
        (tmp_path / "closed").mkdir()
        scan = os.scandir

        def refusing(path: str | Path) -> object:
            if Path(path).name == "closed":
                raise PermissionError(13, "Permission denied", str(path))
            return scan(path)

        monkeypatch.setattr(os, "scandir", refusing)
        claims, errors = reads(tmp_path)
        assert claims == 1
        assert "permission" in errors[str(tmp_path / "closed")]

    def test_a_name_that_is_not_utf8(self, tmp_path: Path) -> None:
        path = os.fsencode(tmp_path) + b"/caf\xe9.837"
        Path(os.fsdecode(path)).write_bytes(CLAIM)
        files: list[FileRead] = []
        whole = concat(list(read([tmp_path], files)))
        assert files[0].file == f"{tmp_path}/caf\\xe9.837"
        assert whole.claims["file"].to_list() == [files[0].file]


ENVELOPE = b"~".join(
    segment for segment in CLAIM.split(b"~") if segment[:2] in {b"IS", b"GS", b"ST", b"SE", b"GE", b"IE", b""}
)  # fmt: skip
REMITTANCE = CLAIM.replace(b"ST*837", b"ST*835").replace(b"CLM*", b"CLP*")
EMPTY: list[tuple[str, bytes]] = [
    ("envelope.837", ENVELOPE),
    ("remittance.835", REMITTANCE),
    ("header.csv", CSV.split(b"\n", 1)[0] + b"\n"),
]


@pytest.mark.parametrize("form", [True, False])
@pytest.mark.parametrize(("name", "data"), EMPTY, ids=[name for name, _ in EMPTY])
def test_a_file_without_claims_is_not_read(
    name: str, data: bytes, form: bool, tmp_path: Path
) -> None:
    path = put(tmp_path, data, name)
    files: list[FileRead] = []
    batches = list(read([path, put(tmp_path, CLAIM, "good.837")], files, form=form))
    assert sum(batch.claims.height for batch in batches) == 1
    assert f"{path}: the file has no claims" in (files[0].error or "")
    assert files[1].error is None


def test_an_empty_parquet_file_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    pl.read_csv(CSV).clear().write_parquet(path)
    claims, errors = reads(path)
    assert claims == 0
    assert "the file has no claims" in errors[str(path)]
