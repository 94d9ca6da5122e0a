"""Put the schools of a round on the agenda of a meeting."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path
from django.utils.functional import cached_property

from categorisation.moderation.actions import build_agenda, to_moderate
from categorisation.moderation.forms import RoundAgendaForm
from categorisation.opening.pages import RoundPage
from categorisation.rounds.states import RoundStatus
from schoolimprove.accounts.models import User
from schoolimprove.accounts.rights import user_can
from schoolimprove.accounts.roles import Permission
from schoolimprove.pages.verbs import VerbPage
from schoolimprove.records.transition import Conflict
from schoolimprove.ui import components
from schools.groups.models import Group
from schools.meetings.models import Meeting
from schools.meetings.states import OPEN
from schools.register.models.places import District
from schools.register.models.school import School
from schools.register.scope import in_scope


class RoundAgenda(VerbPage):
    """Add the schools of some districts to the agenda of a meeting, those with most to talk about first."""

    form_class, heading = RoundAgendaForm, "Add schools to a meeting’s agenda"
    lede = "Schools come in this order: disputed, changed, Ofsted’s grade differs, causes of concern, and the rest."

    def find(self) -> None:
        self.subject = get_object_or_404(RoundPage.visible(self.request.user), pk=self.kwargs["round"])

    def may(self, user: Any) -> bool:
        return user_can(user, Permission.KEEP_GROUPS)

    @cached_property
    def meetings(self) -> Any:
        mine = Meeting.objects.visible_to(self.request.user).filter(status__in=OPEN).select_related("group")
        return mine.filter(group__in=Group.objects.moderating()).order_by("held_on", "pk")

    @cached_property
    def districts(self) -> list[tuple[str, str]]:
        """Return the districts of the user that have schools to decide, with how many."""
        mine = School.objects.filter(in_scope(self.request.user, Permission.KEEP_GROUPS)).order_by()
        rows = to_moderate(self.subject).filter(school__in=mine.values("pk")).order_by()
        found = District.objects.filter(schools__in=rows.values("school")).distinct().order_by("name")
        return [(str(each.pk), str(each)) for each in found]

    def closed(self) -> str:
        if self.subject.status != RoundStatus.OPEN:
            return "This round is closed."
        if not self.districts:
            return "No schools of this round are ready to be decided."
        return "" if self.meetings.exists() else "Plan a meeting of the group first."

    def get_form(self, form_class: Any = None) -> Any:
        form = super().get_form(form_class)
        form.fields["meeting"].queryset = self.meetings
        form.fields["districts"].choices = self.districts
        return form

    def form_invalid(self, form: Any) -> HttpResponse:
        # A colleague has put the schools of a district on an agenda meanwhile: it is no choice any more.
        if set(form.data.getlist("districts")) - {key for key, _label in self.districts}:
            return self.overtaken(form, Conflict(self.subject))
        return super().form_invalid(form)

    def says_now(self, current: Any) -> Sequence[str]:
        return ["Someone else put schools of these districts on an agenda after you opened this."]

    def act(self, *, by: User, on: date, seen_version: int, **fields: Any) -> int:
        districts = [int(each) for each in fields["districts"]]
        self.meeting = fields["meeting"]
        return len(build_agenda(self.meeting, self.subject, districts, by=by))

    def done_message(self, result: int) -> str:
        return f"You added {result:,} school{'' if result == 1 else 's'} to the agenda."

    def back_url(self) -> str:
        return RoundPage.url_of(self.subject)

    def next_url(self) -> str:
        return str(self.meeting.get_absolute_url())

    def crumbs(self) -> list[components.Crumb]:
        *above, own = RoundPage.crumbs(self.subject)
        return [*above, components.Crumb(own.label, self.back_url()), components.Crumb(self.heading)]


def paths() -> list[URLPattern]:
    return [path("rounds/<int:round>/agenda/", RoundAgenda.as_view(), name="round_agenda")]
