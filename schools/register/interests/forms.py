"""Forms of interests in schools."""

from typing import Any

from schoolimprove.ui.forms import DateField, Form, SelectField, TextArea, TextField
from schools.register.choosing import PersonField, SchoolField
from schools.register.models.interest import LONGEST_NOTE, InterestKind
from schools.register.models.school import School


class InterestForm(Form):
    """`keeps` says whether the user may declare the interests of others too."""

    submit_label = "Declare this interest"

    person = PersonField(
        label="Whose interest",
        help_text="Enter their name or email address. Leave this empty for an interest of your own.",
        named="their name or email address",
        max_length=254,
        required=False,
        autocomplete="off",
    )
    school = SchoolField(label="School", help_text="Enter its name or URN.", named="the name or URN of the school")
    kind = SelectField(label="Interest", choices=InterestKind.choices, named="what the interest is")
    starts_on = DateField(label="Since", named="the first day of the interest")
    note = TextArea(
        label="Note",
        help_text="The school cannot read it. Leave out anything private.",
        max_length=LONGEST_NOTE,
        rows=3,
        required=False,
    )

    def __init__(self, *args: Any, keeps: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["school"].schools = School.objects.all()  # type: ignore[attr-defined]
        if not keeps:
            del self.fields["person"]


class EndInterestForm(Form):
    submit_label = "End this interest"
    submit_kind = "warning"

    last_day = DateField(label="Last day", named="the last day of the interest")
    reason = TextField(label="Reason", help_text="The school cannot read it.", max_length=200)
