"""Forms of groups and their members."""

from collections.abc import Iterator
from typing import Any

from schoolimprove.accounts.rights import user_can
from schoolimprove.accounts.roles import Permission
from schoolimprove.lib import clock
from schoolimprove.policy.values import policy_value
from schoolimprove.ui.forms import DateField, Form, NumberField, SelectField, TextField
from schools.groups.models import LARGEST_QUORUM, Group
from schools.groups.policy import GROUP_KINDS
from schools.groups.states import CAPACITY_LABELS, RHYTHM_LABELS, Capacity
from schools.register.choosing import PersonField, SchoolField
from schools.register.models.places import Diocese, District, DoubleDistrict, LocalAuthority, Partnership
from schools.register.models.school import Phase, School

ONE_SCHOOL = "school"
_QUORUM: dict[str, Any] = {"label": "Quorum", "min_value": 1, "max_value": LARGEST_QUORUM, "width": 2}
_PEOPLE = "How many people who decide must be present."
_USUAL = "Leave this empty to use what is usual for the kind of group."


def places_for(user: Any) -> Iterator[tuple[str, Group]]:
    """Yield the scopes, other than schools, that this user may form a group over: a label, and a group with it."""
    kinds: dict[str, Any] = {
        "authority": LocalAuthority.objects.filter(own=True),
        "double_district": DoubleDistrict.objects.all(),
        "district": District.objects.select_related("double_district"),
        "partnership": Partnership.objects.all(),
        "diocese": Diocese.objects.all(),
        "phase": [phase for phase in Phase if phase != Phase.NONE],
    }
    for kind, scopes in kinds.items():
        for scope in scopes:
            group = Group(**{kind: scope})
            if user_can(user, Permission.KEEP_GROUPS, on=group):
                yield f"{group.scope_name}{' (double district)' if kind == 'double_district' else ''}", group


def _key(group: Group) -> str:
    return f"{group.scope_kind}:{group.scope_key_of(group.scope_kind)}"


class FormGroupForm(Form):
    """What a group is, and over what: `scope()` is one of the scope fields with its value."""

    submit_label = "Form the group"

    kind = SelectField(label="Kind of group")
    name = TextField(label="Name of the group", max_length=150)
    place = SelectField(label="Covers", named="what the group covers")
    school = SchoolField(
        label="School", help_text="Only for a group about one school. Enter its name or URN.", required=False
    )
    quorum = NumberField(help_text=f"{_PEOPLE} {_USUAL}", required=False, **_QUORUM)
    meets = SelectField(
        label="How often it meets",
        help_text=_USUAL,
        choices=list(RHYTHM_LABELS.items()),
        empty="As usual",
        required=False,
    )
    starts_on = DateField(label="First day", named="the first day of the group")

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        keeps_all = user_can(user, Permission.KEEP_GROUPS, on=Group())
        kinds = policy_value(GROUP_KINDS, on=clock.today()).kinds
        self._kinds = {kind.code: kind for kind in kinds if keeps_all or not kind.moderates}
        self._places = {_key(group): (label, group) for label, group in places_for(user)}
        named = [(key, label) for key, (label, _group) in self._places.items()]
        self.fields["kind"].choices = [("", "Select one"), *((each.code, each.label) for each in self._kinds.values())]  # type: ignore[attr-defined]
        self.fields["place"].choices = [("", "Select one"), *named, (ONE_SCHOOL, "One school")]  # type: ignore[attr-defined]
        self.fields["school"].schools = School.objects.visible_to(user, Permission.KEEP_GROUPS)  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Fill in what is usual for the kind, and ask for a school where the group is about one."""
        data = super().clean() or {}
        if (kind := self._kinds.get(data.get("kind", ""))) is not None:
            data["quorum"] = data.get("quorum") or kind.quorum
            data["meets"] = data.get("meets") or kind.meets
        about_one = data.get("place") == ONE_SCHOOL
        if about_one and "school" in data and not data["school"]:
            self.add_error("school", "Enter the name or URN of the school")
        elif data.get("school") and data.get("place") and not about_one:
            self.add_error("school", "Enter a school only for a group that covers one school")
        return data

    def scope(self) -> dict[str, Any]:
        if self.cleaned_data["place"] == ONE_SCHOOL:
            return {"school": self.cleaned_data["school"]}
        _label, group = self._places[self.cleaned_data["place"]]
        return {group.scope_kind: getattr(group, group.scope_kind)}


class ChangeGroupForm(Form):
    submit_label = "Save"

    name = TextField(label="Name of the group", max_length=150)
    quorum = NumberField(help_text=_PEOPLE, **_QUORUM)
    meets = SelectField(label="How often it meets", choices=list(RHYTHM_LABELS.items()), empty="")


class MemberForm(Form):
    submit_label = "Add to the group"

    person = PersonField(
        label="Name or email address",
        help_text="People who work in schools are found by their email address only.",
        named="a name or an email address",
        max_length=254,
        autocomplete="off",
    )
    capacity = SelectField(
        label="Capacity",
        choices=list(CAPACITY_LABELS.items()),
        empty="",
        initial=Capacity.MEMBER,
        help_text="The chair and the members decide. Advisers advise.",
    )
    starts_on = DateField(label="First day", named="their first day")


class EndMembershipForm(Form):
    submit_label = "End the membership"
    submit_kind = "warning"

    last_day = DateField(label="Last day", named="their last day")
    reason = TextField(label="Reason", help_text="For example, they have a new job.", max_length=200)
