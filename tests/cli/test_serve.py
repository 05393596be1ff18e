"""`cleanclaim serve`: keys, the audit trail and what is kept; and a service that starts, answers and stops."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

from cleanclaim.server.database import opened
from cleanclaim.server.settings import ServerSettings
from command import run


def test_keys_are_made_listed_and_revoked(tmp_path: Path) -> None:
    made = run("serve", "keys", "add", "claims-system", "--scope", "check", "--days", "30", "--folder", tmp_path)  # fmt: skip
    assert made.returncode == 0, made.stderr
    prefix, key_id, secret = made.stdout.decode().strip().split("_", 2)
    assert (prefix, len(secret)) == ("cck", 43)
    listed = run("serve", "keys", "list", "--folder", tmp_path)
    assert f"{key_id}  claims-system (main): check, until 2" in listed.stdout.decode()
    assert secret not in listed.stdout.decode()
    assert run("serve", "keys", "revoke", key_id, "--folder", tmp_path).returncode == 0
    assert run("serve", "keys", "revoke", key_id, "--folder", tmp_path).returncode == 2
    rows = json.loads(
        run("serve", "keys", "list", "--format", "json", "--folder", tmp_path).stdout.decode()
    )
    assert rows["keys"][0]["revoked"]
    assert run("serve", "keys", "add", "x", "--scope", "fly", "--folder", tmp_path).returncode == 2


PASSWORD = "correct horse battery"  # noqa: S105 - invented


def test_users_are_added_listed_changed_and_removed(tmp_path: Path) -> None:
    """The password comes from standard input, and is never shown or an argument."""
    place = ("--folder", tmp_path)
    given = PASSWORD.encode() + b"\n"
    assert run("serve", "users", "add", "Maria", "--role", "biller", *place, stdin=given).returncode == 0  # fmt: skip
    again = run("serve", "users", "add", "MARIA", "--role", "coder", *place, stdin=given)
    assert again.returncode == 2
    assert "another user has it" in again.stderr.decode()
    sso = ("serve", "users", "add", "sam", "--role", "viewer", "--without-password", "--organization", "west")  # fmt: skip
    assert run(*sso, *place).returncode == 0
    shown = run("serve", "users", "list", *place).stdout.decode()
    assert "maria (main): biller\nsam (west): viewer, single sign-on only\n2 users" in shown
    assert run("serve", "users", "role", "maria", "coder", *place).returncode == 0
    assert run("serve", "users", "role", "maria", "king", *place).returncode == 2
    assert run("serve", "users", "password", "sam", *place, stdin=given).returncode == 0
    assert run("serve", "users", "password", "sam", *place, stdin=b"short\n").returncode == 2
    assert run("serve", "users", "remove", "maria", *place).returncode == 0
    assert run("serve", "users", "remove", "maria", *place).returncode == 2
    rows = json.loads(run("serve", "users", "list", "--format", "json", *place).stdout)["users"]
    assert [(one["name"], one["role"], one["has_password"]) for one in rows] == [("sam", "viewer", True)]  # fmt: skip
    trail = run("serve", "audit", "list", *place).stdout.decode()
    assert "user added as biller" in trail
    assert "user removed" in trail


def test_the_audit_trail_is_verified(tmp_path: Path) -> None:
    run("serve", "keys", "add", "one", "--folder", tmp_path)
    shown = run("serve", "audit", "list", "--folder", tmp_path)
    assert "key added" in shown.stdout.decode()
    right = run("serve", "audit", "verify", "--folder", tmp_path)
    assert right.returncode == 0
    assert "1 entry as written" in right.stdout.decode()
    held = opened(ServerSettings(folder=tmp_path))
    with held.writing() as connection:
        connection.exec_driver_sql("UPDATE audit SET who = 'nobody'")
    held.engine.dispose()
    wrong = run("serve", "audit", "verify", "--folder", tmp_path)
    assert wrong.returncode == 1
    assert "entry 1 isn't as it was written" in wrong.stdout.decode()


def test_purge_without_jobs(tmp_path: Path) -> None:
    assert "results of 0 jobs deleted" in run("serve", "purge", "--all", "--folder", tmp_path).stdout.decode()  # fmt: skip


def test_an_address_for_others_needs_a_key(tmp_path: Path) -> None:
    refused = run("serve", "--host", "0.0.0.0", "--port", "0", "--folder", tmp_path)  # noqa: S104 - it is refused
    assert refused.returncode == 2
    assert "needs an API key or a sign-in" in refused.stderr.decode()
    assert "listening" not in refused.stderr.decode()


def test_settings_of_single_sign_on_that_are_wrong(tmp_path: Path) -> None:
    refused = run("serve", "--single-sign-on", tmp_path / "none.toml", "--folder", tmp_path)
    assert refused.returncode == 2
    assert "No such file" in refused.stderr.decode()


def test_it_starts_answers_and_stops(tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "cleanclaim", "serve", "--port", str(port), "--folder", str(tmp_path)]  # fmt: skip
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as server:
        answer = None
        until = time.monotonic() + 60
        while answer is None and time.monotonic() < until:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5) as found:
                    answer = json.load(found)
            except OSError:
                time.sleep(0.1)
        server.send_signal(signal.SIGTERM)
        _, told = server.communicate(timeout=30)
    assert answer == {"status": "ok"}
    assert f"listening on http://127.0.0.1:{port}" in told
    assert '"route": "/healthz", "status": 200' in told
    assert "Traceback" not in told
