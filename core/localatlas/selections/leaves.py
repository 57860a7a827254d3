"""The leaves of the selection language: each says of a row whether it is meant."""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from pydantic import (
    BeforeValidator,
    Field,
    StrictBool,
    StrictFloat,
    StrictInt,
    StrictStr,
    field_validator,
    model_validator,
)

from localatlas.errors import AtlasValueError
from localatlas.selections import limits
from localatlas.selections.base import Node
from localatlas.selections.moments import read_moment

__all__ = [
    "Category",
    "Duplicates",
    "Ids",
    "Lasso",
    "Meaning",
    "Neighbors",
    "Range",
    "Tag",
    "Text",
    "Topic",
]

_FieldName: TypeAlias = Annotated[str, Field(min_length=1, max_length=limits.MAX_NAME)]
_Finite: TypeAlias = Annotated[float, Field(allow_inf_nan=False)]
_Number: TypeAlias = StrictInt | Annotated[StrictFloat, Field(allow_inf_nan=False)]
_Value: TypeAlias = StrictStr | StrictBool | _Number | None
_Bound: TypeAlias = _Number | StrictStr
_Id: TypeAlias = StrictInt | StrictStr
_Point: TypeAlias = tuple[_Finite, _Finite]
_Polygon: TypeAlias = Annotated[tuple[_Point, ...], Field(min_length=3, max_length=limits.MAX_CORNERS)]
_DuplicateClass: TypeAlias = Literal["singleton", "retention candidate", "deletion candidate"]


def _several(value: object) -> object:
    return [value] if isinstance(value, str) else value


class Text(Node):
    """Rows whose text holds a word, a phrase or a pattern.

    Attributes:
        query: what to find: plain text, or an expression in RE2's syntax if `regex`.
        fields: the columns to look in, any of which will do; None is the column that was mapped.
        regex: whether `query` is an expression.
        whole_word: whether only whole words count, in any script.
        ignore_case: whether upper and lower case are alike.
    """

    type: Literal["text"] = "text"
    query: str = Field(min_length=1, max_length=limits.MAX_QUERY)
    fields: (
        Annotated[tuple[_FieldName, ...], BeforeValidator(_several), Field(min_length=1, max_length=limits.MAX_FIELDS)]
        | None
    ) = None
    regex: bool = False
    whole_word: bool = False
    ignore_case: bool = True

    @model_validator(mode="after")
    def _is_an_expression(self) -> Text:
        if self.regex:
            from localatlas.selections.text_match import check_expression

            check_expression(self.query)
        return self


class Range(Node):
    """Rows whose number, date or time lies between two bounds, both included.

    Attributes:
        field: the column.
        low: the least value: a number, or ISO 8601 text for dates and times; None leaves this end open.
        high: the greatest value, likewise; a date stands for its whole day.
    """

    type: Literal["range"] = "range"
    field: _FieldName
    low: _Bound | None = None
    high: _Bound | None = None

    @field_validator("low", "high")
    @classmethod
    def _is_a_moment(cls, bound: _Bound | None) -> _Bound | None:
        if isinstance(bound, str):
            read_moment(bound)
        return bound

    @model_validator(mode="after")
    def _is_a_range(self) -> Range:
        low, high = self.low, self.high
        if low is None and high is None:
            raise AtlasValueError("a range needs low, high or both")
        if low is None or high is None:
            return self
        if isinstance(low, str) != isinstance(high, str):
            raise AtlasValueError(f"low={low!r} and high={high!r} must both be numbers or both be dates")
        if _after(low, high):
            raise AtlasValueError(f"low={low!r} is above high={high!r}")
        return self


def _after(low: _Bound, high: _Bound) -> bool:
    if isinstance(low, str) and isinstance(high, str):
        first, last = read_moment(low), read_moment(high)
        # Without a zone on either it depends on the column.
        return (first.offset is None) == (last.offset is None) and first.first(None) > last.last(None)
    return not isinstance(low, str) and not isinstance(high, str) and low > high


