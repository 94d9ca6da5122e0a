"""Loading the demonstration: everything or nothing, and the same for the same day and seed."""

from datetime import date, datetime, time
from random import Random

from django.contrib.auth.hashers import make_password
from django.core.cache import cache
from django.db import transaction

from schoolimprove.accounts.models import User
from schoolimprove.documents.pdf import pango_is_there
from schoolimprove.lib import clock
from schoolimprove.policy.values import one_reading
from schoolimprove.records import jobs
from schoolimprove.records.models import Job
from schoolimprove.records.transition import Blocked
from schoolimprove.reminders.deadlines import follow_tasks
from schools.models import RecordOfVisit, School
from schools.records import pdf as record_pdf

from . import names, places, register, signins
from .cast import Cast
from .days import Days
from .script import OPENS, Script
from .staffing import Staffing

FROZEN = 2
"""PDFs that are made while loading."""
_EVENING = time(20)


def blockers_to_loading() -> list[str]:
    """Why invented people and schools must not be put into this database, as sentences."""
    if School.objects.exclude(authority__code=places.AUTHORITY_CODE).exists():
        return [
            "This database has the schools of a real authority. Load the demonstration into an empty database: "
            "`make demo` has its own."
        ]
    if School.objects.exists():
        return ["The demonstration is already loaded. `make demo FRESH=1` builds it again."]
    if User.objects.exists():
        return ["This database already has user accounts. Load the demonstration into an empty database."]
    return []


def load_demo(*, today: date, seed: int) -> dict[str, int]:
    """Load the invented authority as it stands on `today`; return what was loaded, by name.

    `Blocked` with the reasons. The seed decides what people are called and who of a school signs in.
    """
    if reasons := blockers_to_loading():
        raise Blocked(reasons)
    days = Days(today)
    with transaction.atomic(), one_reading():
        with clock.at(days.beginning):
            cast = _begin(days, seed)
        Script(days).play(cast)
        _freeze_the_newest(days)
        with clock.at(datetime.combine(today, OPENS, clock.LONDON)):
            follow_tasks(today, night=True)
    cache.delete("own-authority")
    return {"schools": School.objects.count(), "people": User.objects.count(), "records": RecordOfVisit.objects.count()}


def _begin(days: Days, seed: int) -> Cast:
    """The register and everybody in post, on the day the service comes into use."""
    cast = Cast(names.dealt(_luck(seed, "names")), make_password(signins.PASSWORD))
    authority = register.enter_authority()
    cast.begin(authority, days.beginning)
    register.enter_calendar(days.years[:2], by=cast.administrator)
    register.enter_districts(authority, by=cast.administrator)
    register.enter_schools(authority, days, _luck(seed, "schools"), by=cast.administrator)
    register.invite_academies(days.year - 1, by=cast.administrator)
    Staffing(cast, authority, days, _luck(seed, "staffing")).take_on_everybody()
    return cast


def _freeze_the_newest(days: Days) -> None:
    """The PDFs of what was shared last, where they can be made; the others are the worker's, when there is one."""
    if pango_is_there():
        return  # It says what is missing.
    asked = Job.objects.unfinished().filter(kind=record_pdf.JOB).order_by("-pk")
    with clock.at(datetime.combine(days.count(days.today, -1), _EVENING, clock.LONDON)):
        for key in asked.values_list("pk", flat=True)[:FROZEN]:
            jobs.run(key)


def _luck(seed: int, purpose: str) -> Random:
    """Chance of one's own for each purpose, so that a change in one part does not reshuffle the others."""
    return Random(f"{seed} {purpose}")  # noqa: S311 (chance that can be repeated is what is wanted)
