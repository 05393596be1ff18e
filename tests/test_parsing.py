"""JSON and TOML that anybody may have written: whatever is wrong is a ValueError in words of the trade."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from cleanclaim.parsing import json_of, records_of, toml_of


@pytest.mark.parametrize(
    ("parse", "text", "why"),
    [
        (json_of, "[" * 100_000, "nested too deeply"),
        (json_of, '{"a":' * 100_000 + "1" + "}" * 100_000, "nested too deeply"),
        (json_of, "9" * 5_000, "a number has too many digits"),
        (json_of, "{", "Expecting property name"),
        (json_of, b"\xff\xfe\x00", "codec can't decode"),
        (toml_of, "a = " + "[" * 20_000, "nested too deeply"),
        (toml_of, "a = " + "9" * 5_000, "a number has too many digits"),
        (toml_of, "a" + ".a" * 300_000 + " = 1", "a line has more than 256 dots"),
        (toml_of, "a = 1\na = 2", "Cannot overwrite a value"),
        (records_of, b"a,b\n1,\xff\n", "it isn't CSV in UTF-8"),
        (records_of, b"a,b\n" + b"1" * 200_000, "it isn't CSV in UTF-8"),
    ],
)  # fmt: skip
def test_what_is_wrong(parse: Callable[[str | bytes], Any], text: str | bytes, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        parse(text)


def test_what_is_right() -> None:
    assert json_of('{"a": [1, 2.50]}', parse_float=Decimal) == {"a": [1, Decimal("2.50")]}
    assert toml_of("a.b = 1") == {"a": {"b": 1}}


def test_rows_of_csv() -> None:
    names, rows = records_of(b'\xef\xbb\xbfa , b\n\n 1,"2\n3",4\n5\n')
    assert names == ["a", "b"]
    assert rows == [(4, {"a": "1", "b": "2\n3"}), (5, {"a": "5"})]
    assert records_of(b"") == ([], [])