class Category(Node):
    """Rows whose value is one of some.

    Attributes:
        field: the column.
        values: texts, numbers, true, false; null means rows without a value.
    """

    type: Literal["category"] = "category"
    field: _FieldName
    values: tuple[_Value, ...] = Field(max_length=limits.MAX_VALUES)


class Meaning(Node):
    """Rows that mean something like a text, or whose vectors lie near a vector.

    Give `similarity`, `k` or both: then the `k` best of those that are similar enough.

    Attributes:
        query: a text, embedded by the map's own embedder; or
        vector: a vector of the map's width.
        similarity: the least cosine similarity, -1 to 1; for maps of cosine metric.
        k: how many rows at most, the nearest first; of equal ones those uploaded first.
    """

    type: Literal["meaning"] = "meaning"
    query: str | None = Field(default=None, min_length=1, max_length=limits.MAX_MEANING)
    vector: Annotated[tuple[_Finite, ...], Field(min_length=1, max_length=limits.MAX_VECTOR)] | None = None
    similarity: float | None = Field(default=None, ge=-1, le=1)
    k: int | None = Field(default=None, ge=1)

    @model_validator(mode="after")
    def _is_whole(self) -> Meaning:
        if (self.query is None) == (self.vector is None):
            raise AtlasValueError("meaning takes either query (a text) or vector")
        if self.query is not None and not self.query.strip():
            raise AtlasValueError("query is blank")
        if self.similarity is None and self.k is None:
            raise AtlasValueError("meaning needs similarity (the least), k (how many) or both")
        return self


class Neighbors(Node):
    """The rows nearest to a row, in the space of the vectors.

    Attributes:
        id: the row.
        k: how many; the row itself is the first of them.
    """

    type: Literal["neighbors"] = "neighbors"
    id: _Id
    k: int = Field(ge=1)


class Lasso(Node):
    """Rows that lie in a polygon on the map.

    Attributes:
        polygons: corners `[x, y]` in layout coordinates, closed by themselves. Each polygon encloses by the even-odd
            rule, edges and corners included; a row in any of them is selected.
    """

    type: Literal["lasso"] = "lasso"
    polygons: tuple[_Polygon, ...] = Field(min_length=1, max_length=limits.MAX_POLYGONS)


class Topic(Node):
    """Rows of a topic.

    Attributes:
        topic_id: the topic's number; or
        depth: 1 for the broadest topics, with
        label: the topic's label at that depth.
    """

    type: Literal["topic"] = "topic"
    topic_id: int | None = Field(default=None, ge=0)
    depth: int | None = Field(default=None, ge=1)
    label: str | None = Field(default=None, max_length=limits.MAX_NAME)

    @model_validator(mode="after")
    def _names_one(self) -> Topic:
        given = (self.topic_id is not None, self.depth is not None, self.label is not None)
        if given not in ((True, False, False), (False, True, True)):
            raise AtlasValueError("topic takes either topic_id, or depth and label")
        return self


class Duplicates(Node):
    """Rows of some duplicate classes.

    Attributes:
        classes: "singleton", "retention candidate", "deletion candidate".
    """

    type: Literal["duplicates"] = "duplicates"
    classes: Annotated[tuple[_DuplicateClass, ...], BeforeValidator(_several)] = Field(min_length=1, max_length=3)


class Tag(Node):
    """Rows that have a tag.

    Attributes:
        name: of the tag.
    """

    type: Literal["tag"] = "tag"
    name: _FieldName


class Ids(Node):
    """Rows by id; ids that are not on the map select nothing.

    Attributes:
        ids: values of the id field, or of `_position_index` where there is none.
    """

    type: Literal["ids"] = "ids"
    ids: tuple[_Id, ...] = Field(max_length=limits.MAX_IDS)
