"""Loading the demonstration: everything or nothing, and the same for the same day and seed."""

from datetime import date
from random import Random

from django.contrib.auth.hashers import make_password
from django.core.cache import cache
from django.db import transaction

from schoolimprove.accounts.models import User
from schoolimprove.lib import clock
from schoolimprove.policy.values import one_reading
from schoolimprove.records.transition import Blocked
from schools.models import RecordOfVisit, School

from . import names, places, register, signins
from .cast import Cast
from .changes import Changes
from .contacts import Contacts
from .days import Days
from .imports import Imports
from .now import Now
from .staffing import Staffing
from .stories import Teller
from .visits import told
from .year import OrdinaryYear


def blockers_to_loading() -> list[str]:
    """Why invented people and schools must not be put into this database, as sentences."""
    if School.objects.exclude(authority__code=places.AUTHORITY_CODE).exists():
        return [
            "This database holds the schools of a real authority, and a demonstration is never mixed with them. "
            "Load it into an empty database: `make demo` keeps one of its own."
        ]
    if School.objects.exists():
        return ["The demonstration is already loaded. `make demo FRESH=1` builds it anew."]
    if User.objects.exists():
        return ["People already have accounts here. A demonstration is loaded into an empty database only."]
    return []


def load_demo(*, today: date, seed: int) -> dict[str, int]:
    """Load the invented authority as it stands on `today`; what was loaded, by name. `Blocked` with the reasons."""
    if reasons := blockers_to_loading():
        raise Blocked(reasons)
    days = Days(today)
    with transaction.atomic(), one_reading():
        with clock.at(days.beginning):
            cast = _begin(days, seed)
        teller = Teller(today)
        for part in (Changes(cast, days), Imports(cast, days, _luck(seed, "imports")), Contacts(cast, days)):
            for story in part.stories():
                teller.add(story)
        for course in [*_ordinary_year(days, seed).courses(), *Now(days, _luck(seed, "now")).courses()]:
            teller.add(told(course))
        teller.tell()
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


def _ordinary_year(days: Days, seed: int) -> OrdinaryYear:
    visited = set(School.objects.filter(appointments__role="sip").values_list("name", flat=True)) | {places.CONVERTER}
    return OrdinaryYear(days, _luck(seed, "year"), [place for place in places.SCHOOLS if place.name in visited])


def _luck(seed: int, purpose: str) -> Random:
    """Chance of one's own for each purpose, so that a change in one part does not reshuffle the others."""
    return Random(f"{seed} {purpose}")  # noqa: S311 (chance that can be repeated is what is wanted)
