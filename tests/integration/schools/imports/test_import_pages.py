"""The pages of imports in the admin: who gets in, what is refused with a sentence, what can be taken away."""

import csv
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from schoolimprove.accounts.models import User
from schoolimprove.accounts.roles import Role
from schoolimprove.records import jobs
from schoolimprove.records.actor import Actor
from schoolimprove.records.models import AuditEvent, Job
from schools.imports.core import runs
from schools.models import ImportRun, School
from tests.factories.accounts import UserFactory
from tests.factories.imports import ImportRejectionFactory, ImportRunFactory
from tests.factories.schools import LocalAuthorityFactory, SchoolFactory, appointed
from tests.integration.schools.imports.gias_files import INVENTED, changed_file
from tests.integration.signing_in import signed_in as client_of

pytestmark = pytest.mark.django_db
LIST, ADD = "admin:schools_importrun_changelist", "admin:schools_importrun_add"
OF_A_RUN = ("change", "progress", "undo")


def address(name: str, run: ImportRun, *more: Any) -> str:
    return reverse(f"admin:schools_importrun_{name}", args=[run.pk, *more])


@pytest.fixture
def analyst() -> User:
    return appointed(Role.ERA, authority=LocalAuthorityFactory())


@pytest.fixture
def client(analyst: User) -> Client:
    return client_of(analyst)


def bring(client: Client, *files: Path | SimpleUploadedFile, kind: str = "gias", **fields: str) -> Any:
    sent = [SimpleUploadedFile(each.name, each.read_bytes()) if isinstance(each, Path) else each for each in files]
    return client.post(reverse(ADD), {"kind": kind, "uploads": sent, **fields})


def brought(client: Client, *files: Path) -> ImportRun:
    """The run of these files, checked."""
    assert bring(client, *files).status_code == 302
    work()
    return ImportRun.objects.latest("pk")


def taken(client: Client, page: str) -> bytes:
    """What is downloaded there, to the last byte."""
    answer: Any = client.get(page)
    assert answer.status_code == 200
    return b"".join(answer.streaming_content)


def work() -> None:
    for job in Job.objects.unfinished():
        jobs.run(job.pk)


# Who may --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.ERA, Role.SYSTEM_ADMINISTRATOR}))
def test_nobody_else_sees_an_import(role: Role) -> None:
    kinds: dict[Role, dict[str, Any]] = {Role.DEPUTY_HEAD: {"phase": "primary"}, Role.DIOCESAN_OFFICER: {}}
    scope: dict[str, Any] = kinds.get(role) or (
        {"school": SchoolFactory()} if role in (Role.HEADTEACHER, Role.SIP) else {}
    )
    client = client_of(appointed(role, **(scope or {"authority": LocalAuthorityFactory()})))
    run = ImportRunFactory.create()
    pages = [reverse(LIST), reverse(ADD), *(address(name, run) for name in OF_A_RUN)]
    answers = {page: client.get(page).status_code for page in pages}
    answers |= {verb: client.post(address(verb, run)).status_code for verb in ("confirm", "abandon", "undo")}
    # Approving policy lets the Head of service into the admin, and no further here; nobody else gets in at all.
    assert set(answers.values()) == {403 if role == Role.HEAD_OF_SERVICE else 302}
    run.refresh_from_db()
    assert (run.version, Job.objects.count()) == (1, 0)


@pytest.mark.parametrize("role", [Role.ERA, Role.SYSTEM_ADMINISTRATOR])
def test_whoever_imports_data_sees_and_decides(role: Role) -> None:
    client = client_of(appointed(role, authority=LocalAuthorityFactory()))
    run = brought(client, INVENTED)
    for page in (reverse(LIST), reverse(ADD), address("change", run), address("progress", run)):
        assert client.get(page).status_code == 200, page
    assert client.post(address("confirm", run), {"seen_version": run.version}).status_code == 302
    work()
    assert School.objects.count() == 8


def test_an_analyst_does_not_give_appointments(client: Client) -> None:
    """Roles are granted by system administrators alone (domain 10)."""
    run = ImportRunFactory.create(kind="appointments")
    assert client.get(address("change", run)).status_code == 404
    assert client.post(address("confirm", run), {"seen_version": 1}).status_code == 404
    answer = bring(client, INVENTED, kind="appointments")
    assert answer.status_code == 200
    assert "Select what you want to import from the list" in answer.content.decode()


