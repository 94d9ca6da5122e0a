"""Fields in which a person or a school is found by what is typed: one is taken, several are named."""

from typing import Any

from django import forms

from schoolimprove.lib import clock
from schoolimprove.ui.forms import TextField
from schools.register.models.person import Person
from schools.register.models.school import School, SchoolQuerySet
from schools.register.partners import people_called

MOST_NAMED = 5


def person_called(text: str) -> Person:
    """Return the only person with that name or address; `ValidationError` where there is none, or more than one."""
    found = people_called(text, on=clock.today())
    if len(found) == 1:
        return found[0]
    if not found:
        raise forms.ValidationError(
            f"We know no one called “{text}”. Enter the email address, or ask a system administrator to add them"
        )
    named = ", ".join(person.name for person in found)
    raise forms.ValidationError(f"Several people are called that: {named}. Enter the email address")


class PersonField(TextField):
    """A name or an email address; the value is a `Person`, None where nothing is typed."""

    def clean(self, value: Any) -> Person | None:
        text: str = super().clean(value)
        return person_called(text) if text else None


class SchoolField(TextField):
    """A name or a URN; the value is one of `schools`, None where nothing is typed."""

    schools: SchoolQuerySet

    def clean(self, value: Any) -> School | None:
        text: str = super().clean(value)
        if not text:
            return None
        found = list(self.schools.matching(text).best_first(text)[: MOST_NAMED + 1])
        exact = [school for school in found if text.casefold() in (school.name.casefold(), str(school.urn))]
        if len(exact or found) == 1:
            return (exact or found)[0]
        if not found:
            raise forms.ValidationError(f"We found no school called “{text}”. Enter its name or URN")
        named = ", ".join(f"{school.name} ({school.urn})" for school in found[:MOST_NAMED])
        more = " and others" if len(found) > MOST_NAMED else ""
        raise forms.ValidationError(f"Several schools match: {named}{more}. Enter the URN")
