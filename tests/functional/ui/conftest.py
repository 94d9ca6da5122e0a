"""The gallery, served on a site of which it is otherwise no part. It writes nothing, so nothing is flushed after it."""

import pytest
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer


@pytest.fixture
def gallery(site: LiveServer, db: None, settings: Settings) -> str:
    """The address of the gallery."""
    settings.ROOT_URLCONF = "tests.unit.ui.urls"
    return f"{site.url}/components/"
