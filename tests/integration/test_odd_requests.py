"""Requests that no page of ours makes: every address and every form is sent what nobody would type, and none breaks.

A break is an answer of 500, or an exception on its way to one.
"""

import re
from collections.abc import Iterator
from html import unescape
from typing import Any
from urllib.parse import parse_qsl, urlencode

import pytest
from django.db import transaction
from django.test import Client

from schoolimprove.accounts.roles import Role
from tests.integration.test_matrix import PARAMETERS, ROUTES, World, address, client_of, world

__all__ = ["world"]

TYPED = ["\0", "²", "9" * 5000]
"""What ends a text for a database, a digit that is no number, and far too much of one."""
ASKED = [*TYPED, "9999-12-31"]
"""With the last day there is, after which Python knows of none."""
FORM = "application/x-www-form-urlencoded"
READ_EVERYWHERE = {"page", "sort", "q", "term", "kind", "month", "from", "view", "seen_version"}
LISTS = sorted(
    name for name, needed in PARAMETERS.items() if f"{name}_export" in PARAMETERS or name.endswith(("export", ":list"))
)
ENDS_SESSIONS = {"accounts:sign_out", "accounts:sign_out_elsewhere"}
NAMED = re.compile(r'name="([^"]+)"')
LINKED = re.compile(r'href="[^"?]*\?([^"]+)"')


def reader(name: str) -> Role:
    """Somebody to whom most of such pages are open."""
    return Role.SYSTEM_ADMINISTRATOR if name.startswith("accounts:pe") else Role.DSIM


def parameters_of(page: str) -> set[str]:
    """What the page's forms and links send."""
    linked = {name for query in LINKED.findall(page) for name, _value in parse_qsl(unescape(query))}
    return (set(NAMED.findall(page)) | linked) - {"keep_token"}


def status(client: Client, method: str, path: str, *sent: Any, **more: Any) -> int:
    """What is answered, read to its end; whatever was done is undone."""
    with transaction.atomic():
        response: Any = getattr(client, method)(path, *sent, **more)
        if response.streaming:
            b"".join(response.streaming_content)
        transaction.set_rollback(True)
    return int(response.status_code)


def odd_queries(names: set[str], values: list[str]) -> Iterator[str]:
    for value in values:
        yield urlencode(dict.fromkeys(sorted(names), value))


@pytest.mark.parametrize("name", LISTS)
def test_no_list_breaks_whatever_its_address_asks(db: None, world: World, name: str) -> None:
    client = client_of(world.sessions[reader(name)])
    path = address(name, world.shared, world.users[Role.SCHOOL_LINK])
    page = client.get(path)
    names = READ_EVERYWHERE | (set() if page.streaming else parameters_of(page.content.decode()))
    answers = {query: status(client, "get", f"{path}?{query}") for query in odd_queries(names, ASKED)}
    assert {query: got for query, got in answers.items() if got >= 500} == {}


def form_of(name: str, role: Role) -> bool:
    """Whether the route is a page that this role opens."""
    return ROUTES[name].method == "get" and not name.endswith(("export", "pdf")) and ROUTES[name].shared[role] == 200


def test_no_form_breaks_whatever_is_typed(db: None, world: World) -> None:
    """Each by one of those who open it."""
    asked, broken = set(), {}
    clients = {role: client_of(world.sessions[role]) for role in (Role.DSIM, Role.HEADTEACHER, Role.SIP)}
    for name in ROUTES:
        client = next((client for role, client in clients.items() if form_of(name, role)), None)
        path = address(name, world.shared, world.users[Role.SCHOOL_LINK])
        page = client.get(path).content.decode() if client else ""
        # Every page has the form by which one signs out.
        if client is None or page.count('method="post"') < 2:
            continue
        asked.add(name)
        for query in odd_queries(parameters_of(page), TYPED):
            if (got := status(client, "post", path, query, content_type=FORM)) >= 500:
                broken[f"{path} {query[:60]}"] = got
    assert len(asked) > 20
    assert broken == {}


def test_no_number_is_too_large(db: None, world: World) -> None:
    client, broken = client_of(world.sessions[Role.DSIM]), {}
    for name, needed in PARAMETERS.items():
        path = address(name, world.shared, world.users[Role.SCHOOL_LINK])
        for number in set(re.findall(r"(?<=/)\d+(?=/)", path)) if needed else ():
            if (got := status(client, "get", path.replace(f"/{number}/", f"/{'9' * 60}/", 1))) >= 500:
                broken[f"{name} {number}"] = got
    assert broken == {}


def test_a_method_that_no_page_uses_breaks_nothing(db: None, world: World) -> None:
    client, answers = client_of(world.sessions[Role.DSIM]), {}
    for name in sorted(set(ROUTES) - ENDS_SESSIONS):
        path = address(name, world.shared, world.users[Role.SCHOOL_LINK])
        answers[name] = status(client, "trace", path)
    assert {name: got for name, got in answers.items() if got >= 500} == {}


def test_a_path_that_is_none_is_not_found(db: None, world: World) -> None:
    client = client_of(world.sessions[Role.DSIM])
    for path in ("/%00", "/schools/%00/", "/static/../../etc/passwd", "/static/%2e%2e/%2e%2e/etc/passwd", "/%ff%fe"):
        assert status(client, "get", path) in {302, 404}, path
