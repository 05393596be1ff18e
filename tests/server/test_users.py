"""Users: their names, passwords and roles, on both databases."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from cleanclaim.errors import ConfigError
from cleanclaim.server.access import passwords, users
from cleanclaim.server.access.principals import ROLES, SCOPES, Principal, expanded, operator
from cleanclaim.server.database import Database
from cleanclaim.server.database.schema import USERS
from served import PASSWORD


def test_a_user_signs_in_with_the_right_password(database: Database) -> None:
    made = users.add(database, operator("west"), " Maria@Clinic.Example ", "biller", PASSWORD)
    found = users.signed_in(database, "MARIA@clinic.example", PASSWORD)
    assert found is not None
    assert (found.id, found.name, found.organization, found.role, found.kind) == (made, "maria@clinic.example", "west", "biller", "user")  # fmt: skip
    assert found.may("jobs")
    assert found.may("results"), "who adds jobs sees their results"
    assert not found.may("notes")
    for name, password in (("maria@clinic.example", PASSWORD + "!"), ("maria@clinic.example", ""), ("nobody", PASSWORD), ("", "")):  # fmt: skip
        assert users.signed_in(database, name, password) is None
    with database.reading() as connection:
        kept = connection.scalar(sa.select(USERS.c.hash))
    assert str(kept).startswith("$argon2id$")
    assert PASSWORD not in str(kept)


def test_letters_typed_in_another_form_are_the_same_password(database: Database) -> None:
    users.add(database, operator(), "jos\u00e9", "viewer", "caf\u00e9 on the corner")
    assert users.signed_in(database, "jos\u00e9", "cafe\u0301 on the corner")


@pytest.mark.parametrize("password", ["", "short", "a" * 30, "mariamariamaria1", "x" * 201])
def test_passwords_that_are_easy_to_guess_are_refused(password: str) -> None:
    with pytest.raises(ConfigError, match="password: expected") as told:
        passwords.hashed(password, "maria")
    assert not password or password not in str(told.value)


def test_names_and_roles_are_checked(database: Database) -> None:
    for name, role in (("", "viewer"), ("a\nb", "viewer"), ("a" * 81, "viewer"), ("maria", "king")):
        with pytest.raises(ConfigError):
            users.add(database, operator(), name, role, None)
    users.add(database, operator(), "maria", "viewer", None)
    with pytest.raises(ConfigError, match="another user has it"):
        users.add(database, operator("west"), "Maria", "viewer", None)
    assert users.signed_in(database, "maria", "") is None, "no password isn't an empty one"


def test_an_organization_manages_only_its_own_users(database: Database) -> None:
    ours = users.add(database, operator("east"), "ours", "admin", PASSWORD)
    theirs = users.add(database, operator("west"), "theirs", "biller", PASSWORD)
    admin = Principal(ours, "ours", "east", "user", expanded(["admin"]), "admin")
    assert not users.remove(database, admin, theirs)
    assert not users.change_role(database, admin, theirs, "viewer")
    assert not users.set_password(database, admin, theirs, PASSWORD)
    assert [one["name"] for one in users.listed(database, "east")] == ["ours"]
    with pytest.raises(ConfigError, match="last admin"):
        users.remove(database, admin, ours)
    with pytest.raises(ConfigError, match="last admin"):
        users.change_role(database, admin, ours, "viewer")
    assert users.change_role(database, operator("west"), theirs, "coder")
    assert users.remove(database, operator("west"), theirs)
    assert users.signed_in(database, "theirs", PASSWORD) is None
    users.add(database, operator("west"), "theirs", "viewer", PASSWORD)  # the name is free again


def test_roles_are_made_of_scopes() -> None:
    assert set(ROLES) == {"viewer", "biller", "coder", "auditor", "admin"}
    assert {scope for scopes in ROLES.values() for scope in scopes} <= set(SCOPES)
    assert expanded(ROLES["admin"]) == set(SCOPES)
    for role in ("viewer", "auditor"):
        assert not expanded(ROLES[role]) & {"jobs", "worklist", "admin"}, "they change nothing"
