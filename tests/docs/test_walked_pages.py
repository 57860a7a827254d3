"""From an empty folder to one's own plugin by one page of documentation, word for word."""

from __future__ import annotations

from pathlib import Path

import pytest
from fences import WALKED, agrees, named
from walking import lent, script, walk, wheel

pytestmark = pytest.mark.plugins


@pytest.fixture(scope="module")
def lending(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return lent(tmp_path_factory.mktemp("lent"))


@pytest.fixture(scope="module")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return wheel(tmp_path_factory.mktemp("wheels"))


@pytest.mark.slow
@pytest.mark.parametrize("page", WALKED, ids=named)
def test_the_page_leads_where_it_says(page: Path, tmp_path: Path, lending: Path, wheels: Path) -> None:
    walk(page, tmp_path, lending, wheels)


@pytest.mark.parametrize(
    ("blocks", "fault"),
    [
        ("```sh\necho one two\n```\n\n```text output\none\n```\n", "printed\none two\n\nand the page says\none"),
        ("```sh\ncd /\n```\n\n```sh\npwd >&2\nfalse\n```\n", "stops here:\ncd /\npwd >&2\nfalse\n/\n"),
    ],
)
def test_a_page_that_leads_elsewhere_is_found(blocks: str, fault: str, tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(blocks, encoding="utf-8")
    with pytest.raises(AssertionError) as found:
        walk(page, tmp_path, tmp_path, tmp_path)
    assert fault in str(found.value)


PAGE = """
```sh
echo begun
```

```text output
begun
```

```python
x = 1
```

```text
not run
```

```python
print(x)
```

```python file=made/here.py
y = 2
```
"""


def test_python_between_two_shell_blocks_is_one_session(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(PAGE, encoding="utf-8")
    text, expected = script(page, tmp_path)
    assert text.count("run_blocks.py") == 1
    assert list(expected.values()) == ["begun"]


@pytest.mark.parametrize(
    ("wanted", "printed", "same"),
    [("a\n...\nd", "a\nb\nc\nd\n", True), ("a\n...", "a", True), ("...\nb", "a\n", False), ("a", "a\nb", False)],
)
def test_three_dots_stand_for_any_lines(wanted: str, printed: str, same: bool) -> None:
    assert agrees(wanted, printed) is same
