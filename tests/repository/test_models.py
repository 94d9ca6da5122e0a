"""What holds of every model of ours: whom it may point to, its factory, its place in the admin, its constraints."""

import importlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.contrib import admin
from django.core.management import call_command
from django.db import IntegrityError, connection, models, transaction
from django.db.migrations.loader import MigrationLoader
from factory.django import DjangoModelFactory
from simple_history.models import HistoricalChanges

from schoolimprove.lib import clock
from tests.factories.accounts import UserFactory
from tests.processes import ROOT
from tests.source import PACKAGES
from tests.undone import undone

FLOORS = ["lib", "ui", "records", "policy", "calendar", "accounts", "documents", "reminders"]
ORDER = [*FLOORS, "schools", "behaviour", "categorisation", "interventions", "finance"]
"""App labels from the lowest: a model points to its own app and to those before it."""


def is_history(model: type[models.Model]) -> bool:
    return issubclass(model, HistoricalChanges)


OURS = [model for model in apps.get_models() if model.__module__.split(".")[0] in PACKAGES]
KEPT = [model for model in OURS if not is_history(model)]


def test_every_app_with_a_model_has_its_place_in_the_order() -> None:
    assert {model._meta.app_label for model in OURS} <= set(ORDER)


def relations(model: type[models.Model]) -> Iterator[Any]:
    """Foreign keys, one-to-ones and many-to-manys that the model declares."""
    return (field for field in model._meta.get_fields() if field.is_relation and not field.auto_created)


def points_upward(model: type[models.Model], target: type[models.Model]) -> bool:
    if target._meta.label == settings.AUTH_USER_MODEL or target._meta.app_label not in ORDER:
        return False
    return ORDER.index(target._meta.app_label) > ORDER.index(model._meta.app_label)


def test_no_model_points_to_an_app_above_its_own() -> None:
    upward = {
        f"{model._meta.label}.{field.name}": field.related_model._meta.label
        for model in OURS
        for field in relations(model)
        if field.related_model and points_upward(model, field.related_model)
    }
    assert upward == {}


def test_no_model_points_to_anything_whatever() -> None:
    """A generic foreign key would be an arrow that nobody can see."""
    assert [f"{model._meta.label}.{field.name}" for model in OURS for field in model._meta.private_fields] == []


FALLS_WITH = {
    "records.Draft.user": "Unsaved text is nobody's once its writer is gone.",
    "records.SentForm.user": "It says that a form of theirs was sent, for two days.",
    "accounts.SecretLink.user": "A link lets one person in.",
}
"""Relations that do not protect what they point to."""


def test_what_is_pointed_to_cannot_be_deleted() -> None:
    loose = [
        f"{model._meta.label}.{field.name}"
        for model in KEPT
        for field in relations(model)
        if (field.many_to_one or field.one_to_one) and field.remote_field.on_delete is not models.PROTECT
    ]
    assert [name for name in loose if name not in FALLS_WITH] == []


def test_no_exception_of_deleting_is_left_over() -> None:
    names = {f"{model._meta.label}.{field.name}" for model in KEPT for field in relations(model)}
    assert set(FALLS_WITH) <= names


# Factories.


def factories() -> dict[type[models.Model], type[DjangoModelFactory[Any]]]:
    """Model → its factory, of every module in tests/factories."""
    paths = sorted((ROOT / "tests" / "factories").glob("*.py"))
    named = [vars(importlib.import_module(f"tests.factories.{path.stem}")) for path in paths]
    classes: list[Any] = [value for names in named for value in names.values() if isinstance(value, type)]
    made = [each for each in classes if issubclass(each, DjangoModelFactory) and not each._meta.abstract]
    return {each._meta.model: each for each in made}


def test_every_model_has_a_factory() -> None:
    made = factories()
    assert [model._meta.label for model in KEPT if model not in made] == []


@pytest.mark.django_db
def test_every_factory_makes_one_with_nothing_said() -> None:
    """Each alone in an empty database, whose deferred constraints are looked at before it goes."""
    of_model, wrong = factories(), {}
    for model in KEPT:
        try:
            with undone():
                made = of_model[model].create()
                assert model._base_manager.filter(pk=made.pk).exists()
                assert str(made)
        except Exception as error:
            wrong[model._meta.label] = repr(error)
    assert wrong == {}


# The admin.

