"""One school with everybody a Record of Visit passes through, on an ordinary day."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any

from schoolimprove.accounts.models import User
from schoolimprove.accounts.roles import Role
from schools.models import Appointment, DoubleDistrict, RecordOfVisit, School
from schools.records import actions as record_actions
from schools.records.actions import start_record
from schools.records.states import RecordStatus
from schools.register.models.school import Phase
from tests.factories.schools import (
    TEXTS,
    DistrictFactory,
    DoubleDistrictFactory,
    SchoolFactory,
    appointed,
    record_at,
    whole_content,
)

TUESDAY = date(2026, 11, 3)
"""Inside the autumn term, with working days and school days on both sides."""


@dataclass
class County:
    """`school` in the district North; who is appointed there, and whom the county has above them."""

    double_district: DoubleDistrict = field(default_factory=lambda: DoubleDistrictFactory.create(name="North and East"))
    school: School = field(init=False)
    sip: User = field(init=False)
    dsim: User = field(init=False)
    deputy: User = field(init=False)
    head: User = field(init=False)
    director: User = field(init=False)
    headteacher: User = field(init=False)
    chair: User = field(init=False)

    def __post_init__(self) -> None:
        self.school = SchoolFactory.create(district=DistrictFactory.create(double_district=self.double_district))
        self.sip = appointed(Role.SIP, school=self.school)
        self.dsim = appointed(Role.DSIM, double_district=self.double_district)
        self.deputy = appointed(Role.DEPUTY_HEAD, phase=Phase.PRIMARY)
        self.head = appointed(Role.HEAD_OF_SERVICE, authority=self.school.authority)
        self.director = appointed(Role.CORPORATE_DIRECTOR, authority=self.school.authority)
        self.headteacher = appointed(Role.HEADTEACHER, school=self.school)
        self.chair = appointed(Role.CHAIR, school=self.school)

    def record(self, status: RecordStatus = RecordStatus.DRAFT, *, held_on: date | None = None) -> RecordOfVisit:
        """The SIP's record, approved where need be by the DSIM; each call a visit of another kind or day."""
        return record_at(status, school=self.school, author=self.sip, manager=self.dsim, held_on=held_on)

    def start(self, by: User, *, on: date = TUESDAY, **other: Any) -> RecordOfVisit:
        """`start_record` with what is usual, findings on the whole agenda among it."""
        texts: Mapping[str, str] = TEXTS
        school = other.pop("school", self.school)
        usual = {"kind": "core", "held_on": on, "days": Decimal("1.0"), "texts": texts, **other}
        whole, given = whole_content(school, kind=usual["kind"], held_on=usual["held_on"]), usual.get("content")
        usual["content"] = whole if given is None else replace(given, findings={**whole.findings, **given.findings})
        return start_record(school, by=by, on=on, **usual)

    def submitted(self, by: User, *, on: date = TUESDAY, **other: Any) -> RecordOfVisit:
        record = self.start(by, on=on, **other)
        record_actions.submit(record, by=by, on=on, seen_version=record.version)
        return record


def end(user: User, *, on: date) -> None:
    """The last day of everything this user holds, without any verb."""
    Appointment.objects.held_by(user).update(ends_on=on)
    user.__dict__.pop("_appointments", None)
