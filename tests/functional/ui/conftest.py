"""The gallery, served on a site of which it is otherwise no part. It writes nothing, so nothing is flushed after it."""

from collections.abc import Iterator

import pytest
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer


@pytest.fixture(scope="session")
def gallery_server(django_db_setup: None, built_assets: None) -> Iterator[str]:
    server = LiveServer("localhost")
    yield server.url
    server.stop()


@pytest.fixture
def gallery(gallery_server: str, db: None, settings: Settings) -> str:
    """The address of the gallery."""
    settings.ROOT_URLCONF = "tests.unit.ui.urls"
    return f"{gallery_server}/components/"
