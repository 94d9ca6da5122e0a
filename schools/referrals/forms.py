"""Forms of referrals: refer a school, and choose the meeting that answers."""

from typing import Any

from schoolimprove.lib import clock
from schoolimprove.ui.forms import Form, ModelSelectField, RadiosField, SelectField, TextArea
from schools.groups.models import Group
from schools.meetings.models import Meeting
from schools.referrals.asks import asks
from schools.referrals.models import LONGEST_EVIDENCE

URGENCY = (("no", "No"), ("yes", "Yes, before the next planned meeting if possible"))


class ReferForm(Form):
    """`groups` are those that can be referred to; `sources` those for which this user may speak."""

    submit_label = "Send the referral"

    group = ModelSelectField(Group.objects.none(), label="Group", named="the group")
    ask = RadiosField(label="What you ask for", named="what you ask for")
    cause = SelectField(label="Cause (optional)", named="the cause", required=False)
    evidence = TextArea(
        label="Evidence", named="the evidence", help_text="The school cannot read this.", max_length=LONGEST_EVIDENCE
    )
    urgent = RadiosField(label="Is it urgent?", named="whether it is urgent", choices=URGENCY)
    source_group = ModelSelectField(
        Group.objects.none(),
        label="For which group you refer the school (optional)",
        named="the group you refer for",
        empty_label="No group",
        required=False,
    )

    def __init__(self, *args: Any, groups: Any, sources: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        fields["group"].queryset, fields["source_group"].queryset = groups, sources
        # What no group here may answer is not asked; whether the chosen group may is checked in `clean`.
        offered = [each for each in asks if any(map(each.may_answer, groups))]
        fields["ask"].choices = [(each.key, each.label) for each in offered]
        causes = {key: label for each in offered for key, label in each.causes(clock.today()).items()}
        if causes:
            fields["cause"].choices = [("", "Select one"), *causes.items()]
        else:
            del fields["cause"]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        ask = cleaned.get("ask")
        group = cleaned.get("group")
        if ask and group and not asks[ask].may_answer(group):
            able = ", ".join(str(each) for each in self.fields["group"].queryset if asks[ask].may_answer(each))  # type: ignore[attr-defined]
            self.add_error("group", f"Select a group that may decide this: {able}")
        causes = asks[ask].causes(clock.today()) if ask else {}
        if causes and cleaned.get("cause") not in causes:
            self.add_error("cause", "Select the cause from the list")
        elif not causes:
            cleaned["cause"] = ""
        return cleaned


class AgendaForm(Form):
    submit_label = "Put on the agenda"

    meeting = ModelSelectField(Meeting.objects.none(), label="Meeting", named="the meeting")

    def __init__(self, *args: Any, meetings: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["meeting"].queryset = meetings  # type: ignore[attr-defined]
