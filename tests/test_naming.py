from __future__ import annotations

import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st
from localatlas.errors import InvalidIdentifierError
from localatlas.naming import dataset_key, is_uuid, slugify
from localatlas.protocols import DatasetKey


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("Café Été_2", "cafe-ete-2"),
        ("My DS", "my-ds"),
        ("数据", "数据"),
        ("Отзывы 2024", "отзывы-2024"),
        ("--x--", "x"),
        ("a  b__c", "a-b-c"),
        ("50% off!", "50-off"),
    ],
)
def test_slug_keeps_letters_of_every_script(name: str, slug: str) -> None:
    assert slugify(name) == slug


@pytest.mark.parametrize("name", ["", "   ", "---", "!?", "_"])
def test_a_name_without_a_letter_is_refused(name: str) -> None:
    with pytest.raises(InvalidIdentifierError, match="no letter or digit"):
        slugify(name)


def test_a_very_long_name_is_refused() -> None:
    with pytest.raises(InvalidIdentifierError, match="at most 100"):
        slugify("x" * 101)
    with pytest.raises(InvalidIdentifierError, match="and 255 bytes"):
        slugify("数" * 86)
    assert slugify("数" * 85) == "数" * 85


@given(st.text(max_size=60))
def test_a_slug_is_its_own_slug(name: str) -> None:
    try:
        slug = slugify(name)
    except InvalidIdentifierError:
        return
    assert slugify(slug) == slug
    assert "/" not in slug
    assert slug.strip("-") == slug


def test_a_plain_name_goes_to_the_default_organization() -> None:
    assert dataset_key("Reviews") == DatasetKey("local", "reviews")


def test_an_organization_may_be_named_in_either_place() -> None:
    assert dataset_key("My Org/My DS") == dataset_key("My DS", "my org") == DatasetKey("my-org", "my-ds")


def test_two_organizations_are_refused() -> None:
    with pytest.raises(InvalidIdentifierError, match="two organizations"):
        dataset_key("one/reviews", "two")


def test_the_same_organization_twice_is_fine() -> None:
    assert str(dataset_key("one/reviews", "One")) == "one/reviews"


def test_uuid_shape() -> None:
    assert is_uuid(str(uuid.uuid4()))
    assert not is_uuid("reviews")
