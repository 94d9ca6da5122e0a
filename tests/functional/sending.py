"""Forms found on a page and sent wrongly, and lists that are asked for what is not there.

Everything happens in a transaction that is rolled back: the demonstration stays as it is.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from typing import Any
from urllib.parse import urlencode, urljoin

from django.db import transaction
from django.test import Client
from playwright.sync_api import Page

Data = dict[str, list[str]]
UNTYPED = ("checkbox", "radio", "file")
NOWHERE = "zzzz"
NONSENSE = {"email": "wrong", "numeric": "99", "decimal": "-1"}
NONE_FOUND = re.compile(rb'app-list__found"[^>]*>0 ')

# The forms of a page; those of its frame are the same everywhere.
FORMS = """() => [...document.forms].filter(form => !form.closest('header')).map(form => ({
    method: form.method,
    action: form.getAttribute('action') ?? '',
    filters: form.matches('.app-filter'),
    fields: [...form.elements].filter(each => each.name && !each.matches('button, fieldset')).map(each => ({
        name: each.name,
        kind: each.type,
        mode: each.inputMode || each.type,
        value: each.value,
        options: [...each.options ?? []].map(option => option.value),
    })),
    buttons: [...form.querySelectorAll('button:not([type=button])')].map(each => [each.name, each.value]),
}))"""


@dataclass(frozen=True)
class Field:
    name: str
    kind: str
    mode: str
    value: str
    options: list[str]

    def nothing(self) -> list[str]:
        """What it sends when it is left alone, or what was in it is taken out."""
        if self.kind == "hidden":
            return [self.value]
        if self.kind in UNTYPED:
            return []
        return ["" if "" in self.options or not self.options else self.options[0]]

    def nonsense(self) -> list[str]:
        """What it sends when it is filled wrongly, where it can be."""
        if self.kind in ("hidden", *UNTYPED) or self.options:
            return self.nothing()
        return [NONSENSE.get(self.mode, "x")]


@dataclass(frozen=True)
class Form:
    """A form; `buttons` are their names and values."""

    method: str
    action: str
    filters: bool
    fields: list[Field]
    buttons: list[tuple[str, str]]

    def filled(self, said: Mapping[str, str | list[str]]) -> Data:
        """Return what its first button sends after the user filled in what they `said`, and left the rest."""
        data: Data = {name: [value] for name, value in self.buttons[:1] if name}
        for each in self.fields:
            if each.name in said:
                given = said[each.name]
                data[each.name] = [given] if isinstance(given, str) else given
            elif each.kind not in UNTYPED:
                data.setdefault(each.name, []).append(each.value)
        return data


@dataclass(frozen=True)
class Sent:
    """What came back, and for which address."""

    address: str
    status: int
    headers: dict[str, str]
    body: bytes


def all_forms(page: Page) -> list[Form]:
    """Those of the page as it is without scripts."""
    told: list[dict[str, Any]] = page.evaluate(FORMS)
    return [Form(**{**each, "fields": [Field(**one) for one in each["fields"]]}) for each in told]


def forms(page: Page) -> list[Form]:
    """Return the forms with something to fill in."""
    return [form for form in all_forms(page) if any(each.kind != "hidden" for each in form.fields)]


def refusal(client: Client, address: str, form: Form) -> Sent | None:
    """The first answer that names errors: to nothing at all, then to nonsense, by each button."""
    for fill, (name, value) in product((Field.nothing, Field.nonsense), form.buttons):
        data: Data = {name: [value]} if name else {}
        for each in form.fields:
            data.setdefault(each.name, []).extend(fill(each))
        answer = sent(client, address, form, data)
        if b"govuk-error-summary" in answer.body or b"govuk-error-message" in answer.body:
            return answer
    return None


def nothing_found(client: Client, address: str, filters: Form) -> Sent | None:
    """The first answer of a list that finds nothing."""
    answers = (sent(client, address, filters, data) for data in choices(filters))
    return next((each for each in answers if NONE_FOUND.search(each.body)), None)


def choices(filters: Form) -> Iterator[Data]:
    """Words that are nowhere; then each choice alone."""
    for each in filters.fields:
        if each.kind in ("search", "text"):
            yield {each.name: [NOWHERE]}
    for each in filters.fields:
        yield from ({each.name: [value]} for value in each.options or [each.value] if value)


def asked(client: Client, address: str) -> Sent:
    """Open the address and return what comes back."""
    response = client.get(address)
    return Sent(address, response.status_code, dict(response.headers), response.getvalue())


def sent(client: Client, address: str, form: Form, data: Data) -> Sent:
    where, *place = urljoin(address, form.action).split("#")
    if form.method == "get":
        where, data = f"{where.partition('?')[0]}?{urlencode(data, doseq=True)}", {}
    with transaction.atomic():
        response = client.post(where, data) if data else client.get(where)
        transaction.set_rollback(True)
    return Sent("#".join([where, *place]), response.status_code, dict(response.headers), response.getvalue())