@pytest.mark.parametrize(("role", "status"), [(Role.SYSTEM_ADMINISTRATOR, 200), (Role.ERA, 404)])
def test_whoever_gives_appointments_takes_the_template_with_them(role: Role, status: int) -> None:
    client = client_of(appointed(role, authority=LocalAuthorityFactory()))
    address = reverse("admin:schools_importrun_template", args=["appointments"])
    answer = client.get(address)
    assert answer.status_code == status
    assert (address in client.get(reverse(ADD)).content.decode()) is (status == 200)
    assert status == 404 or answer.content.decode("utf-8-sig").startswith("Role,")


def test_a_superuser_brings_in_the_first_schools_on_installation_day() -> None:
    client = client_of(UserFactory.create(is_superuser=True, is_staff=True))
    run = brought(client, INVENTED)
    client.post(address("confirm", run), {"seen_version": run.version})
    work()
    assert School.objects.count() == 8


# What is refused ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("files", "fields", "sentence"),
    [
        ([], {}, "Select the files"),
        ([SimpleUploadedFile("empty.csv", b"")], {}, "The file you selected is empty"),
        ([SimpleUploadedFile(f"{n}.csv", b"URN") for n in range(11)], {}, "Select 10 files at most"),
        ([SimpleUploadedFile("a.csv", b"URN")], {"only": "93x"}, "Enter a three-digit code"),
        ([SimpleUploadedFile("a.csv", b"URN")], {"only": "٩٣٦"}, "Enter a three-digit code"),
    ],
)
def test_a_form_that_cannot_be_used_says_why(
    client: Client, files: list[Any], fields: dict[str, str], sentence: str
) -> None:
    answer = bring(client, *files, **fields)
    assert (answer.status_code, ImportRun.objects.exists()) == (200, False)
    assert sentence in answer.content.decode()


def test_a_code_of_an_authority_for_files_that_are_taken_whole_is_not_dropped() -> None:
    admin = client_of(UserFactory.create(is_superuser=True, is_staff=True))
    answer = bring(admin, SimpleUploadedFile("a.csv", b"URN"), kind="calendar", only="936")
    assert "We can only import these files as a whole. Clear the code" in answer.content.decode()
    assert 'value="936"' in answer.content.decode()
    assert not ImportRun.objects.exists()


@pytest.mark.parametrize("name", ["../../etc/passwd", "a\x00b.csv", "x" * 300 + ".csv", "‮gpj.csv", "=1+1.csv"])
def test_no_name_of_a_file_does_harm(client: Client, name: str) -> None:
    bring(client, SimpleUploadedFile(name, INVENTED.read_bytes()))
    work()
    for run in ImportRun.objects.all():
        assert run.status in ("checked", "refused")
        assert client.get(address("change", run)).status_code == 200
        assert taken(client, address("file", run, 0)) == INVENTED.read_bytes()


def test_markup_in_a_file_is_text_on_the_page(client: Client, tmp_path: Path) -> None:
    cells = {"EstablishmentName": "<script>alert(1)</script>", "OpenDate": "<b>soon</b>"}
    run = brought(client, changed_file(tmp_path, {900101: cells}))
    page = client.get(address("change", run)).content.decode()
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page
    assert "&lt;b&gt;soon" in page


def test_whoever_decides_second_is_told_who_was_first(client: Client, analyst: User) -> None:
    run = brought(client, INVENTED)
    runs.abandon(ImportRun.objects.get(pk=run.pk), by=Actor(analyst), seen_version=run.version)
    answer = client.post(address("confirm", run), {"seen_version": run.version}, follow=True)
    assert f"{analyst} changed this import after you opened it" in answer.content.decode()
    assert not School.objects.exists()


@pytest.mark.parametrize("seen", ["", "x", "-1", "9" * 30])
def test_a_version_nobody_has_seen_decides_nothing(client: Client, seen: str) -> None:
    run = brought(client, INVENTED)
    client.post(address("confirm", run), {"seen_version": seen})
    run.refresh_from_db()
    assert run.status == "checked"


# What is shown and taken away -----------------------------------------------------------------------------------------


def test_what_was_not_taken_is_taken_away_as_a_list(client: Client, tmp_path: Path) -> None:
    run = brought(client, changed_file(tmp_path, {900101: {"OpenDate": "=31-31-1998"}}))
    lines = list(csv.reader(taken(client, address("rejections", run, "csv")).decode("utf-8-sig").splitlines()))
    assert lines[1] == ["changed.csv", "2", "OpenDate", "“=31-31-1998” is not a date such as 31-08-2021."]
    assert json.loads(taken(client, address("rejections", run, "json")))["rows"][0]["row"] == 2
    assert taken(client, address("rejections", run, "xlsx")).startswith(b"PK")
    assert AuditEvent.objects.filter(verb="exported what was not taken").count() == 3


