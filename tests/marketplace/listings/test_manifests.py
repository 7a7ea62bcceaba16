"""A manifest is one text for one set of files, whatever order they come in."""

from __future__ import annotations

import hashlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.listings.manifests import Artefact, MalformedManifest, manifest_of

HASH = hashlib.sha256(b"").hexdigest()
artefacts = st.builds(
    Artefact,
    name=st.from_regex(r"[a-z0-9]{1,6}", fullmatch=True),
    size_bytes=st.integers(0, 2**40 - 1),
    sha256=st.binary(max_size=3).map(lambda some: hashlib.sha256(some).hexdigest()),
)
some_files = st.lists(artefacts, min_size=1, max_size=8, unique_by=lambda file: file.name)


def file(name: str, **overrides) -> Artefact:
    return Artefact(**{"name": name, "size_bytes": 1, "sha256": HASH, **overrides})


def test_the_bytes_of_a_manifest_are_exactly_these():
    made = manifest_of([file("b.bin", size_bytes=7), file("a/说明.md", sha256=HASH.upper())])

    assert made.document.decode() == (
        '{"files":[{"name":"a/说明.md","sha256":"' + HASH + '","size_bytes":1},'
        '{"name":"b.bin","sha256":"' + HASH + '","size_bytes":7}],"format":1}'
    )
    assert made.sha256 == hashlib.sha256(made.document).hexdigest()
    assert made.size_bytes == 8


@given(some_files, st.randoms())
def test_order_does_not_matter_and_every_byte_does(files, random):
    shuffled = random.sample(files, len(files))
    made = manifest_of(files)

    assert manifest_of(shuffled).document == made.document
    assert {line["name"] for line in json.loads(made.document)["files"]} == {
        one.name for one in files
    }
    changed = [file(files[0].name, size_bytes=files[0].size_bytes ^ 1), *files[1:]]
    assert manifest_of(changed).sha256 != made.sha256


def test_one_name_has_one_spelling():
    composed, apart = manifest_of([file("\u00e9.bin")]), manifest_of([file("e\u0301.bin")])

    assert composed.sha256 == apart.sha256


@pytest.mark.parametrize(
    ("files", "details"),
    [
        ([], {"reason": "count"}),
        ([file("a"), file("../b")], {"position": 1, "field": "name", "reason": "path"}),
        ([file("/etc/passwd")], {"position": 0, "field": "name", "reason": "path"}),
        ([file("a\\b")], {"position": 0, "field": "name", "reason": "characters"}),
        ([file("a\x00b")], {"position": 0, "field": "name", "reason": "characters"}),
        ([file("a" * 256)], {"position": 0, "field": "name", "reason": "length"}),
        ([file("a", size_bytes=-1)], {"position": 0, "field": "size_bytes", "reason": "size"}),
        ([file("a", sha256="ab")], {"position": 0, "field": "sha256", "reason": "hash"}),
        ([file("A"), file("a")], {"position": 1, "field": "name", "reason": "repeated"}),
        ([file("a"), file("a/b")], {"position": 0, "field": "name", "reason": "folder"}),
    ],
)
def test_a_file_that_cannot_be_listed_is_named_with_what_is_wrong(files, details):
    with pytest.raises(MalformedManifest) as refused:
        manifest_of(files)

    assert refused.value.details == details
