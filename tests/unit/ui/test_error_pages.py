"""What is said when something went wrong: drawn without a request, a session or a database."""

import pytest
from django.template.loader import render_to_string

from .drawing import elements

PAGES = {
    "400.html": "The service could not read your request",
    "403.html": "You cannot do this",
    "403_csrf.html": "This page is out of date",
    "404.html": "Page not found",
    "500.html": "Sorry, there is a problem with the service",
}


@pytest.mark.parametrize("name", PAGES)
def test_an_error_page_says_what_happened_and_leads_on(name: str) -> None:
    page = render_to_string(name)
    assert page.count("<h1") == 1
    assert f"{PAGES[name]}</h1>" in page
    assert f"<title>{PAGES[name]} – School improvement</title>" in page
    assert elements(page, "a", href="/")
    assert not elements(page, "form")
