"""What is sent to the service as a file: nothing of a stranger's is kept, and of others' what could be used."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from schoolimprove.accounts.roles import Role
from schoolimprove.documents.uploads import LARGEST
from tests.factories.accounts import UserFactory
from tests.factories.schools import LocalAuthorityFactory, appointed
from tests.integration.signing_in import signed_in

pytestmark = pytest.mark.django_db
PIECE = 64 * 1024
"""Bytes that are read of a request at once."""


def sent(client: Client, address: str, size: int, **fields: str) -> Any:
    file = SimpleUploadedFile("schools.csv", b"x" * size)
    return client.post(address, {**fields, "uploads": file})


def test_a_strangers_file_is_let_go_and_the_rest_of_the_form_is_read(client: Client) -> None:
    response = sent(client, "/sign-in/", LARGEST // 2, email="nobody@example.org", password="x")
    assert dict(response.wsgi_request.FILES) == {}
    assert "The email address or password is not correct" in response.content.decode()


def test_nobody_fills_the_disk_through_a_page_that_takes_no_files() -> None:
    client = signed_in(UserFactory.create())
    response = sent(client, "/account/name/", 2 * LARGEST, name="Wren")
    assert LARGEST < response.wsgi_request.FILES["uploads"].size <= LARGEST + PIECE
    assert response.status_code == 302


def test_an_import_may_be_larger_than_an_attachment() -> None:
    client = signed_in(appointed(Role.SYSTEM_ADMINISTRATOR, authority=LocalAuthorityFactory.create()))
    response = sent(client, reverse("admin:schools_importrun_add"), LARGEST + 2 * PIECE)
    assert response.wsgi_request.FILES["uploads"].size == LARGEST + 2 * PIECE


def test_more_files_than_any_form_takes_are_refused() -> None:
    client = signed_in(UserFactory.create())
    files = [SimpleUploadedFile(f"{number}.csv", b"x") for number in range(31)]
    assert client.post("/account/name/", {"name": "Wren", "uploads": files}).status_code == 400
