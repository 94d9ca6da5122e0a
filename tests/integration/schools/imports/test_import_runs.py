"""An import as it is kept: brought, checked, confirmed, applied, undone, and refused with every reason named."""

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse

from schoolimprove.accounts.models import User
from schoolimprove.accounts.roles import Role
from schoolimprove.documents.models import Blob
from schoolimprove.lib import clock
from schoolimprove.records import jobs
from schoolimprove.records.actor import Actor
from schoolimprove.records.models import AuditEvent, Job
from schoolimprove.records.transition import Blocked, Conflict, save_changes
from schoolimprove.reminders.todo import tasks_of
from schoolimprove.ui.registry import TodoItem
from schools.imports.core import runs
from schools.imports.gias.run import import_gias
from schools.imports.states import ImportStatus
from schools.models import Appointment, Diocese, District, ImportRun, LocalAuthority, School
from tests.factories.schools import AppointmentFactory, LocalAuthorityFactory, SchoolFactory, appointed
from tests.integration.schools.imports.gias_files import INVENTED, changed_file

pytestmark = pytest.mark.django_db

Brought = Callable[..., ImportRun]


@pytest.fixture
def analyst() -> User:
    return appointed(Role.ERA, authority=LocalAuthorityFactory())


@pytest.fixture
def actor(analyst: User) -> Actor:
    return Actor(analyst, Appointment.objects.get(person__user=analyst).pk)


@pytest.fixture
def brought(actor: Actor) -> Brought:
    """`brought(path, …)` is a run of these files that a worker has checked."""

    def bring(*paths: Path, only: str = "") -> ImportRun:
        run = runs.start("gias", [(path.name, path) for path in paths], only=only, by=actor)
        return worked(run)

    return bring


def worked(run: ImportRun) -> ImportRun:
    """The run after a worker did what is asked."""
    jobs.run(Job.objects.unfinished().get(key=str(run.pk)).pk)
    run.refresh_from_db()
    return run


def confirmed(run: ImportRun, by: Actor) -> ImportRun:
    runs.confirm(run, by=by, seen_version=run.version)
    return worked(run)


def undone(run: ImportRun, by: Actor) -> ImportRun:
    """The undoing of a run, confirmed when there is nothing against it."""
    undoing = worked(runs.start_undoing(run, by=by))
    return confirmed(undoing, by) if undoing.status == ImportStatus.CHECKED else undoing


def held() -> list[dict[str, Any]]:
    """Every school as it reads, by URN."""
    unread = ("id", "version", "created_at", "updated_at", "created_by_id", "updated_by_id")
    return [
        {name: value for name, value in row.items() if name not in unread}
        for row in School.objects.order_by("urn").values()
    ]


