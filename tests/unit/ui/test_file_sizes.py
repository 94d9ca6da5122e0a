"""Sizes of files in words."""

import pytest

from schoolimprove.documents.templatetags.files import size


@pytest.mark.parametrize(
    ("count", "words"),
    [
        (0, "0 bytes"),
        (1, "1 byte"),
        (1023, "1023 bytes"),
        (1024, "1 KB"),
        (86_016, "84 KB"),
        (1_048_575, "1.0 MB"),
        (1_258_291, "1.2 MB"),
        (10_485_760, "10.0 MB"),
    ],
)
def test_a_size_is_said_as_a_file_manager_says_it(count: int, words: str) -> None:
    assert size(count) == words
