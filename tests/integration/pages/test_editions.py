"""What holds of every kind of edition that has its pages on the toolkit."""

from typing import Any

import pytest

from schoolimprove.pages.edition_writing import differing
from schoolimprove.pages.editions import EditionPages
from schoolimprove.policy.content import entry_kind, hints_of, without_none
from schoolimprove.policy.content_forms import ContentForm
from schoolimprove.policy.nested import load
from tests.integration.pages.samples import pages
from tests.unit.policy.test_content_forms import posted

KINDS = sorted(
    {page for page in pages().values() if issubclass(page, EditionPages)}, key=lambda page: str(page.__name__)
)


@pytest.fixture(params=KINDS, ids=lambda page: str(page.__name__))
def kind(request: pytest.FixtureRequest) -> Any:
    return request.param


def dataclasses_in(hint: Any) -> set[Any]:
    found = {hint}
    for each in hints_of(hint).values():
        inner, _optional = without_none(each)
        if entry := entry_kind(inner) or (inner if hasattr(inner, "__dataclass_fields__") else None):
            found |= dataclasses_in(entry)
    return found


def test_every_field_of_the_content_has_its_words_and_every_list_the_name_of_an_entry(kind: Any) -> None:
    assert KINDS
    for each in dataclasses_in(kind.model.CONTENT) if kind.model.CONTENT else ():
        assert list(kind.wording[each]) == list(hints_of(each)), each
        lists = [name for name, hint in hints_of(each).items() if entry_kind(hint)]
        assert all(kind.wording[each][name].one for name in lists), each


def test_what_came_with_the_service_is_shown_and_comes_back_from_the_form_as_it_was(db: None, kind: Any) -> None:
    editions = list(kind.model.objects.exclude(shipped_as=""))
    assert editions
    for edition in editions:
        assert list(edition.content_errors()) == []
        initial = {name: getattr(edition, name) for name in kind.model.FIELDS if name != "content"}
        shared = {"model": kind.model, "wording": kind.wording, "content": getattr(edition, "content", None)}
        form = ContentForm(posted(ContentForm(initial=initial, **shared)), **shared)
        assert form.errors == {}
        again = kind.model(**form.values())
        assert differing(kind, again, edition) == []
        if kind.model.CONTENT:
            assert load(kind.model.CONTENT, again.content) == load(kind.model.CONTENT, edition.content)