NOT_IN_ADMIN = {
    "records.AuditEvent": "Read in the chronology of what it is about; append-only.",
    "records.Draft": "What one person typed and did not save is nobody else's to read.",
    "records.SentForm": "Hashes that keep a form from being saved twice; they tell a reader nothing.",
    "records.Job": "Shown on the page of what it works on.",
    "records.ReferenceCounter": "Counts by itself.",
    "accounts.EmailLimit": "Counts the emails to an address for a day, whether or not it has an account.",
    "accounts.SecretLink": "Holds the hash of what lets somebody in.",
    "documents.Blob": "Served by the view of the app that owns the join.",
    "documents.BlobScan": "Written by the scanner.",
    "reminders.CalendarFeed": "Holds the hash of what opens somebody’s calendar.",
    "reminders.Deadline": "Opened, moved and met by verbs.",
    "reminders.Mailing": "Written by the sweep; what did not arrive is on a page of its own.",
    "reminders.Reminder": "Read by whom it is to.",
    "reminders.ReminderChoices": "Somebody's own choice.",
    "reminders.Sweep": "Written by the sweep.",
    "categorisation.Agreement": "Records are not in the admin.",
    "categorisation.CategoryDecision": "Made at meetings and imported; append-only.",
    "categorisation.CategoryMismatch": "Found by the service and settled on pages of its own.",
    "categorisation.Recommendation": "Records are not in the admin.",
    "categorisation.Round": "Opened and closed on pages of its own.",
    "schools.EstablishmentType": "Comes in with GIAS's list of types.",
    "schools.Group": "Kept on pages of its own.",
    "schools.Interest": "Declared and ended on a page of its own.",
    "schools.Membership": "Kept on the group's own page.",
    "schools.Meeting": "Planned, held and confirmed on pages of its own.",
    "schools.MeetingItem": "Decided on a page of its own.",
    "schools.Attendance": "Recorded on the page of its meeting.",
    "schools.Minutes": "Written on the page of their meeting; append-only.",
    "schools.Referral": "Sent and put on an agenda on pages of its own.",
    "schools.ImportFile": "Shown on the page of its import.",
    "schools.ImportRejection": "Shown on the page of its import.",
    "schools.SchoolContact": "Kept on the school's own page.",
    "schools.SchoolLink": "Comes in with GIAS's links.",
    "schools.AgendaItem": "Part of a visit, which is not in the admin.",
    "schools.AssuranceComment": "Records are not in the admin.",
    "schools.ContactNote": "Written and read on the school's own page.",
    "schools.Correction": "Records are not in the admin.",
    "schools.Entitlement": "Set on the school's own page.",
    "schools.FrameworkEdition": "Written and published on pages of its own.",
    "schools.Inspection": "Entered on the school's own page.",
    "schools.GovernorsMeeting": "Kept on the school's own page.",
    "categorisation.SchemeEdition": "Written and published on pages of its own by administrators and the Head.",
    "schools.Letter": "Written, issued and read on pages of its own.",
    "schools.LetterDelivery": "Shown with its letter.",
    "schools.LetterDocument": "Served with its letter.",
    "schools.LetterTemplate": "Written and published on pages of its own.",
    "schools.ProgrammeEdition": "Written and published on pages of its own by Head and DSIM.",
    "schools.RecordAction": "Records are not in the admin.",
    "schools.RecordAttachment": "Served with its record.",
    "schools.RecordDocument": "Served with its record.",
    "schools.Silence": "Records are not in the admin.",
    "schools.Standing": "Set by the verbs of what decides it.",
    "schools.Strength": "Records are not in the admin.",
    "schools.Watch": "Somebody's own bookmark.",
    "schools.TermOpening": "Opened on a page of its own.",
    "schools.Visit": "Records are not in the admin.",
    "schools.RecordOfVisit": "Records are not in the admin.",
    "schools.RecordVersion": "Records are not in the admin.",
    "schools.Response": "Records are not in the admin.",
}


def test_of_every_model_it_is_decided_whether_it_is_in_the_admin() -> None:
    undecided = [
        model._meta.label
        for model in KEPT
        if admin.site.is_registered(model) is not (model._meta.label not in NOT_IN_ADMIN)
    ]
    assert undecided == []


def test_no_decision_about_the_admin_is_left_over() -> None:
    assert set(NOT_IN_ADMIN) <= {model._meta.label for model in KEPT}


