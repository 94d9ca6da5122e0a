"""Referrals of schools to groups, such as from a focus group to the DIRG (domain 5.0)."""

from typing import Any, Self

from django.db import models
from django.db.models import Q
from django.urls import reverse

from schoolimprove.accounts.roles import ROLE_LABELS, Permission, Role
from schoolimprove.lib import clock
from schoolimprove.records.models import BaseRecord
from schools.groups.models import Group
from schools.meetings.models import MeetingItem
from schools.referrals.asks import Ask, asks
from schools.referrals.states import ANSWERED, REFERRAL, ReferralStatus
from schools.register.models.school import School
from schools.register.scope import in_scope

LONGEST_EVIDENCE = 10_000
"""Characters."""


class ReferralQuerySet(models.QuerySet["Referral"]):
    def visible_to(self, user: Any) -> Self:
        """Return the referrals of schools that a user refers, and those to groups that they keep. Schools see none."""
        kept = Group.objects.kept_by(user).order_by().values("pk")
        keeps = Q(group__in=kept) & in_scope(user, Permission.KEEP_GROUPS, school="school")
        return self.filter(in_scope(user, Permission.REFER, school="school") | keeps)

    def waiting(self) -> Self:
        return self.filter(status=ReferralStatus.SENT)


class Referral(BaseRecord):
    """`asks` is a key of the registry of asks, and `cause` one of its causes, empty where it has none.

    `source_group` is the group that refers, if one does; `role` is the role of the person who sent it.
    """

    STATES = REFERRAL

    group = models.ForeignKey(Group, models.PROTECT, related_name="referrals")
    school = models.ForeignKey(School, models.PROTECT, related_name="referrals")
    source_group = models.ForeignKey(Group, models.PROTECT, null=True, blank=True, related_name="+")
    role = models.CharField(max_length=40, choices=[(role.value, ROLE_LABELS[role]) for role in Role], editable=False)
    asks = models.CharField(max_length=40)
    cause = models.CharField(max_length=60, blank=True, default="")
    evidence = models.TextField(max_length=LONGEST_EVIDENCE)
    urgent = models.BooleanField(default=False)
    status = models.CharField(
        max_length=20, choices=REFERRAL.choices(), default=ReferralStatus.SENT.value, editable=False
    )
    meeting_item = models.ForeignKey(MeetingItem, models.PROTECT, null=True, editable=False, related_name="referrals")
    answer_reason = models.TextField(max_length=5_000, blank=True, default="", editable=False)

    objects = ReferralQuerySet.as_manager()

    class Meta:
        ordering = ["-urgent", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(status=ReferralStatus.SENT.value, meeting_item__isnull=True)
                | (~Q(status=ReferralStatus.SENT.value) & Q(meeting_item__isnull=False)),
                name="referral_has_an_item_once_on_an_agenda",
            ),
            models.UniqueConstraint(
                fields=["group", "school", "asks"],
                condition=~Q(status__in=sorted(each.value for each in ANSWERED)),
                name="referral_open_once",
                violation_error_message="This school is already referred to this group for this.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.school}: {self.ask.label.lower()}"

    def get_absolute_url(self) -> str:
        return reverse("referrals:referral", args=[self.pk])

    @property
    def rights_over(self) -> Group:
        """An appointment must cover the group to put a referral on its agenda."""
        return self.group

    @property
    def ask(self) -> Ask:
        return asks[self.asks]

    @property
    def cause_label(self) -> str:
        return self.ask.causes(clock.today()).get(self.cause, self.cause)

    @property
    def source(self) -> str:
        """Return who refers the school: a person in their role, and for which group."""
        group = f", for {self.source_group}" if self.source_group else ""
        return f"{self.created_by}, {self.get_role_display()}{group}"
