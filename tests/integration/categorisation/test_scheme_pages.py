"""A category scheme is written, published and read through its pages."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from categorisation.models import SchemeEdition
from categorisation.schemes.models import scheme_on
from schoolimprove.accounts.models import User
from schoolimprove.accounts.roles import Role
from schoolimprove.policy.nested import dump
from schoolimprove.records.drafts import CHECKED_FIELD
from tests.factories.categorisation import SchemeEditionFactory
from tests.factories.county import TUESDAY, County
from tests.factories.schools import appointed
from tests.forms import form_to_type_in, forms_in
from tests.integration.pages.sampling import day
from tests.integration.signing_in import signed_in
from tests.unit.categorisation.test_scheme import FIVE

pytestmark = pytest.mark.django_db


@dataclass
class Browser:
    """The form of a scheme, as a browser without scripts fills it in and sends it."""

    client: Client
    path: str
    data: dict[str, Any] = field(default_factory=dict)
    page: str = ""

    def __post_init__(self) -> None:
        self.show(self.client.get(self.path))

    def show(self, response: Any) -> None:
        self.page = response.content.decode()
        assert response.status_code == 200, self.page
        self.data = dict(form_to_type_in(self.page).sent)

    def press(self, then: str) -> None:
        self.show(self.client.post(self.path, {**self.data, "then": then}))

    def add(self, name: str, **typed: Any) -> None:
        """Add an entry to a list and fill it in."""
        self.press(f"add content-{name}")
        number = self.data[f"content-{name}-entries"][0].split()[-1]
        self.data |= {f"content-{name}-{number}-{part.replace('__', '-')}": value for part, value in typed.items()}

    def save(self) -> Any:
        return self.client.post(self.path, self.data)


@pytest.fixture
def administrator(county: County) -> User:
    return appointed(Role.SYSTEM_ADMINISTRATOR, authority=county.school.authority)


def written_by(user: User) -> SchemeEdition:
    """Write the scheme of five categories through the pages, from nothing."""
    form = Browser(signed_in(user), reverse("categorisation:scheme_write"))
    form.data["title"] = "Five categories"
    for level in FIVE.levels:
        form.add(
            "levels",
            code=level.code,
            label=level.label,
            core_visits=str(level.core_visits),
            additional_visits=str(level.additional_visits),
            entitlements="\n".join(level.entitlements),
        )
    levels = {level.code: str(number) for number, level in enumerate(FIVE.levels, 1)}
    for category in FIVE.categories:
        form.add("categories", code=category.code, label=category.label, level=levels[category.level])
    numbers = {category.code: str(number) for number, category in enumerate(FIVE.categories, 1)}
    for heading in FIVE.headings:
        texts = {f"characteristics__{numbers[code]}": text for code, text in heading.characteristics.items()}
        form.add("headings", label=heading.label, **texts)
    for cause in FIVE.causes:
        form.add("causes", label=cause.label)
    for step in FIVE.quartiles:
        form.add("quartiles", from_percentile=str(step.from_percentile), category=numbers[step.category])
    for rule in FIVE.comparisons:
        pairs = [f"{grade}: {', '.join(codes)}" for grade, codes in rule.agrees_with.items()]
        form.add("comparisons", framework=rule.framework, area=rule.area, agrees_with="\n".join(pairs))
    response = form.save()
    assert response.status_code == 302, response.content.decode()
    return SchemeEdition.objects.latest("pk")


def test_five_categories_are_written_by_one_administrator_and_published_by_another(
    administrator: User, county: County, clock_at: Callable[..., object]
) -> None:
    edition = written_by(administrator)
    own, another = signed_in(administrator), signed_in(county.head)
    stored: Any = dump(FIVE)
    keys = {cause["label"]: cause["key"] for cause in edition.content["causes"]}
    stored["headings"][0]["key"] = "everything"
    stored["causes"] = [{"key": keys[cause.label], "label": cause.label} for cause in FIVE.causes]
    assert edition.content == stored
    address = reverse("categorisation:scheme", args=[edition.pk])
    assert "Another person must publish what you wrote." in own.get(address).content.decode()
    assert own.get(f"{address}publish/").status_code == 403
    assert signed_in(county.sip).get(address).status_code == 404
    path = f"{address}publish/"
    data = {**form_to_type_in(another.get(path).content.decode()).sent, **day("published_from", TUESDAY)}
    page = another.post(path, data).content.decode()
    [checked] = [each.sent for each in forms_in(page) if CHECKED_FIELD in each.sent]
    assert another.post(path, checked).status_code == 302
    assert scheme_on(TUESDAY) == edition
    read = signed_in(county.headteacher).get(address).content.decode()
    assert "So it is" in read
    assert "Begin a new category scheme" not in read
    assert str(county.head) in read


def test_what_a_draft_lacks_is_on_its_page_and_stops_its_publishing(administrator: User, county: County) -> None:
    form = Browser(signed_in(administrator), reverse("categorisation:scheme_write"))
    form.data["title"] = "Nothing yet"
    form.add("causes", label="Budget")
    assert form.save().status_code == 302
    edition = SchemeEdition.objects.latest("pk")
    head, address = signed_in(county.head), reverse("categorisation:scheme", args=[edition.pk])
    page = head.get(address).content.decode()
    assert "Enter at least one category." in page
    assert "Publish: Correct what is wrong with the draft first." in page
    assert f'href="{address}publish/"' not in page
    answer: Any = head.get(f"{address}publish/")
    assert answer.url == address


def test_a_code_is_renamed_everywhere_and_a_category_is_put_between_two_others(administrator: User) -> None:
    shipped = SchemeEdition.objects.get()
    form = Browser(signed_in(administrator), reverse("categorisation:scheme_begin", args=[shipped.pk]))
    form.data["content-categories-1-code"] = "A"
    form.add("categories", code="B", label="Very good", level="1")
    for _ in range(3):
        form.press("up content-categories-5")
    assert "Very good" in form.page
    assert form.save().status_code == 302
    edition = SchemeEdition.objects.latest("pk")
    content = edition.content
    assert [each["code"] for each in content["categories"]] == ["A", "B", "2", "3", "4"]
    assert content["quartiles"][0]["category"] == "A"
    assert set(content["headings"][0]["characteristics"]) == {"A", "2", "3", "4"}
    assert [each["key"] for each in content["headings"]] == [each["key"] for each in shipped.content["headings"]]
    assert "Very good" in form.client.get(reverse("categorisation:scheme", args=[edition.pk])).content.decode()


def test_a_user_who_saves_second_sees_where_the_drafts_differ_and_keeps_their_text(administrator: User) -> None:
    draft = SchemeEditionFactory.create()
    path = reverse("categorisation:scheme_edit", args=[draft.pk])
    first, second = (Browser(signed_in(administrator), path) for _ in range(2))
    first.data["content-causes-1-label"] = "Results"
    assert first.save().status_code == 302
    second.data["content-causes-1-label"] = "Attendance"
    second.press("add content-levels")
    lost = second.save()
    page = lost.content.decode()
    assert lost.status_code == 409
    assert all(words in page for words in ("What differs", "Results", "Attendance", "If you save again"))
    second.data = dict(form_to_type_in(page).sent)
    assert second.save().status_code == 302
    draft.refresh_from_db()
    assert draft.content["causes"][0]["label"] == "Attendance"
    assert len(draft.content["levels"]) == 3


def test_what_was_typed_and_not_saved_is_in_the_form_again_with_its_entries(administrator: User) -> None:
    client, path = signed_in(administrator), reverse("categorisation:scheme_write")
    form = Browser(client, path)
    form.data["title"] = "Half written"
    form.add("causes", label="Attendance")
    form.add("causes", label="")
    kept = client.post(reverse("accounts:draft_save"), form.data)
    assert kept.status_code == 200
    again = Browser(client, path)
    assert again.data["content-causes-entries"] == ["1 2"]
    assert again.data["content-causes-1-label"] == ["Attendance"]


def test_a_draft_that_is_published_from_a_taken_day_is_refused(administrator: User, county: County) -> None:
    SchemeEditionFactory.create(published=True, published_from=TUESDAY)
    path = reverse("categorisation:scheme_publish", args=[SchemeEditionFactory.create().pk])
    head = signed_in(county.head)
    data = {**form_to_type_in(head.get(path).content.decode()).sent, **day("published_from", TUESDAY)}
    [checked] = [each.sent for each in forms_in(head.post(path, data).content.decode()) if CHECKED_FIELD in each.sent]
    answer = head.post(path, checked)
    assert answer.status_code == 200
    assert "begins on 3 November 2026 already" in answer.content.decode()


def test_the_list_has_drafts_for_those_who_write_them_and_says_what_is_in_force(
    administrator: User, county: County
) -> None:
    SchemeEditionFactory.create(title="Being written")
    SchemeEditionFactory.create(title="Since September", published=True)
    SchemeEditionFactory.create(title="From next year", published=True, published_from=date(2027, 1, 1))
    path = reverse("categorisation:schemes")
    assert "Being written" in signed_in(administrator).get(path).content.decode()
    assert "Being written" not in signed_in(county.headteacher).get(path).content.decode()
    file = b"".join(signed_in(county.headteacher).get(f"{path}export.json"))
    rows = {row["title"]: (row["published_from"], row["until"], row["in_force"]) for row in json.loads(file)["rows"]}
    assert rows == {
        "Four categories": (None, "2026-09-01", False),
        "Since September": ("2026-09-01", "2027-01-01", True),
        "From next year": ("2027-01-01", None, False),
    }


def test_who_publishes_second_sees_what_was_changed_since_they_opened_the_page(
    administrator: User, county: County
) -> None:
    draft = SchemeEditionFactory.create()
    path = reverse("categorisation:scheme_publish", args=[draft.pk])
    head = signed_in(county.head)
    data = {**form_to_type_in(head.get(path).content.decode()).sent, **day("published_from", TUESDAY)}
    form = Browser(signed_in(administrator), reverse("categorisation:scheme_edit", args=[draft.pk]))
    form.data["content-causes-1-label"] = "Results"
    assert form.save().status_code == 302
    answer = head.post(path, data)
    assert answer.status_code == 409
    assert all(words in answer.content.decode() for words in ("When you opened it", "Results", "Causes of concern"))
