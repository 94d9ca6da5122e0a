"""Forms as a browser reads them off a page: what one can type in, and what would be sent."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

TYPED = {"text", "email", "tel", "url", "number", "search", "date"}
"""Kinds of input that take text; files and ticks are chosen."""


@dataclass
class PageForm:
    """A form of a page. `sent` is what its button would send, without the button; `typed` names the fields for text."""

    method: str
    attributes: dict[str, str | None]
    sent: dict[str, list[str]] = field(default_factory=dict)
    typed: set[str] = field(default_factory=set)
    passwords: set[str] = field(default_factory=set)

    def _send(self, name: str | None, value: str) -> None:
        if name:
            self.sent.setdefault(name, []).append(value)


def forms_in(page: str) -> list[PageForm]:
    """Return the forms in the order of the page."""
    reader = _Reader()
    reader.feed(page)
    return reader.forms


def form_to_type_in(page: str) -> PageForm:
    """Return the one form of the page that is posted and has a field for text."""
    [found] = [each for each in forms_in(page) if each.method == "post" and each.typed]
    return found


def form_of_verb(page: str) -> PageForm:
    """Return the one form of the page that does a verb to a version; it may be a button alone."""
    [found] = [each for each in forms_in(page) if each.method == "post" and "base_version" in each.sent]
    return found


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[PageForm] = []
        self._open: PageForm | None = None
        self._name: str | None = None
        self._text: list[str] | None = None
        self._options: list[tuple[bool, str]] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "form":
            self._open = PageForm((given.get("method") or "get").lower(), given)
            self.forms.append(self._open)
        elif self._open is None or "disabled" in given:
            return
        elif tag == "input":
            self._input(self._open, given)
        elif tag == "textarea":
            self._name, self._text = given.get("name"), []
            self._open.typed.add(self._name or "")
        elif tag == "select":
            self._name, self._options = given.get("name"), []
        elif tag == "option" and self._options is not None:
            self._options.append(("selected" in given, given.get("value") or ""))

    def _input(self, form: PageForm, given: dict[str, str | None]) -> None:
        kind, name, value = given.get("type") or "text", given.get("name"), given.get("value")
        if kind == "password":
            form.passwords.add(name or "")
        elif kind in ("checkbox", "radio"):
            if "checked" in given:
                form._send(name, "on" if value is None else value)
        elif kind == "hidden" or kind in TYPED:
            form._send(name, value or "")
            if kind != "hidden" and name and "readonly" not in given:
                form.typed.add(name)

    def handle_data(self, data: str) -> None:
        if self._text is not None:
            self._text.append(data)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._open = None
        elif self._open is None:
            return
        elif tag == "textarea" and self._text is not None:
            # A browser leaves out the line break that Django writes before the text.
            self._open._send(self._name, "".join(self._text).removeprefix("\r\n").removeprefix("\n"))
            self._text = None
        elif tag == "select" and self._options is not None:
            first = [value for _selected, value in self._options[:1]]
            for value in [value for selected, value in self._options if selected] or first:
                self._open._send(self._name, value)
            self._options = None
