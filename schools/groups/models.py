"""Groups, panels and boards, and who sits on them (domain 1)."""

from datetime import date
from functools import reduce
from operator import or_
from typing import Any, Self

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q, QuerySet
from django.urls import reverse

from schoolimprove.accounts.roles import Permission
from schoolimprove.lib import clock
from schoolimprove.policy.values import policy_value
from schoolimprove.records.models import BaseRecord
from schools.groups.policy import GROUP_KINDS
from schools.groups.states import CAPACITY_LABELS, DECIDES, GROUP, RHYTHM_LABELS, Capacity, GroupStatus, Rhythm
from schools.register.models.person import Person
from schools.register.models.school import School
from schools.register.models.scoped import SCOPE_FIELDS, Scoped, has_exactly_one_scope
from schools.register.scope import scopes_of, within_scope

LARGEST_QUORUM = 30


_RHYTHMS = [(each.value, label) for each, label in RHYTHM_LABELS.items()]
_CAPACITIES = [(each.value, label) for each, label in CAPACITY_LABELS.items()]


class GroupQuerySet(models.QuerySet["Group"]):
    def visible_to(self, user: Any) -> Self:
        """Return the groups inside a user's scope, and those in which they are a member today."""
        mine = Membership.objects.current(clock.today()).held_by(user)
        return self.filter(within_scope(user, Permission.VIEW_GROUPS) | Q(pk__in=mine.values("group")))

    def kept_by(self, user: Any) -> Self:
        """Return the groups whose members this user chooses."""
        return self.filter(within_scope(user, Permission.KEEP_GROUPS))

    def moderating(self) -> Self:
        """Return the groups that decide categories."""
        return self.filter(kind__in=policy_value(GROUP_KINDS, on=clock.today()).moderating)

    def covering(self, school: School) -> Self:
        """Return the groups whose scope holds a school."""
        return self.filter(reduce(or_, (Q(**{kind: key}) for kind, key in scopes_of(school).items())))

    def current(self, on: date) -> Self:
        """Return the groups of that day, first and last day included."""
        return self.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=on), starts_on__lte=on)

    def with_scope(self) -> Self:
        """Read with each group what its scope is called, and what rights over it are asked by."""
        scopes = [name for name in SCOPE_FIELDS if name != "phase"]
        return self.select_related(*scopes, "district__double_district", "school__district__double_district")


class Group(Scoped, BaseRecord):
    """`kind` is a code of the policy `GROUP_KINDS`.

    `quorum` counts the people who must be present and free to decide. `subject_kind` and `subject_id` name what a core
    or project group is about.
    """

    STATES = GROUP

    kind = models.CharField(max_length=40)
    name = models.CharField(max_length=150)
    status = models.CharField(max_length=20, choices=GROUP.choices(), default=GroupStatus.ACTIVE.value, editable=False)
    subject_kind = models.CharField(max_length=60, blank=True, default="", editable=False)
    subject_id = models.BigIntegerField(null=True, blank=True, editable=False)
    quorum = models.PositiveSmallIntegerField(validators=[MinValueValidator(1), MaxValueValidator(LARGEST_QUORUM)])
    meets = models.CharField(max_length=20, choices=_RHYTHMS, default=Rhythm.NONE.value)
    starts_on = models.DateField("from")
    ends_on = models.DateField("to", null=True, blank=True)

    objects = GroupQuerySet.as_manager()

    class Meta:
        ordering = ["name", "pk"]
        constraints = [
            has_exactly_one_scope("group_has_exactly_one_scope"),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=models.F("starts_on")),
                name="group_ends_after_it_starts",
                violation_error_message="A group cannot end before it starts.",
            ),
            models.CheckConstraint(
                condition=Q(status=GroupStatus.ENDED.value, ends_on__isnull=False)
                | (~Q(status=GroupStatus.ENDED.value) & Q(ends_on__isnull=True)),
                name="group_ended_has_last_day",
                violation_error_message="A group that has ended has a last day, and no other group has one.",
            ),
            models.CheckConstraint(
                condition=Q(subject_kind="", subject_id__isnull=True)
                | (~Q(subject_kind="") & Q(subject_id__isnull=False)),
                name="group_subject_is_whole",
                violation_error_message="Name both the kind and the key of what a group is about, or neither.",
            ),
            models.CheckConstraint(
                condition=Q(quorum__gte=1, quorum__lte=LARGEST_QUORUM),
                name="group_quorum_is_plausible",
                violation_error_message=f"The quorum must be between 1 and {LARGEST_QUORUM}.",
            ),
            models.UniqueConstraint(
                fields=["kind", "name"],
                condition=Q(ends_on__isnull=True),
                name="group_name_once_a_kind",
                violation_error_message="There is already a group of this kind with this name.",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("groups:group", args=[self.pk])

    @property
    def kind_label(self) -> str:
        """Return what policy calls this kind of group today."""
        return policy_value(GROUP_KINDS, on=clock.today()).label_of(self.kind)

    @property
    def moderates(self) -> bool:
        """Return whether groups of this kind decide categories."""
        return self.kind in policy_value(GROUP_KINDS, on=clock.today()).moderating

    @property
    def rights_over(self) -> "Group":
        """Return what an appointment must cover to form, change or end the group and to choose its members.

        For a group that moderates that is the authority: who recommends must not choose who decides.
        """
        return Group() if self.moderates else self

    def deciders(self, on: date) -> QuerySet[Person]:
        """Return the people who decide in this group on that day, by name."""
        deciding = self.memberships.current(on).filter(capacity__in=sorted(DECIDES))
        return Person.objects.filter(pk__in=deciding.values("person")).order_by("name", "pk")


class MembershipQuerySet(models.QuerySet["Membership"]):
    def current(self, on: date) -> Self:
        """Return the memberships of that day, first and last day included."""
        return self.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=on), starts_on__lte=on)

    def held_by(self, user: Any) -> Self:
        return self.filter(person__user=user.pk)


class Membership(BaseRecord):
    """A person sits on a group in one capacity. A membership is ended with a reason, never deleted."""

    group = models.ForeignKey(Group, models.PROTECT, related_name="memberships")
    person = models.ForeignKey(Person, models.PROTECT, related_name="memberships")
    capacity = models.CharField(max_length=20, choices=_CAPACITIES, default=Capacity.MEMBER.value)
    starts_on = models.DateField("from")
    ends_on = models.DateField("to", null=True, blank=True)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        ordering = ["person__name", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=models.F("starts_on")),
                name="membership_ends_after_it_starts",
                violation_error_message="A membership cannot end before it starts.",
            ),
            models.UniqueConstraint(
                fields=["group", "person"],
                condition=Q(ends_on__isnull=True),
                name="membership_open_once_a_person",
                violation_error_message="This person is already in the group. End that membership first.",
            ),
            models.UniqueConstraint(
                fields=["group"],
                condition=Q(ends_on__isnull=True, capacity=Capacity.CHAIR.value),
                name="membership_one_open_chair",
                violation_error_message="This group already has a chair. End that membership first.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person}, {self.group}"
