"""Go through a form with a check page as a browser without scripts does."""

import re
from collections.abc import Mapping
from html import unescape
from typing import Any

from django.test import Client

from schoolimprove.records.drafts import CHECKED_FIELD


def carried_by(page: str) -> dict[str, str]:
    """Return what the button of the check page sends."""
    [form] = [each for each in re.findall(r"<form.*?</form>", page, re.DOTALL) if CHECKED_FIELD in each]
    return {name: unescape(value) for name, value in re.findall(r'name="([^"]*)" value="([^"]*)"', form)}


def read_back(client: Client, path: str, typed: Mapping[str, str]) -> str:
    """Post what was typed and return the check page."""
    page = client.post(path, typed)
    assert page.status_code == 200
    text = page.content.decode()
    assert "There is a problem" not in text
    return text


def answered(client: Client, path: str, typed: Mapping[str, str], **more: Any) -> Any:
    """Return the response to typing, checking and sending."""
    return client.post(path, carried_by(read_back(client, path, typed)), **more)
