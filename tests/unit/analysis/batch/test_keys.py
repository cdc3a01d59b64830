"""Pseudonyms: stable where their key is, worth nothing to whoever has not got it."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.batch.keys import KEY_FILE, NAMES_FILE, Pseudonyms, key_of, read_names
from analysis.errors import DataSetError


def test_a_name_has_the_same_pseudonym_in_every_batch_of_a_data_set(tmp_path: Path) -> None:
    first = Pseudonyms.read(tmp_path)
    pseudonym = first.of("Anna")
    first.write()
    again = Pseudonyms.read(tmp_path)
    assert again.of("Anna") == pseudonym
    assert read_names(tmp_path) == {pseudonym: "Anna"}


def test_the_same_name_has_another_pseudonym_in_another_data_set(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    assert Pseudonyms.read(tmp_path / "a").of("Anna") != Pseudonyms.read(tmp_path / "b").of("Anna")


def test_nobody_has_no_pseudonym(tmp_path: Path) -> None:
    assert Pseudonyms(tmp_path, b"key").of("") == ""


@given(one=st.text(min_size=1), other=st.text(min_size=1))
def test_other_names_have_other_pseudonyms(one: str, other: str) -> None:
    people = Pseudonyms(Path(), b"key")
    assert (people.of(one) == people.of(other)) == (one == other)


def test_a_key_fits_into_64_bits_and_is_never_that_of_nothing() -> None:
    keys = [key_of(str(number)) for number in range(1000)]
    assert len(set(keys)) == 1000
    assert all(0 < key < 2**63 for key in keys)


@pytest.mark.parametrize(
    ("name", "content"), [(KEY_FILE, "no key"), (KEY_FILE, ""), (NAMES_FILE, "[1]"), (NAMES_FILE, "{")]
)
def test_what_is_damaged_is_named(tmp_path: Path, name: str, content: str) -> None:
    (tmp_path / name).write_text(content)
    with pytest.raises(DataSetError, match=name):
        Pseudonyms.read(tmp_path)