def test_confirming_while_the_worker_puts_its_check_away_is_not_lost(
    actor: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    run, end = runs.start("gias", [(INVENTED.name, INVENTED)], by=actor), jobs._end

    def end_after_somebody_confirmed(*args: Any) -> None:
        run.refresh_from_db()
        runs.confirm(run, by=actor, seen_version=run.version)
        end(*args)

    with monkeypatch.context() as patched:
        patched.setattr(jobs, "_end", end_after_somebody_confirmed)
        worked(run)
    assert worked(run).status == ImportStatus.APPLIED


def test_as_many_changes_of_other_schools_are_shown_again_before_they_are_made(
    brought: Brought, actor: Actor, tmp_path: Path
) -> None:
    import_gias([INVENTED])
    run = brought(changed_file(tmp_path, {900101: {"Town": "Elsewhere"}}))
    School.objects.filter(urn=900101).update(town="Elsewhere")
    School.objects.filter(urn=900102).update(street="A colleague’s word")
    assert confirmed(run, actor).status == ImportStatus.CHECKED
    assert School.objects.get(urn=900102).street == "A colleague’s word"


def test_a_file_with_a_name_that_no_disk_takes_is_read(actor: Actor) -> None:
    run = worked(runs.start("gias", [(f"{'é' * 130}.csv", INVENTED)], by=actor))
    assert (run.status, run.files.get().name) == (ImportStatus.CHECKED, f"{'é' * 98}.csv")


def test_undoing_leaves_a_district_that_an_administrator_has_made_their_own(brought: Brought, actor: Actor) -> None:
    run = confirmed(brought(INVENTED), actor)
    district = District.objects.order_by("pk").first()
    assert district is not None
    save_changes(district, "changed", by=actor, seen_version=1, name="Renamed")
    undone(run, actor)
    assert list(District.objects.values_list("name", flat=True)) == ["Renamed"]


def test_a_preview_says_what_would_happen_and_changes_nothing(brought: Brought) -> None:
    run = brought(INVENTED)
    assert run.status == ImportStatus.CHECKED
    assert {name: run.outcome[name] for name in ("added", "changed", "unchanged")} == {
        "added": 8,
        "changed": 0,
        "unchanged": 0,
    }
    assert not School.objects.exists()
    assert not District.objects.exists()
    assert [(file.name, file.rows, file.kind) for file in run.files.all()] == [("invented.csv", 8, "establishments")]


def test_what_was_confirmed_is_applied_once_with_who_when_and_which_file(brought: Brought, actor: Actor) -> None:
    run = confirmed(brought(INVENTED), actor)
    assert (run.status, School.objects.count()) == (ImportStatus.APPLIED, 8)
    file = run.files.get()
    assert file.blob.read() == INVENTED.read_bytes()
    assert (run.created_by, run.applied_at is not None) == (actor.user, True)
    events = AuditEvent.objects.about("schools.importrun", run.pk).order_by("pk")
    assert [event.verb for event in events] == ["asked", "check", "confirm", "apply"]
    assert {event.appointment_id for event in events} == {actor.appointment_id}
    assert School.history.filter(history_user=actor.user).count() == 8


def test_a_school_remembers_which_import_did_what_to_it(brought: Brought, actor: Actor, tmp_path: Path) -> None:
    confirmed(brought(INVENTED), actor)
    run = confirmed(
        brought(changed_file(tmp_path, {900102: {"Town": "Elsewhere", "Diocese (name)": "Diocese of There"}})), actor
    )
    school = School.objects.get(urn=900102)
    added, changed = AuditEvent.objects.about("schools.school", school.pk).order_by("pk")
    assert (added.verb, added.changes, added.school_id) == ("added by import", {}, school.pk)
    before = Diocese.objects.filter(name="Diocese of Nowhere").values_list("pk", flat=True).first()
    assert changed.changes["town"] == ["Nowhere", "Elsewhere"]
    assert changed.changes["diocese"][1] == school.diocese_id
    assert changed.changes["diocese"][0] in (None, before)
    assert (changed.run_id, changed.by, changed.verb) == (run.pk, actor.user, "changed by import")


def test_the_same_file_again_changes_nothing_and_says_so(brought: Brought, actor: Actor) -> None:
    confirmed(brought(INVENTED), actor)
    before = list(School.objects.order_by("urn").values())
    run = confirmed(brought(INVENTED), actor)
    assert (run.outcome["unchanged"], run.outcome["added"], run.outcome["changed"]) == (8, 0, 0)
    assert list(School.objects.order_by("urn").values()) == before


def test_a_preview_shows_changes_in_words_old_and_new(brought: Brought, actor: Actor, tmp_path: Path) -> None:
    confirmed(brought(INVENTED), actor)
    cells = {"OpenDate": "01-09-1999", "PhaseOfEducation (name)": "Secondary", "Diocese (name)": "Diocese of There"}
    run = brought(changed_file(tmp_path, {900102: cells}))
    (sample,) = run.outcome["samples"]
    assert sample["name"] == "Høyland Primary School (URN 900102)"
    assert ["Phase", "Primary", "Secondary"] in sample["changes"]
    assert any(label == "Diocese" and after == "Diocese of There" for label, _, after in sample["changes"])
    assert any(label == "Opened on" and after == "1 September 1999" for label, _, after in sample["changes"])


def test_the_account_has_every_change_and_runs_no_formula(brought: Brought, actor: Actor, tmp_path: Path) -> None:
    confirmed(brought(INVENTED), actor)
    run = brought(changed_file(tmp_path, {900102: {"Town": "=1+1"}, 900103: {"Town": "Elsewhere"}}))
    assert run.account is not None
    lines = list(csv.reader(run.account.read().decode("utf-8-sig").splitlines()))
    assert lines[0] == ["What", "Name", "Field", "Before", "After"]
    assert ["changed", "Høyland Primary School (URN 900102)", "Town", "Nowhere", "'=1+1"] in lines
    assert len(lines) == 3


def test_a_file_that_is_none_of_gias_is_refused_and_kept(brought: Brought, tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text("a,b\n1,2\n")
    run = brought(path)
    assert run.status == ImportStatus.REFUSED
    (sentence,) = run.refusals
    assert sentence.startswith("list.csv")
    assert run.files.get().blob.read() == b"a,b\n1,2\n"


def test_an_older_file_is_warned_of(brought: Brought, actor: Actor, tmp_path: Path) -> None:
    confirmed(brought(INVENTED), actor)
    run = brought(changed_file(tmp_path, {900101: {"LastChangedDate": "01-05-2019"}}))
    (warning,) = run.outcome["warnings"]
    assert warning.startswith("We have a later change from GIAS for 1 school than changed.csv has, up to 1 May 2021.")


def test_everything_that_was_not_taken_is_kept_as_a_row(brought: Brought, tmp_path: Path) -> None:
    run = brought(changed_file(tmp_path, {900101: {"OpenDate": "31-31-1998"}, 900102: {"URN": "none"}}))
    assert [(each.row, each.column) for each in run.rejections.all()] == [(2, "OpenDate"), (3, "URN")]
    assert run.outcome["refused"] == 1


def test_the_second_to_decide_is_told(brought: Brought, actor: Actor) -> None:
    run = brought(INVENTED)
    seen = run.version
    runs.abandon(ImportRun.objects.get(pk=run.pk), by=actor, seen_version=seen)
    with pytest.raises(Conflict):
        runs.confirm(run, by=actor, seen_version=seen)
    assert not Job.objects.unfinished().exists()


def test_what_changed_since_the_preview_is_shown_again_before_it_is_applied(brought: Brought, actor: Actor) -> None:
    run = brought(INVENTED)
    import_gias([INVENTED])
    run = confirmed(run, actor)
    assert (run.status, run.outcome["added"], run.outcome["unchanged"]) == (ImportStatus.CHECKED, 0, 8)
    assert confirmed(run, actor).status == ImportStatus.APPLIED


def test_an_import_that_changed_nothing_stands_in_nobodys_way(brought: Brought, actor: Actor) -> None:
    first = confirmed(brought(INVENTED), actor)
    again = confirmed(brought(INVENTED), actor)
    assert runs.blockers_to_undoing(again) == ["This import changed nothing, so there is nothing to undo."]
    assert undone(first, actor).status == ImportStatus.APPLIED


def decisions(user: User) -> list[TodoItem]:
    return [task for task in tasks_of(user, clock.today()) if "import" in task.title]


def test_whoever_brought_files_in_is_asked_for_them_until_they_decide(
    brought: Brought, actor: Actor, analyst: User
) -> None:
    run = brought(INVENTED)
    (ask,) = decisions(analyst)
    assert (ask.url, ask.title) == (run.get_absolute_url(), "Confirm or cancel the import")
    colleague = appointed(Role.SYSTEM_ADMINISTRATOR, authority=LocalAuthority.objects.get(code="999"))
    assert decisions(colleague) == []
    runs.abandon(run, by=actor, seen_version=run.version)
    assert decisions(analyst) == []


def test_rows_of_other_authorities_are_warned_of_where_the_own_one_is_known(brought: Brought, tmp_path: Path) -> None:
    run = brought(changed_file(tmp_path, {900101: {"LA (code)": "998", "LA (name)": "Neighbours"}}))
    (warning,) = run.outcome["warnings"]
    assert warning == (
        "1 row is of another authority than Invented County (999) in changed.csv. We keep their schools, but your "
        "colleagues cannot see them."
    )


def test_a_damaged_copy_is_refused(brought: Brought, actor: Actor) -> None:
    run = brought(INVENTED)
    path = run.files.get().blob.path
    path.chmod(0o600)
    path.write_bytes(b"URN\n")
    run = confirmed(run, actor)
    assert (run.status, run.refusals) == (
        ImportStatus.REFUSED,
        ["Our copy of invented.csv is damaged. Import the file again."],
    )
    assert not School.objects.exists()


def test_a_job_done_twice_is_done_once(brought: Brought, actor: Actor) -> None:
    run = brought(INVENTED)
    runs.confirm(run, by=actor, seen_version=run.version)
    job = Job.objects.unfinished().get()
    assert jobs.run(job.pk)
    assert not jobs.run(job.pk)
    runs._work_on(str(run.pk), lambda *_: None)
    assert AuditEvent.objects.filter(verb="apply").count() == 1
    assert School.history.count() == 8


@pytest.mark.parametrize("done_at_once", [True, False])
def test_a_worker_is_asked_for_what_is_still_to_be_done_and_for_nothing_else(
    brought: Brought, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any, *, done_at_once: bool
) -> None:
    asked: list[int] = []
    monkeypatch.setattr(jobs, "trigger", asked.append)
    with django_capture_on_commit_callbacks(execute=True):
        job = jobs.ask_for(runs.JOB, str(brought(INVENTED).pk))
        if done_at_once:
            jobs.run(job.pk)
    assert asked == ([] if done_at_once else [job.pk])


def test_an_error_is_tried_again_and_then_given_up(
    brought: Brought, actor: Actor, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    run = brought(INVENTED)
    runs.confirm(run, by=actor, seen_version=run.version)
    job = Job.objects.unfinished().get()

    def broken(*_: Any) -> None:
        raise RuntimeError("the disk is full")

    monkeypatch.setattr(runs, "_done", broken)
    for _ in range(4):
        jobs.run(job.pk)
    run.refresh_from_db()
    job.refresh_from_db()
    assert (run.status, job.state, job.attempts) == (ImportStatus.FAILED, "failed", 4)
    assert run.refusals == ["This failed 4 times. The log has the details. We changed nothing."]
    assert "the disk is full" in caplog.text


# Undoing --------------------------------------------------------------------------------------------------------------


def test_undoing_takes_out_what_was_added_and_leaves_its_history(brought: Brought, actor: Actor) -> None:
    run = confirmed(brought(INVENTED), actor)
    undoing = undone(run, actor)
    run.refresh_from_db()
    assert (undoing.status, run.status, undoing.outcome["removed"]) == (ImportStatus.APPLIED, ImportStatus.UNDONE, 8)
    assert not School.objects.exists()
    assert (District.objects.count(), Diocese.objects.count()) == (0, 0)
    assert School.history.filter(history_type="-", history_user=actor.user).count() == 8
    assert AuditEvent.objects.filter(subject_kind="schools.school", verb="removed by undoing").count() == 8
    assert confirmed(brought(INVENTED), actor).outcome["added"] == 8


def test_undoing_restores_every_field_as_it_was(brought: Brought, actor: Actor, tmp_path: Path) -> None:
    confirmed(brought(INVENTED), actor)
    before = held()
    cells = {
        "Town": "",
        "OpenDate": "",
        "CloseDate": "01-01-2030",
        "Diocese (name)": "Diocese of There",
        "Easting": "",
        "EstablishmentName": "Another Name",
        "SchoolCapacity": "7",
        "PhaseOfEducation (name)": "Secondary",
    }
    run = confirmed(brought(changed_file(tmp_path, {900101: cells, 900104: cells})), actor)
    assert held() != before
    undoing = undone(run, actor)
    assert undoing.status == ImportStatus.APPLIED, undoing.refusals
    assert held() == before
    school = School.objects.get(urn=900101)
    assert (school.version, school.search_key) == (3, school.made_search_key())
    event = AuditEvent.objects.about("schools.school", school.pk).get(verb="restored by undoing")
    assert event.changes["town"] == ["", "Nowhere"]
    assert not Diocese.objects.filter(name="Diocese of There").exists()


def test_a_school_that_someone_changed_since_stays_and_the_rest_is_undone(
    brought: Brought, actor: Actor, tmp_path: Path
) -> None:
    confirmed(brought(INVENTED), actor)
    before = held()
    towns = {n: {"Town": "Elsewhere", "NumberOfPupils": "7"} for n in (900101, 900102)}
    run = confirmed(brought(changed_file(tmp_path, towns)), actor)
    school = School.objects.get(urn=900101)
    school.town = "Somewhere"
    school.save()
    undoing = worked(runs.start_undoing(run, by=actor))
    why = "St Mary's Primary School (URN 900101): town was changed after the import."
    assert (undoing.outcome["changed"], undoing.outcome["left"]) == (1, 1)
    assert [each["changes"][0][0] for each in undoing.outcome["samples"] if each["what"] == "left"] == [why]
    assert confirmed(undoing, actor).status == ImportStatus.APPLIED
    now = {row["urn"]: row for row in held()}
    assert (now[900101]["town"], now[900101]["pupils"]) == ("Somewhere", 7)
    assert [now[row["urn"]] for row in before if row["urn"] != 900101] == [
        row for row in before if row["urn"] != 900101
    ]
    run.refresh_from_db()
    assert run.status == ImportStatus.UNDONE


def test_undoing_is_refused_when_everything_was_changed_since_and_names_each_reason(
    brought: Brought, actor: Actor, tmp_path: Path
) -> None:
    confirmed(brought(INVENTED), actor)
    run = confirmed(brought(changed_file(tmp_path, {900101: {"Town": "Elsewhere"}})), actor)
    School.objects.filter(urn=900101).update(town="Somewhere")
    before = held()
    undoing = undone(run, actor)
    assert undoing.status == ImportStatus.REFUSED
    assert undoing.refusals == ["St Mary's Primary School (URN 900101): town was changed after the import."]
    assert held() == before
    run.refresh_from_db()
    assert run.status == ImportStatus.APPLIED


def test_a_school_changed_between_the_preview_of_undoing_and_its_confirming_is_shown_again(
    brought: Brought, actor: Actor, tmp_path: Path
) -> None:
    confirmed(brought(INVENTED), actor)
    towns = {n: {"Town": "Elsewhere"} for n in (900101, 900102)}
    run = confirmed(brought(changed_file(tmp_path, towns)), actor)
    undoing = worked(runs.start_undoing(run, by=actor))
    School.objects.filter(urn=900101).update(town="Somewhere")
    again = confirmed(undoing, actor)
    assert (again.status, again.outcome["left"]) == (ImportStatus.CHECKED, 1)
    assert confirmed(again, actor).status == ImportStatus.APPLIED
    assert dict(School.objects.filter(urn__in=towns).values_list("urn", "town")) == {
        900101: "Somewhere",
        900102: "Nowhere",
    }


def test_a_change_elsewhere_on_the_same_school_is_no_reason_and_is_kept(
    brought: Brought, actor: Actor, tmp_path: Path
) -> None:
    confirmed(brought(INVENTED), actor)
    run = confirmed(brought(changed_file(tmp_path, {900101: {"Town": "Elsewhere"}})), actor)
    School.objects.filter(urn=900101).update(website="school.example")
    assert undone(run, actor).status == ImportStatus.APPLIED
    assert School.objects.values_list("town", "website").get(urn=900101) == ("Nowhere", "school.example")


def test_an_added_school_that_is_used_or_changed_stays_and_the_others_are_taken_out(
    brought: Brought, actor: Actor
) -> None:
    run = confirmed(brought(INVENTED), actor)
    AppointmentFactory.create(school=School.objects.get(urn=900101))
    School.objects.filter(urn=900102).update(town="Elsewhere")
    undoing = undone(run, actor)
    assert undoing.status == ImportStatus.APPLIED
    assert [each["changes"][0][0] for each in undoing.outcome["samples"] if each["what"] == "left"] == [
        "Høyland Primary School (URN 900102) was added by the import and changed after it.",
        "St Mary's Primary School (URN 900101) was added by the import and is used now: 1 appointment.",
    ]
    assert (undoing.outcome["removed"], undoing.outcome["left"]) == (6, 2)
    assert list(School.objects.order_by("urn").values_list("urn", flat=True)) == [900101, 900102]
    assert School.history.filter(history_type="-").count() == 6
    assert set(District.objects.values_list("name", flat=True)) == {"North", "South"}


def test_undoing_appointments_shows_whose_they_are_and_another_end_than_shown_is_shown_again(
    tmp_path: Path,
) -> None:
    admin = appointed(Role.SYSTEM_ADMINISTRATOR, authority=LocalAuthorityFactory())
    by = Actor(admin, Appointment.objects.get(person__user=admin).pk)
    SchoolFactory.create(urn=900101, name="Hilltop School")
    path = tmp_path / "people.csv"
    path.write_text("Role,Name,URN,From\nHT,Bo Example,900101,01/09/2026\n")
    run = confirmed(worked(runs.start("appointments", [(path.name, path)], by=by)), by)
    undoing = worked(runs.start_undoing(run, by=by))
    told = [(each["what"], each["name"]) for each in undoing.outcome["samples"]]
    assert told == [("removed", "Bo Example, Headteacher, Hilltop School"), ("removed", "Bo Example")]
    assert undoing.account is not None
    ImportRun.objects.filter(pk=undoing.pk).update(account=None)
    assert confirmed(undoing, by).status == ImportStatus.CHECKED


def test_only_the_newest_import_is_undone_and_then_the_one_before_it(
    brought: Brought, actor: Actor, tmp_path: Path
) -> None:
    first = confirmed(brought(INVENTED), actor)
    second = confirmed(brought(changed_file(tmp_path, {900101: {"Town": "Elsewhere"}})), actor)
    with pytest.raises(Blocked, match="was applied later"):
        runs.start_undoing(first, by=actor)
    assert undone(second, actor).status == ImportStatus.APPLIED
    assert undone(first, actor).status == ImportStatus.APPLIED
    assert not School.objects.exists()
    with pytest.raises(Blocked, match="You can undo only an import that was applied"):
        runs.start_undoing(second, by=actor)


def test_an_authority_or_district_in_use_stays_when_the_import_that_added_it_is_undone(
    brought: Brought, actor: Actor
) -> None:
    run = confirmed(brought(INVENTED), actor)
    SchoolFactory.create(district=District.objects.get(name="North"), authority=LocalAuthority.objects.get(code="999"))
    assert undone(run, actor).status == ImportStatus.APPLIED
    assert District.objects.filter(name="North").exists()
    assert School.objects.count() == 1


# Pages ----------------------------------------------------------------------------------------------------------------


def test_what_comes_from_the_command_line_is_kept_and_can_be_undone(actor: Actor) -> None:
    import_gias([INVENTED])
    run = ImportRun.objects.get()
    assert (run.status, run.files.get().blob_id) == (
        ImportStatus.APPLIED,
        Blob.objects.get(pk=run.files.get().blob_id).pk,
    )
    assert undone(run, actor).status == ImportStatus.APPLIED
    assert not School.objects.exists()


def test_a_dry_run_of_the_command_keeps_nothing() -> None:
    assert import_gias([INVENTED], dry_run=True).added == 8
    for model in (ImportRun, School, Blob):
        assert not model._default_manager.exists()


def test_an_outcome_is_plain_json(brought: Brought) -> None:
    assert json.loads(json.dumps(brought(INVENTED).outcome))["added"] == 8
    assert reverse("admin:schools_importrun_changelist").endswith("/admin/schools/importrun/")
