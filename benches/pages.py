"""How long the web pages take on a service with many findings, compared with one that has few.

    python benches/pages.py --findings 20000
    python benches/pages.py --findings 20000 --database postgresql://…

Both services run in this process, with a folder of their own in which invented claims were checked.
Each page is asked for several times; the shortest time, the median and the first time are given in
milliseconds, with the processor's time, and its ratio to the same page with few findings, which
depends little on the machine. A page that isn't answered with 200 stops it.
"""

from __future__ import annotations

import argparse
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from starlette.testclient import TestClient

from cleanclaim.server.app import make_app
from cleanclaim.server.settings import ServerSettings

_ENDED: Final = ("M54.5", "G35", "R05", "F32.8")
_SERVICES: Final = ("99213", "99214", "97110", "36415", "93000")
_HEAD: Final = (
    "claim_id,member_id,patient_birth_date,patient_sex,claim_filing_code,payer_name,billing_npi,rendering_npi,diagnosis_code_1,"
    "procedure_code,from_date,units,charge_amount,place_of_service_code,diagnosis_pointers\n"
)
_PAGES: Final = (
    "/", "/claim?example=1", "/batches", "{batch}", "{batch}/claims/1", "{batch}/correct", "{batch}/claims/1/again", "{batch}/payments",
    "/worklist", "/worklist?state=open&sort=severity", "/worklist?sort=days-left", "/worklist?sort=payer", "/worklist?sort=provider",
    "/worklist?sort=age", "/worklist?sort=claim", "/worklist?sort=changed", "/worklist?payer=PLAN+3", "/worklist?code=DX102", "/worklist?days_left=30",
    "/worklist?after={middle}", "/worklist?after={last}", "/worklist/rows?words=DX102", "/worklist/rows?words=B19+M54", "/worklist/rows?words=nothing+fits",
    "{finding}", "/codes", "/codes/results?q=broken+wrist", "/codes/results?q=dia", "/codes/results?q=99213", "/codes/ICD-10-CM/M54.5?on=2026-05-12",
    "/codes/CPT/99213?on=2026-05-12", "/note", "/denials", "/payers", "/payers/cigna", "/audits", "/analysis", "/analysis/{job}", "/learn", "/learn/play",
    "/edits", "/edits?words=modifier", "/edits/DX102", "/reference", "/admin", "/admin/audit",
)  # fmt: skip


def table(claims: int) -> bytes:
    """Invented claims with about two findings each."""
    chosen = random.Random(8008)
    rows = []
    for number in range(claims):
        day = f"2026-{1 + number % 10:02d}-{1 + number % 28:02d}"
        payer = number % 12
        rows.append(
            f"B{number},M{number % 997},19{50 + number % 50}-03-04,{'FM'[number % 2]},{('CI', 'MB', 'MC')[number % 3]},PLAN {payer},1234567893,"
            f"1245319599,{chosen.choice(_ENDED)},{chosen.choice(_SERVICES)},{day},1,{chosen.randrange(40, 900)}.00,,1\n"
        )  # fmt: skip
    return (_HEAD + "".join(rows)).encode()


@contextmanager
def service(claims: int, database: str | None) -> Iterator[tuple[TestClient, dict[str, Any]]]:
    """A service that has checked a table, and what its pages' addresses name."""
    with tempfile.TemporaryDirectory(prefix="cleanclaim-bench-") as name:
        app = make_app(ServerSettings(folder=Path(name), database=database))
        with TestClient(app, base_url="http://localhost:8008") as client:
            yield client, _filled(client, claims)


def _filled(client: TestClient, claims: int) -> dict[str, Any]:
    job = client.post("/v1/jobs?worklist=1&name=bench.csv&format=html", content=table(claims)).json()["id"]  # fmt: skip
    while (state := client.get(f"/v1/jobs/{job}").json()["state"]) in {"queued", "running"}:
        time.sleep(0.5)
    if state != "done":
        raise RuntimeError(state)
    found = client.get(f"/v1/findings?batch={job}&limit=1").json()
    count = found["count"]
    return {
        "job": job, "batch": f"/batches/{job}", "finding": f"/worklist/{found['findings'][0]['id']}", "count": count, "middle": count // 2,
        "last": max(count - 50, 0),
    }  # fmt: skip


def measured(client: TestClient, path: str, times: int) -> tuple[float, float, float, float]:
    """The first time of a page, the shortest and the median of the others, and the median of the processor's time, in milliseconds."""
    walls, works = [], []
    for _ in range(times + 1):
        began, worked = time.perf_counter(), time.process_time()
        answer = client.get(path, headers={"Accept": "text/html"})
        works.append((time.process_time() - worked) * 1000)
        walls.append((time.perf_counter() - began) * 1000)
        if answer.status_code != 200:
            raise RuntimeError(f"{path}: {answer.status_code}")
    return walls[0], min(walls[1:]), statistics.median(walls[1:]), statistics.median(works[1:])


def main() -> None:
    """Measure every page, and say how long each takes."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)  # fmt: skip
    parser.add_argument("--findings", type=int, default=20_000)
    parser.add_argument("--times", type=int, default=7)
    parser.add_argument("--database", help="an empty database of PostgreSQL for the many findings")
    parser.add_argument("--only", default="", help="only pages with this text")
    given = parser.parse_args()
    pages = [page for page in _PAGES if given.only in page]
    with service(20, None) as (client, small):
        few = {page: measured(client, page.format(**small), given.times)[3] for page in pages}
    with service(given.findings // 2, given.database) as (client, large):
        sys.stdout.write(f"{large['count']:,} findings, compared with {small['count']:,}\n\n  best  median    first    work  ratio  page\n")  # fmt: skip
        for page in pages:
            first, best, median, work = measured(client, page.format(**large), given.times)
            ratio = work / few[page]
            sys.stdout.write(
                f"{best:6.1f}  {median:6.1f}  {first:7.1f}  {work:6.1f}  {ratio:5.1f}  {page}\n"
            )
            sys.stdout.flush()


if __name__ == "__main__":
    main()
