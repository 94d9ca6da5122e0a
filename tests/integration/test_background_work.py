"""Triggers, the worker that answers them, and what neither may lose."""

import json
import logging
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from kombu import Connection

from schoolimprove.lib import clock, context
from schoolimprove.records.models import Draft
from schoolimprove.tasks import forget_stale_drafts
from tests.factories.accounts import UserFactory
from tests.processes import PATIENCE, running, wait_until

WORKER = ["celery", "--quiet", "--app", "schoolimprove", "worker", "--pool", "solo"]
ASK = """
import django; django.setup()
from schoolimprove.lib import context
from schoolimprove.tasks import forget_stale_drafts
context.request_id.set("asked-by-a-request")
forget_stale_drafts.delay()
"""


@pytest.mark.django_db
def test_drafts_are_forgotten_thirty_days_after_they_were_last_touched() -> None:
    user = UserFactory.create()
    now = datetime(2026, 5, 1, 3, 15, tzinfo=UTC)
    for days in (29, 31):
        Draft.objects.create(user=user, form=f"/{days}/", saved_at=now - timedelta(days=days))
    with clock.at(now):
        forget_stale_drafts()
    assert list(Draft.objects.values_list("form", flat=True)) == ["/29/"]


@pytest.mark.prove
def test_a_worker_does_what_is_asked_and_its_log_names_the_request(
    process_environment: dict[str, str], tmp_path: Path
) -> None:
    Draft.objects.create(user=UserFactory.create(), form="/old/", saved_at=datetime(2020, 1, 1, tzinfo=UTC))
    with running(WORKER, log=tmp_path / "log", environment=process_environment) as worker:
        with running([sys.executable, "-c", ASK], log=tmp_path / "ask", environment=process_environment) as asking:
            assert asking.process.wait(PATIENCE) == 0, asking.output
        wait_until(lambda: worker.has_ended() or "forgotten" in worker.output, what="the worker's line")
        lines = [json.loads(line) for line in worker.output.splitlines() if line.startswith("{")]
    (done,) = [line for line in lines if "forgotten" in line["message"]]
    assert (done["message"], done["request_id"]) == ("1 stale drafts forgotten", "asked-by-a-request")
    assert not Draft.objects.exists()


def test_a_trigger_without_a_broker_is_logged_and_not_raised(caplog: pytest.LogCaptureFixture) -> None:
    """What was to be done is a row: a sweep finds it, and the person's page is not an error."""
    token = context.request_id.set("asked-by-a-request")
    with Connection("redis://127.0.0.1:1/0", transport_options={"max_retries": 1}) as nowhere:
        forget_stale_drafts.apply_async(connection=nowhere, retry=False)  # type: ignore[call-arg]  # it is there
    context.request_id.reset(token)
    (record,) = [record for record in caplog.records if record.levelno == logging.ERROR]
    assert record.getMessage() == ("No trigger for schoolimprove.tasks.forget_stale_drafts: the broker is out of reach")


def test_every_scheduled_task_is_one_the_worker_knows(tmp_path: Path) -> None:
    """Asked in a process of its own, with production's settings: the tests' leave the sending of mail out."""
    ask = (
        "import django; django.setup()\n"
        "from schoolimprove.celery import app\n"
        "app.loader.import_default_modules()\n"
        "print(sorted({entry['task'] for entry in app.conf.beat_schedule.values()} - set(app.tasks)))\n"
        "print(len(app.conf.beat_schedule))"
    )
    environment = {"DJANGO_SETTINGS_MODULE": "schoolimprove.settings"}
    with running([sys.executable, "-c", ask], log=tmp_path / "log", environment=environment) as asking:
        assert asking.process.wait(PATIENCE) == 0, asking.output
        unknown, count = asking.output.splitlines()
    assert unknown == "[]"
    assert int(count) >= 3
