"""What every list on the toolkit does, asked of each: nothing yet, many rows, order, file, formulas, and who may."""

import csv
import io
import json
from html import unescape
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from schoolimprove.pages.columns import in_file, on_page
from tests.factories.county import County
from tests.integration.pages.samples import ListSample, list_sample, list_samples, lists, pages
from tests.integration.signing_in import signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("name_is_known")]
FORMULA = "=HYPERLINK(0)"
LISTS = sorted(lists())


def test_every_list_has_a_sample(county: County) -> None:
    assert LISTS
    assert set(list_samples(county)) == set(LISTS)


@pytest.fixture(params=LISTS)
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def sample(county: County, name: str) -> ListSample:
    return list_sample(name, county)


def text_of(response: Any) -> str:
    return unescape(b"".join(response).decode("utf-8-sig"))


def file_of(client: Client, name: str, kind: str, query: str = "") -> str:
    return text_of(client.get(reverse(f"{name}_export", args=[kind]) + query))


def cells_of(page: str) -> int:
    return page.count("<tr") - page.count("<thead")


def test_an_empty_list_says_what_to_do_next(sample: ListSample, name: str) -> None:
    page = text_of(signed_in(sample.reader).get(reverse(name)))
    assert pages()[name].nothing.title in page
    assert pages()[name].nothing.text in page
    assert "export.csv" not in page


def test_a_list_that_is_narrowed_to_nothing_says_so(sample: ListSample, name: str) -> None:
    sample.make(1, "A word")
    page = text_of(signed_in(sample.reader).get(f"{reverse(name)}?{sample.filtered}"))
    assert "No results." in page


def test_many_rows_take_as_many_queries_as_few(sample: ListSample, name: str) -> None:
    client = signed_in(sample.reader)
    client.get(reverse(name))
    counts = []
    for count in (2, 8):
        sample.make(count, "A word")
        taken = []
        for path in (reverse(name), reverse(f"{name}_export", args=["csv"])):
            with CaptureQueriesContext(connection) as queries:
                text_of(client.get(path))
            taken.append(len(queries))
        counts.append(taken)
    assert counts[0] == counts[1]


def test_the_file_has_the_rows_of_the_page_in_its_order(sample: ListSample, name: str) -> None:
    sample.make(5, "A word")
    client = signed_in(sample.reader)
    view = pages()[name]
    assert {each.name for each in on_page(view.columns)} <= {each.name for each in in_file(view.columns)}
    for sort in ["", *(f"{sign}{each.name}" for each in view.columns if each.sort for sign in ("", "-"))]:
        query = f"?sort={sort}" if sort else ""
        page = text_of(client.get(reverse(name) + query))
        rows = json.loads(file_of(client, name, "json", query))["rows"]
        assert cells_of(page) == len(rows) == 5, sort
        named = [each.name for each in view.columns if each.name in ("school", "name")] or [view.columns[0].name]
        in_order = sort.removeprefix("-") or named[0]
        first = next(each for each in in_file(view.columns) if each.name == in_order)
        shown = [str(row[first.name]) for row in rows if not str(row[first.name])[:4].isdecimal()]
        table = page.partition("<tbody")[2]
        places = [table.index(value) for value in dict.fromkeys(shown)]
        assert places == sorted(places), sort


def test_each_order_is_an_order_and_its_reverse(sample: ListSample, name: str) -> None:
    sample.make(5, "A word")
    client = signed_in(sample.reader)
    for column in (each for each in pages()[name].columns if each.sort):
        up, down = (
            [
                row[column.name]
                for row in json.loads(file_of(client, name, "json", f"?sort={sign}{column.name}"))["rows"]
            ]
            for sign in ("", "-")
        )
        assert up == sorted(up), column.name
        assert down == sorted(up, reverse=True), column.name


@pytest.mark.parametrize(
    "query",
    ["sort=nothing", "sort=-nothing", "page=99", "page=x", "sort=%00", f"district={'9' * 30}", f"since_0={'9' * 12}"],
)
def test_an_address_that_asks_for_what_is_not_there_is_a_list_all_the_same(
    sample: ListSample, name: str, query: str
) -> None:
    sample.make(1, "A word")
    assert signed_in(sample.reader).get(f"{reverse(name)}?{query}").status_code == 200


def test_what_somebody_typed_is_no_formula_in_the_file_and_no_markup_on_the_page(sample: ListSample, name: str) -> None:
    sample.make(1, FORMULA)
    client = signed_in(sample.reader)
    cells = [cell for row in csv.reader(io.StringIO(file_of(client, name, "csv"))) for cell in row]
    assert f"'{FORMULA}" in cells
    assert FORMULA not in cells
    sample.make(1, "<b>bold</b>")
    assert "<b>bold</b>" not in client.get(reverse(name)).content.decode()


def test_whoever_may_not_read_the_list_gets_neither_page_nor_file(sample: ListSample, name: str) -> None:
    client = signed_in(sample.outsider)
    assert client.get(reverse(name)).status_code == 403
    assert client.get(reverse(f"{name}_export", args=["csv"])).status_code == 403
