"""Somebody at the keyboard: every element is reached by the Tab key, and shows that it is."""

from playwright.sync_api import Page

FARTHEST = 150
"""More presses of the Tab key than any page needs."""

# The name of what has focus, whether that shows, and whether it lies open in the window.
REACHED = """() => {
    const at = document.activeElement
    if (at === document.body) return null
    const shown = at.matches('.govuk-radios__input, .govuk-checkboxes__input') ? at.labels[0] : at
    const styles = [[at, ''], [shown, '::before'], [shown, '']].map(([one, part]) => getComputedStyle(one, part))
    const drawn = styles.some(style => style.boxShadow !== 'none' || parseFloat(style.outlineWidth) > 0)
    const box = shown.getBoundingClientRect()
    const over = document.elementFromPoint(box.x + Math.min(box.width, 20) / 2, box.y + Math.min(box.height, 20) / 2)
    const words = at.getAttribute('aria-label') || at.labels?.[0]?.textContent || at.textContent || at.value
    return {
        name: words.trim().replace(/\\s+/g, ' '),
        is_seen: at.matches(':focus-visible') && drawn,
        is_open: Boolean(over && (shown.contains(over) || over.contains(shown) || at.contains(over))),
    }
}"""


class Keyboard:
    """The keys of one page. A name is the beginning of what is heard: the label, or the words of a link or a button."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def reach(self, name: str) -> None:
        """Tab until it has focus; everything on the way must show that it has, and lie open."""
        passed: list[str] = []
        for _ in range(FARTHEST):
            self.page.keyboard.press("Tab")
            reached = self.page.evaluate(REACHED)
            if reached is None:
                passed.append("(the end of the page)")
                continue
            assert reached["is_seen"], f"The focus is not seen on {reached['name']}"
            assert reached["is_open"], f"Something lies over {reached['name']}"
            if reached["name"].startswith(name):
                return
            passed.append(reached["name"])
        raise AssertionError(f"{name} is not reached by the Tab key, which goes over {passed}")

    def enter(self, name: str, key: str = "Enter") -> None:
        """Follow a link, or send a form by its button; the next page is there."""
        self.reach(name)
        with self.page.expect_navigation():
            self.page.keyboard.press(key)

    def space(self, name: str) -> None:
        """Tick a box, or open a fold."""
        self.reach(name)
        self.page.keyboard.press("Space")

    def choose(self, first: str, wanted: str) -> None:
        """One of several radios: the Tab key reaches the first, the arrow keys the others."""
        self.reach(first)
        self.page.keyboard.press("Space")
        for _ in range(FARTHEST):
            if self.page.evaluate(REACHED)["name"].startswith(wanted):
                return
            self.page.keyboard.press("ArrowDown")
        raise AssertionError(f"{wanted} is not reached by the arrow keys")

    def write(self, name: str, text: str) -> None:
        self.reach(name)
        self.page.keyboard.press("ControlOrMeta+A")
        self.page.keyboard.type(text)