def test_the_files_and_the_account_are_taken_away_and_logged(client: Client, analyst: User) -> None:
    run = brought(client, INVENTED)
    file = client.get(address("file", run, 0))
    assert (file["X-Content-Type-Options"], file["Content-Type"]) == ("nosniff", "application/octet-stream")
    assert "attachment" in file["Content-Disposition"]
    assert b"".join(file.streaming_content) == INVENTED.read_bytes()  # type: ignore[attr-defined]
    assert taken(client, address("account", run)).decode("utf-8-sig").count("added,") == 8
    assert AuditEvent.objects.filter(verb="took a file away", by=analyst).exists()
    assert client.get(address("file", run, 7)).status_code == 404


def test_a_file_or_an_account_asked_for_by_another_site_is_not_sent(client: Client) -> None:
    run = brought(client, INVENTED)
    before = AuditEvent.objects.count()
    for path in (address("file", run, 0), address("account", run)):
        response = client.get(path, headers={"Sec-Fetch-Site": "cross-site"})
        assert response.status_code == 403
        assert f'<a class="govuk-link" href="{path}">' in response.content.decode()
    assert AuditEvent.objects.count() == before


@pytest.mark.parametrize(("kind", "role"), [("calendar", Role.ERA), ("appointments", Role.SYSTEM_ADMINISTRATOR)])
def test_a_file_to_begin_with_is_one_that_is_understood(kind: str, role: Role) -> None:
    client = client_of(appointed(role, authority=LocalAuthorityFactory()))
    template = client.get(reverse("admin:schools_importrun_template", args=[kind]))
    assert template.content.startswith(b"\xef\xbb\xbf")
    bring(client, SimpleUploadedFile(f"{kind}.csv", template.content), kind=kind)
    work()
    run = ImportRun.objects.get()
    assert (run.status, run.files.get().rows) == ("checked", 3)
    # The schools it speaks of are invented, and held nowhere: the rest is understood.
    sentences = [each.reason for each in run.rejections.all()]
    assert all("900001" in said or "999/2001" in said or "North" in said for said in sentences), sentences


def test_nobody_is_given_a_file_of_a_kind_they_may_not_bring_in(client: Client) -> None:
    for kind in ("appointments", "nothing"):
        assert client.get(reverse("admin:schools_importrun_template", args=[kind])).status_code == 404


def test_progress_is_told_while_there_is_some(client: Client) -> None:
    bring(client, INVENTED)
    run = ImportRun.objects.get()
    told = json.loads(client.get(address("progress", run)).content)
    assert (told["underway"], told["step"]) == (True, "Waiting to start")
    assert b"data-progress-url" in client.get(address("change", run)).content
    work()
    assert json.loads(client.get(address("progress", run)).content)["underway"] is False


def test_the_pages_take_the_same_queries_however_much_there_is(client: Client) -> None:
    counted = []
    for number in (2, 20):
        run = ImportRunFactory.create()
        for _ in range(number):
            ImportRunFactory.create()
            ImportRejectionFactory.create(run=run)
        pages = (reverse(LIST), address("change", run))
        for page in pages:
            client.get(page)
            with CaptureQueriesContext(connection) as queries:
                client.get(page)
            counted.append(len(queries))
    assert counted[:2] == counted[2:]


@pytest.mark.parametrize(
    ("role", "imports"), [(Role.ERA, True), (Role.SYSTEM_ADMINISTRATOR, True), (Role.HEAD_OF_SERVICE, False)]
)
def test_the_list_of_schools_leads_to_importing_them(role: Role, imports: bool) -> None:
    client = client_of(appointed(role, authority=LocalAuthorityFactory()))
    answer = client.get(reverse("admin:schools_school_changelist"))
    to_add, template = f"{reverse(ADD)}?kind=gias", reverse("admin:schools_importrun_template", args=["gias"])
    assert (f'href="{to_add}"' in answer.content.decode()) is (imports and answer.status_code == 200)
    if imports:
        assert answer.status_code == 200
        assert f'href="{template}"' in answer.content.decode()
        page = client.get(to_add).content.decode()
        assert "Nothing has changed yet." in page
        assert "Only URN and Name are required." in page
        assert client.get(template).content.decode("utf-8-sig").startswith("URN,Name,LAESTAB")