@pytest.mark.django_db
def test_nothing_of_ours_is_deleted_in_the_admin(rf: Any) -> None:
    request = rf.get("/admin/")
    request.user = UserFactory.create(is_superuser=True, is_staff=True)
    deletable = [
        model._meta.label
        for model in KEPT
        if admin.site.is_registered(model) and admin.site.get_model_admin(model).has_delete_permission(request)
    ]
    assert deletable == []


# Constraints.


CONSTRAINTS = [constraint for model in KEPT for constraint in model._meta.constraints]


def test_constraints_are_such_as_both_databases_keep() -> None:
    assert [each for each in CONSTRAINTS if type(each) not in (models.CheckConstraint, models.UniqueConstraint)] == []


def test_every_constraint_has_a_name_that_says_it() -> None:
    names = [constraint.name for constraint in CONSTRAINTS]
    assert [name for name in names if not re.fullmatch(r"[a-z][a-z0-9_]+", name) or len(name.split("_")) < 3] == []


ALONE = {
    "created": "Nobody's where the system made it.",
    "updated": "Nobody's where the system changed it.",
}
"""Stems whose person may be missing beside the moment."""


def pairs() -> Iterator[tuple[type[models.Model], str, str]]:
    """(model, when, who) of every two fields that are told together, and may both be empty."""
    for model in KEPT:
        fields = {field.name: field for field in model._meta.concrete_fields}
        for name in fields:
            stem, _, kind = name.rpartition("_")
            who = next((by for by in (f"{stem}_by", f"{stem}_by_name") if by in fields), "")
            if kind in ("at", "on") and who and stem not in ALONE and (fields[name].null or fields[who].null):
                yield model, name, who


PAIRS = [pytest.param(*pair, id=f"{pair[0]._meta.label}: {pair[1]} and {pair[2]}") for pair in pairs()]
BEGIN_WITH: dict[str, dict[str, Any]] = {
    # A proposal: shipped rows are approved by nobody, and an approved one can no longer be written to.
    "policy.PolicyRow": {"shipped": False, "approved_at": None},
}


def test_the_pairs_we_know_of_are_found() -> None:
    assert {"RecordOfVisit", "PolicyRow", "ServiceInvitation"} <= {model.__name__ for model, _when, _who in pairs()}


@pytest.mark.parametrize(("model", "when", "who"), PAIRS)
@pytest.mark.parametrize("first", [True, False], ids=["when alone", "who alone"])
@pytest.mark.django_db
def test_who_and_when_are_told_together_or_not_at_all(
    model: type[models.Model], when: str, who: str, first: bool
) -> None:
    row = factories()[model].create(**BEGIN_WITH.get(model._meta.label, {}))
    values = {when: told(model, when) if first else None, who: empty(model, who) if first else told(model, who)}
    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        model._base_manager.filter(pk=row.pk).update(**values)
    assert "violates check constraint" in str(refused.value)


def told(model: type[models.Model], name: str) -> Any:
    field = model._meta.get_field(name)
    if isinstance(field, models.ForeignKey):
        return UserFactory.create()
    if isinstance(field, models.DateTimeField):
        return clock.now()
    return clock.today() if isinstance(field, models.DateField) else "Somebody"


def empty(model: type[models.Model], name: str) -> Any:
    return None if model._meta.get_field(name).null else ""


# The database as a whole.


def test_verbs_open_their_own_transactions() -> None:
    assert connection.settings_dict["ATOMIC_REQUESTS"] is False
    assert connection.settings_dict["AUTOCOMMIT"] is True


@pytest.mark.django_db
def test_no_migration_is_missing() -> None:
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


def migrations() -> list[Path]:
    return sorted(path for package in PACKAGES for path in (ROOT / package).glob("**/migrations/0*.py"))


def test_every_migration_has_a_name_somebody_gave_it() -> None:
    names = [path.stem for path in migrations()]
    assert names
    assert [name for name in names if re.search(r"_auto(_|$)|_and_more|_\d{8}|^\d{4}$", name)] == []


def test_each_app_has_one_newest_migration() -> None:
    graph = MigrationLoader(None).graph
    ours = {model._meta.app_label for model in OURS}
    assert {label: len(graph.leaf_nodes(label)) for label in ours} == dict.fromkeys(ours, 1)


def test_the_states_that_are_written_down_are_those_of_the_code() -> None:
    call_command("write_states", "--check")
