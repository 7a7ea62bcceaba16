"""Numbers of versions sort by the precedence of Semantic Versioning."""

from __future__ import annotations

from functools import cmp_to_key
from itertools import zip_longest

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.listings.numbering import MalformedVersionNumber, read_version_number

# Items 9 and 11 of the specification.
ORDERED = [
    "0.9.9",
    "1.0.0-0",
    "1.0.0-2",
    "1.0.0-11",
    "1.0.0--",
    "1.0.0-alpha",
    "1.0.0-alpha.1",
    "1.0.0-alpha.beta",
    "1.0.0-alpha-1",
    "1.0.0-beta",
    "1.0.0-beta.2",
    "1.0.0-beta.11",
    "1.0.0-rc.1",
    "1.0.0",
    "1.0.1",
    "1.2.0",
    "1.10.0",
    "2.0.0-rc.1",
    "10.0.0",
]
numbers = st.integers(0, 120).map(str)
words = st.from_regex(r"[0-9]*[a-c-][0-9a-c-]*", fullmatch=True).filter(lambda text: len(text) < 9)
prereleases = st.lists(st.one_of(numbers, words), min_size=0, max_size=3)


def text(core, prerelease):
    return ".".join(core) + ("-" + ".".join(prerelease) if prerelease else "")


versions = st.builds(text, st.lists(numbers, min_size=3, max_size=3), prereleases)


def rank(part: str | None) -> tuple[int, int, str]:
    """Nothing comes before numbers, and numbers before words (item 11.4)."""
    if part is None:
        return (0, 0, "")
    return (1, int(part), "") if part.isdigit() else (2, 0, part)


def compare(one: str, other: str) -> int:
    """Item 11, word by word, apart from the code under test."""
    one_core, _, one_tail = one.partition("-")
    other_core, _, other_tail = other.partition("-")
    cores = [[int(part) for part in core.split(".")] for core in (one_core, other_core)]
    if cores[0] != cores[1]:
        return -1 if cores[0] < cores[1] else 1
    if not one_tail or not other_tail:
        return (not one_tail) - (not other_tail)
    for left, right in zip_longest(one_tail.split("."), other_tail.split(".")):
        if left != right:
            return -1 if rank(left) < rank(right) else 1
    return 0


def test_the_examples_of_the_specification_are_in_order():
    keys = [read_version_number(number).key for number in ORDERED]

    assert keys == sorted(keys)
    assert len(set(keys)) == len(ORDERED)


@given(st.lists(versions, max_size=12))
def test_any_numbers_sort_as_the_specification_says(found):
    by_key = sorted(found, key=lambda number: read_version_number(number).key)

    assert by_key == sorted(found, key=cmp_to_key(compare))


@given(versions, versions)
def test_two_numbers_have_one_key_only_where_they_are_one(one, other):
    same = read_version_number(one).key == read_version_number(other).key

    assert same is (one == other)


@pytest.mark.parametrize(
    ("number", "reason"),
    [
        ("1.0", "form"),
        ("v1.0.0", "form"),
        ("01.0.0", "form"),
        ("1.0.0-01", "form"),
        ("1.0.0-", "form"),
        ("1.0.0-a..b", "form"),
        ("1.0.0\n", "form"),
        ("1.0.٣", "form"),
        ("1.0.0-" + "a" * 60, "form"),
        ("1.0.0+build.5", "build_metadata"),
    ],
)
def test_what_is_no_number_is_refused_with_its_reason(number, reason):
    with pytest.raises(MalformedVersionNumber) as refused:
        read_version_number(number)

    assert refused.value.details == {"reason": reason}
