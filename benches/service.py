"""How many single claims a second the service checks, and how long each takes.

    python benches/service.py --connections 64 --seconds 20

It starts `cleanclaim serve` on a free port with a folder of its own, sends invented claims over
keep-alive connections, and says how many were answered and the times at the 50th and 99th
percentile. An answer that isn't a report stops it. Figures are for this machine: the client runs on
it too.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

_HEAD = b"POST /v1/check HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
_CODES = ("99213", "99214", "97110", "36415", "93000", "80053", "71046", "20610")
_DIAGNOSES = ("I10", "E11.9", "M54.50", "J06.9", "R07.9", "Z00.00", "M17.11", "E78.5")


def claim(number: int, days: int) -> dict[str, Any]:
    """An invented claim."""
    chosen = random.Random(number)
    day = f"2026-05-{1 + number % days:02d}"
    lines = [
        {
            "procedure_code": code,
            "from_date": day,
            "units": 1,
            "charge_amount": "95.00",
            "place_of_service_code": "11",
            "diagnosis_pointers": [1],
        }
        for code in chosen.sample(_CODES, 1 + number % 3)
    ]
    return {
        "claim_id": f"B{number}",
        "member_id": f"M{number % 97}",
        "patient_birth_date": f"19{50 + number % 50}-03-04",
        "patient_sex": "FM"[number % 2],
        "claim_filing_code": ("CI", "MB", "MC")[number % 3],
        "diagnoses": chosen.sample(_DIAGNOSES, 2),
        "billing_npi": "1234567893",
        "lines": lines,
    }


async def _client(port: int, bodies: list[bytes], until: float, times: list[float]) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    number = random.randrange(len(bodies))
    while time.perf_counter() < until:
        number = (number + 1) % len(bodies)
        body = bodies[number]
        began = time.perf_counter()
        writer.write(_HEAD % len(body) + body)
        await writer.drain()
        head = await reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
        answer = await reader.readexactly(length)
        if not head.startswith(b"HTTP/1.1 200") or b'"claims": 1' not in answer:
            raise RuntimeError(head.split(b"\r\n")[0].decode())
        times.append(time.perf_counter() - began)
    writer.close()


async def _load(port: int, connections: int, seconds: float, bodies: list[bytes]) -> list[float]:
    times: list[float] = []
    until = time.perf_counter() + seconds
    await asyncio.gather(*(_client(port, bodies, until, times) for _ in range(connections)))
    return times


def _told(what: str, times: list[float], seconds: float) -> str:
    ordered = sorted(times)
    p50, p99 = ordered[len(ordered) // 2], ordered[int(len(ordered) * 0.99)]
    return f"{what}: {len(times) / seconds:,.0f} claims/s, p50 {p50 * 1000:.0f} ms, p99 {p99 * 1000:.0f} ms ({len(times):,} claims)"  # fmt: skip


def main() -> None:
    """Run it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--connections", type=int, default=64)
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--days", type=int, default=1, help="from how many days the claims are")
    parser.add_argument(
        "--checkers", type=int, help="processes that check claims; see `cleanclaim serve`"
    )
    given = parser.parse_args()
    bodies = [json.dumps(claim(number, given.days)).encode() for number in range(500)]
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "cleanclaim", "serve", "--port", str(port), "--folder", str(Path(folder) / "service")]  # fmt: skip
        if given.checkers is not None:
            command += ["--checkers", str(given.checkers)]
        with subprocess.Popen(command, stderr=subprocess.DEVNULL) as server:
            try:
                _wait(port)
                asyncio.run(_load(port, 8, 8.0, bodies))  # until its processes are there
                lone = asyncio.run(_load(port, 1, 3.0, bodies))
                print(_told("1 connection", lone, 3.0))
                busy = asyncio.run(_load(port, given.connections, given.seconds, bodies))
                print(_told(f"{given.connections} connections", busy, given.seconds))
            finally:
                server.terminate()


def _wait(port: int) -> None:
    for _ in range(300):
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.2)
        else:
            return
    raise RuntimeError("the service didn't start")


if __name__ == "__main__":
    main()
