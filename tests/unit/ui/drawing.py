"""Drawing templates and forms, and reading what came out."""

from html.parser import HTMLParser
from typing import Any

from django.forms import BaseForm
from django.template import Context, Template
from django.test import RequestFactory


def draw(template: str, /, address: str = "/", **context: Any) -> str:
    """The template with our tags loaded, as if asked for at `address`."""
    loaded = "{% load components govuk crispy_forms_tags %}" + template
    return str(Template(loaded).render(Context({"request": RequestFactory().get(address), **context})))


def draw_form(form: BaseForm) -> str:
    return draw("{% crispy form %}", form=form)


class _Elements(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def elements(html: str, tag: str = "", **wanted: str) -> list[dict[str, str | None]]:
    """Attributes of the elements with that tag and those attributes."""
    parser = _Elements()
    parser.feed(html)
    return [
        attrs
        for name, attrs in parser.found
        if tag in ("", name) and all(attrs.get(key.rstrip("_")) == value for key, value in wanted.items())
    ]


def ids(html: str) -> list[str]:
    return [str(attrs["id"]) for attrs in elements(html) if "id" in attrs]
