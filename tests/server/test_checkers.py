"""Processes that check small requests: the same answers, whatever happens to them."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest

from cleanclaim.server import checkers as module
from cleanclaim.server.checkers import Checkers
from cleanclaim.server.checking import Asked, answers
from cleanclaim.server.choices import Choices
from cleanclaim.server.engine import Engine, Held, loaded
from cleanclaim.server.problems import Problem, internal
from cleanclaim.server.settings import ServerSettings
from served import CLAIM

SETTINGS = ServerSettings(checkers=1)
_PATIENCE = 60.0


@pytest.fixture(scope="module")
def held() -> Held:
    return Engine(SETTINGS).held


@contextmanager
def started(held: Held, present: Callable[[], Held] | None = None) -> Iterator[Checkers]:
    """A process that is ready to check."""
    with ThreadPoolExecutor(1) as executor:
        checkers = Checkers(SETTINGS, executor, present or (lambda: held))
        checkers.start()
        until(lambda: checkers.has_processes)
        yield checkers
        checkers.stop()


def until(reached: Callable[[], bool]) -> None:
    end = time.monotonic() + _PATIENCE
    while not reached():
        assert time.monotonic() < end
        time.sleep(0.02)


def asked(held: Held, **changed: object) -> Asked:
    return Asked([{**CLAIM, **changed}], Choices(), "json", held)


def run(found: Awaitable[module.Answers]) -> module.Answers:
    async def work() -> module.Answers:
        return await found

    return asyncio.run(work())


def children() -> list[int]:
    """The processes that check."""
    task = Path(f"/proc/self/task/{os.getpid()}/children")
    if not task.exists():
        pytest.skip("this system doesn't tell which processes are whose")
    found = []
    for child in task.read_text().split():
        words = Path(f"/proc/{child}/cmdline").read_bytes()
        if b"spawn_main" in words:
            found.append(int(child))
    return found


def body(problem: bytes | Problem) -> object:
    return problem.body() if isinstance(problem, Problem) else problem


def test_the_answers_are_those_of_the_services_own_process(held: Held) -> None:
    several = [asked(held), asked(held, claim_id="A2"), asked(held, patient_birth_date="no day")]
    with started(held) as checkers:
        found = run(checkers.answers(several))
    assert [body(one) for one in found] == [body(one) for one in answers(several)]
    assert isinstance(found[2], Problem)


def test_a_process_that_is_killed_is_replaced_and_no_request_is_lost(held: Held) -> None:
    several = [asked(held), asked(held, claim_id="A2")]
    with started(held) as checkers:
        (first,) = children()
        os.kill(first, signal.SIGKILL)
        until(lambda: first not in children())
        assert run(checkers.answers(several)) == answers(several)
        until(lambda: checkers.has_processes)
        assert run(checkers.answers(several)) == answers(several)


def test_a_request_that_ends_every_process_gets_a_problem(held: Held) -> None:
    with started(held) as checkers:
        (first,) = children()
        os.kill(first, signal.SIGSTOP)
        waiting = checkers.answers([asked(held)])

        async def work() -> module.Answers:
            task = asyncio.ensure_future(waiting)
            await asyncio.sleep(0.2)
            os.kill(first, signal.SIGKILL)
            return await task

        (found,) = asyncio.run(work())
    assert body(found) == internal().body()


def test_new_tables_are_checked_with_at_once(held: Held) -> None:
    fresh = loaded(SETTINGS)
    states = [held]
    with started(held, lambda: states[-1]) as checkers:
        before = children()
        states.append(fresh)
        assert run(checkers.answers([asked(fresh)])) == answers([asked(fresh)])
        assert run(checkers.answers([asked(held)])) == answers([asked(held)])  # begun before
        until(lambda: checkers.has_processes and not set(before) & set(children()))
        assert run(checkers.answers([asked(fresh)])) == answers([asked(fresh)])


def test_without_processes_threads_check(held: Held) -> None:
    with ThreadPoolExecutor(1) as executor:
        checkers = Checkers(ServerSettings(), executor, lambda: held)
        checkers.start()
        assert run(checkers.answers([asked(held)])) == answers([asked(held)])
        assert not checkers.has_processes


class _Poison:
    """Ends the process that unpickles it, and no other."""

    def __reduce__(self) -> tuple[Callable[[int], object], tuple[int]]:
        return _end_unless_in, (os.getpid(),)


def _end_unless_in(own: int) -> object:
    if os.getpid() != own:
        os._exit(1)
    return None


def test_of_several_requests_only_the_one_that_ends_processes_fails(held: Held) -> None:
    poison = Asked([_Poison()], Choices(), "json", held)
    good = asked(held)
    with started(held) as checkers:
        first, second = run(checkers.answers([good, poison]))
    assert first == answers([good])[0]
    assert body(second) == internal().body()


_PARENT = """
import sys, time
from concurrent.futures import ThreadPoolExecutor
from cleanclaim.server.checkers import Checkers
from cleanclaim.server.engine import Engine
from cleanclaim.server.settings import ServerSettings
if __name__ == "__main__":
    settings = ServerSettings(checkers=1)
    engine = Engine(settings)
    checkers = Checkers(settings, ThreadPoolExecutor(1), lambda: engine.held)
    checkers.start()
    while not checkers.has_processes:
        time.sleep(0.02)
    print("ready", flush=True)
    time.sleep(60)
"""


def test_the_processes_end_with_a_service_that_is_killed(tmp_path: Path) -> None:
    script = tmp_path / "service.py"
    script.write_text(_PARENT)
    with subprocess.Popen([sys.executable, str(script)], stdout=subprocess.PIPE, text=True) as parent:  # fmt: skip
        assert parent.stdout is not None
        assert parent.stdout.readline() == "ready\n"
        task = Path(f"/proc/{parent.pid}/task/{parent.pid}/children")
        if not task.exists():
            parent.kill()
            pytest.skip("this system doesn't tell which processes are whose")
        theirs = [Path("/proc") / child for child in task.read_text().split()]
        parent.kill()
    until(lambda: not any(child.exists() for child in theirs))
