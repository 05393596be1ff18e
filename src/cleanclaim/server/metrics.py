"""Counts and times of requests in the text format that Prometheus reads."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from threading import Lock
from typing import Final

from cleanclaim.version import VERSION

_BOUNDS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""Upper bounds of the histogram's intervals in seconds."""
_METHODS: Final = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"})


def method_of(given: str) -> str:
    """A request's method; a word that HTTP doesn't have isn't shown."""
    return given if given in _METHODS else "other"


class Metrics:
    """What has happened since the start."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._requests: Counter[tuple[str, str, int]] = Counter()
        self._below: Counter[float] = Counter()
        self._seconds = 0.0
        self._runs = self._together = 0

    def request(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count a request."""
        with self._lock:
            self._requests[method, route, status] += 1
            self._seconds += seconds
            self._below.update(bound for bound in _BOUNDS if seconds <= bound)

    def run(self, claims: int) -> None:
        """Count a run of requests that were checked together."""
        with self._lock:
            self._runs += 1
            self._together += claims

    def text(self, jobs: dict[str, int]) -> str:
        """Everything, with the number of jobs in each state."""
        with self._lock:
            return "\n".join(self._lines(jobs)) + "\n"

    def _lines(self, jobs: dict[str, int]) -> Iterator[str]:
        yield "# TYPE cleanclaim_info gauge"
        yield f'cleanclaim_info{{version="{VERSION}"}} 1'
        yield "# TYPE cleanclaim_requests_total counter"
        for (method, route, status), count in sorted(self._requests.items()):
            yield f'cleanclaim_requests_total{{method="{method}",route="{route}",status="{status}"}} {count}'
        yield "# TYPE cleanclaim_request_seconds histogram"
        total = self._requests.total()
        for bound in _BOUNDS:
            yield f'cleanclaim_request_seconds_bucket{{le="{bound}"}} {self._below[bound]}'
        yield f'cleanclaim_request_seconds_bucket{{le="+Inf"}} {total}'
        yield f"cleanclaim_request_seconds_sum {self._seconds:.6f}"
        yield f"cleanclaim_request_seconds_count {total}"
        yield "# TYPE cleanclaim_runs_total counter"
        yield f"cleanclaim_runs_total {self._runs}"
        yield "# TYPE cleanclaim_claims_checked_together_total counter"
        yield f"cleanclaim_claims_checked_together_total {self._together}"
        yield "# TYPE cleanclaim_jobs gauge"
        for state, count in sorted(jobs.items()):
            yield f'cleanclaim_jobs{{state="{state}"}} {count}'
