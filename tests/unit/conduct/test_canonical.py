"""Canonical JSON as RFC 8785 has it."""

from __future__ import annotations

import json
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trialwright.conduct.canonical import canonical, parsed

# bits of a double and how ECMAScript writes it: RFC 8785, appendix B
NUMBERS = [
    ("0000000000000000", "0"),
    ("8000000000000000", "0"),
    ("0000000000000001", "5e-324"),
    ("7fefffffffffffff", "1.7976931348623157e+308"),
    ("4340000000000000", "9007199254740992"),
    ("4430000000000000", "295147905179352830000"),
    ("44b52d02c7e14af5", "9.999999999999997e+22"),
    ("44b52d02c7e14af6", "1e+23"),
    ("444b1ae4d6e2ef4e", "999999999999999700000"),
    ("444b1ae4d6e2ef50", "1e+21"),
    ("3eb0c6f7a0b5ed8c", "9.999999999999997e-7"),
    ("3eb0c6f7a0b5ed8d", "0.000001"),
    ("41b3de4355555553", "333333333.3333332"),
    ("becbf647612f3696", "-0.0000033333333333333333"),
]


@pytest.mark.parametrize(("bits", "text"), NUMBERS)
def test_numbers_are_written_as_the_standard_lists_them(bits, text):
    assert canonical(struct.unpack(">d", bytes.fromhex(bits))[0]) == text


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_every_number_reads_back_equal(value):
    assert parsed(canonical(value)) == value


def test_keys_are_sorted_by_utf_16_and_text_is_not_escaped_beyond_need():
    # the sorting example of RFC 8785, section 3.2.3
    keys = ["\u20ac", "\r", "\ufb33", "1", "\U0001f600", "\u0080", "\u00f6"]
    text = canonical(dict.fromkeys(keys, 1))
    assert list(json.loads(text)) == ["\r", "1", "\u0080", "\u00f6", "\u20ac", "\U0001f600", "\ufb33"]
    assert canonical('é\n"\u2028') == '"é\\n\\"\u2028"'


@pytest.mark.parametrize("value", [float("nan"), float("inf"), 2**53, -(2**53), "\ud800", object(), {1, 2}])
def test_what_json_cannot_hold_exactly_is_refused(value):
    with pytest.raises(ValueError, match=r".+"):
        canonical(value)


@pytest.mark.parametrize(
    "text", ['{"a":1,"a":1}', "[1.0]", "[1 ]", '{"b":1,"a":1}', "[1", "", '["\\u0041"]', "[" * 99999]
)
def test_text_that_could_be_written_another_way_is_refused(text):
    with pytest.raises(ValueError, match=r".+"):
        parsed(text)


@pytest.mark.parametrize(
    "number", ["1.0", "-0.0", "0.0", "-0", "1e-07", "1E5", "1e5", "1.50", "1.5e300", "01", "NaN", "10.0"]
)
def test_a_number_in_another_spelling_is_noticed_wherever_it_stands(number):
    for text in (f'{{"a":{number}}}', f"[{number}]", f"[1,{number},2]", f'{{"a":"x","b":[{number}]}}'):
        with pytest.raises(ValueError, match=r".+"):
            parsed(text)


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_every_number_reads_back_from_its_one_spelling(number):
    assert parsed(canonical({"a": [number, 0.5, "1.0"]})) == {"a": [number, 0.5, "1.0"]}
