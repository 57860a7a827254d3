"""The page for those who use a keyboard, a screen reader, or need contrast: every state of it is audited."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from audit import audit
from map_page import MapPage
from selenium.webdriver.common.keys import Keys

Act = Callable[[MapPage], Any]
FOCUSED = """
const one = document.activeElement;
if (!one || one === document.body) return null;
const style = getComputedStyle(one), box = one.getBoundingClientRect();
return {
  what: one.id || one.getAttribute('aria-label') || one.textContent.trim().slice(0, 30),
  seen: style.outlineStyle !== 'none' || style.borderTopColor !== style.backgroundColor && one.matches('input, select'),
  shown: box.width > 0 && box.height > 0,
};
"""
# Contrast of two colours of the style sheet, as WCAG 2 has it.
CONTRAST = """
const paint = document.createElement('canvas').getContext('2d', {willReadFrequently: true});
const light = (name) => {
  const probe = document.createElement('i');
  probe.style.color = `var(${name})`;
  document.body.append(probe);
  paint.fillStyle = getComputedStyle(probe).color;
  probe.remove();
  paint.fillRect(0, 0, 1, 1);
  const [r, g, b] = [...paint.getImageData(0, 0, 1, 1).data].map((part) => part / 255)
    .map((part) => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};
const [one, other] = [light(arguments[0]), light(arguments[1])];
return (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
"""


def click(selector: str, seen: str | None = None) -> Act:
    """Return an act that clicks something, and waits until something else is there."""

    def act(page: MapPage) -> None:
        page.until(lambda: page.all(selector), f"no {selector}")
        page.find(selector).click()
        if seen is not None:
            page.until(lambda: page.all(seen), f"no {seen}")

    return act


def unfold_filters(page: MapPage) -> None:
    """Open filters of several kinds."""
    click("#tab-filters", ".filter-name")(page)
    for name in page.all(".filter-name"):
        name.click()
    page.until(lambda: page.all(".histogram svg") and page.all(".filter-body .value"), "the filters stay empty")


def open_row(page: MapPage) -> None:
    """Open the row of a point, beside a card."""
    page.point_at(*page.free_pixel())
    page.until(lambda: page.all("#card"), "no card")
    page.drag(page.free_pixel(), (0, 0))
    page.until(lambda: page.all("#detail[aria-busy=false]"), "no details")


def several(page: MapPage) -> None:
    """Select by two conditions, one of which is wrong."""
    page.find("#search").send_keys(Keys.ENTER)
    page.port("zoom(1)")
    page.find("#search").clear()
    page.find("#search").send_keys("strong")
    page.until(lambda: page.all(".chips .join"), "no second condition")


def table(page: MapPage) -> None:
    """Open the drawer with the table."""
    click("#rows", "#as-table")(page)
    click("#as-table", "#table .line[data-row]")(page)


def cards(page: MapPage) -> None:
    """Put the menu of the columns away, and turn to cards."""
    page.press(Keys.ESCAPE)
    click("#as-cards", ".grid-card")(page)


def open_row_by_finger(page: MapPage) -> None:
    """Open the row of a point where there is no mouse."""
    page.port("visit(7, 9)")
    page.rest()
    page.drag(page.free_pixel(180, 330), (0, 0))
    page.until(lambda: page.all("#detail[aria-busy=false]"), "no details")


DESKTOP: dict[str, Act] = {
    "first view": lambda _: None,
    "filters": unfold_filters,
    "tags": click("#tab-tags", ".tab-content .none"),
    "topics": click("#tab-topics", "[role=tree]"),
    "legend of a category": lambda page: page.color_by("column:country"),
    "legend of numbers": lambda page: page.color_by("column:price"),
    "search": lambda page: page.search("coffee"),
    "two conditions": several,
    "look": click("#look", ".popover-card"),
    "export": click("#export", "#export-png"),
    "time": click("#time-open", "#time .bars"),
    "row": open_row,
    "table": table,
    "columns": click("#columns", ".columns-menu"),
    "cards": cards,
}
PHONE: dict[str, Act] = {
    "first view": lambda _: None,
    "legend": click("#legend-fold", "#legend .entry"),
    "sheet": click(".fold", ".tab"),
    "filters": unfold_filters,
    "sheet away": click(".fold"),
    "row": open_row_by_finger,
}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(
    ("states", "width", "height"), [(DESKTOP, 1280, 800), (PHONE, 360, 740)], ids=["desktop", "phone"]
)
def test_an_audit_finds_nothing_in_any_state(
    page: MapPage, states: dict[str, Act], width: int, height: int, scheme: str
) -> None:
    page.open(width=width, height=height)
    page.emulate({"prefers-color-scheme": scheme})
    page.until(lambda: page.driver.execute_script("return document.documentElement.dataset.theme !== ''"), "no theme")
    wrong: dict[str, list[str]] = {}
    for name, act in states.items():
        act(page)
        page.rest()
        if found := audit(page):
            wrong[name] = found
    assert "\n".join(f"{name}:\n  " + "\n  ".join(found) for name, found in wrong.items()) == ""


@pytest.fixture
def focused(page: MapPage) -> Callable[[], dict[str, Any] | None]:
    """Return what has the focus now; None is the window itself."""
    return lambda: page.driver.execute_script(FOCUSED)


def test_the_tab_key_goes_through_all_and_out_again(
    page: MapPage, focused: Callable[[], dict[str, Any] | None]
) -> None:
    way: list[dict[str, Any]] = []
    for _ in range(80):
        page.press(Keys.TAB)
        now = focused()
        if now is None:
            break
        way.append(now)
    else:
        pytest.fail(f"the Tab key is caught: {[one['what'] for one in way[-6:]]}")
    assert [one["what"] for one in way if not (one["seen"] and one["shown"])] == []
    names = [one["what"] for one in way]
    # What one finds with, then the map, then what it is told, then what its colours mean.
    order = [names.index(name) for name in ("search", "tab-topics", "map", "tool-lasso", "theme", "color-by")]
    assert order == sorted(order)
    page.chord(Keys.SHIFT, Keys.TAB)
    assert focused() is not None


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_colours_of_the_style_sheet_have_contrast(page: MapPage, scheme: str) -> None:
    page.emulate({"prefers-color-scheme": scheme})
    texts = [
        ("--ink", "--panel"),
        ("--soft", "--panel"),
        ("--soft", "--field"),
        ("--accent", "--panel"),
        ("--trouble", "--panel"),
    ]
    graphics = [("--accent", "--paper"), ("--accent", "--field"), ("--soft", "--paper")]
    for least, pairs in ((4.5, texts), (3.0, graphics)):
        contrasts = {pair: page.driver.execute_script(CONTRAST, *pair) for pair in pairs}
        assert {pair: contrast for pair, contrast in contrasts.items() if contrast < least} == {}


def test_counts_are_said_as_they_change(page: MapPage) -> None:
    watch = """
    window.heard = [];
    for (const one of document.querySelectorAll('[role=status]')) {
      const hear = new MutationObserver(() => window.heard.push(one.textContent));
      hear.observe(one, {childList: true, characterData: true, subtree: true});
    }
    """
    page.driver.execute_script(watch)
    found = page.search("coffee")
    heard = page.driver.execute_script("return window.heard")
    assert any(f"{found:,} matches" in one for one in heard)
    assert any(f"{found:,} of" in one for one in heard)


def test_keys_draw_a_lasso(page: MapPage) -> None:
    page.find("#tool-lasso").click()
    page.press("l")
    page.chord(Keys.SHIFT, Keys.ARROW_LEFT)
    page.press(Keys.ENTER)
    for arrow in (Keys.ARROW_UP, Keys.ARROW_RIGHT, Keys.ARROW_DOWN):
        page.chord(Keys.SHIFT, arrow)
        page.chord(Keys.SHIFT, arrow)
        page.press(Keys.ENTER)
    assert page.find("#said").get_property("textContent") == "Corner 4 set."
    page.press(Keys.ENTER)
    page.until(lambda: page.find("#selected").get_dom_attribute("aria-busy") == "false", "no answer")
    page.until(lambda: "selected" in page.find("#selected").text, "nothing is selected")
    caught = int(page.find("#selected").get_dom_attribute("data-count") or -1)
    assert 0 < caught < 5_997
    assert page.view.zoom == 1
