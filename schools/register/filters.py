"""The filters that lists over schools have in common: words, district and School Improvement Partner."""

from typing import Any, ClassVar

import django_filters
from django.forms import CheckboxSelectMultiple

from schoolimprove.ui.searching import holds_words
from schools.register.models.places import District
from schools.register.models.school import School
from schools.register.partners import NOBODY, Sips, with_sip


class SchoolScopeFilter(django_filters.FilterSet):
    """Words, district and partner of each row's school; the districts to choose from are those the rows have.

    `searched` names fields of the row in which a word may be as well as in the school's name and numbers.
    """

    searched: ClassVar[tuple[str, ...]] = ()

    q = django_filters.CharFilter(label="School, URN or LAESTAB", method="with_words")
    district = django_filters.MultipleChoiceFilter(
        label="District", field_name="school__district", widget=CheckboxSelectMultiple, distinct=False
    )
    sip = django_filters.ChoiceFilter(label="School Improvement Partner", method="of_partner", empty_label="Any")

    def __init__(self, data: Any, queryset: Any, **kwargs: Any) -> None:
        super().__init__(data, queryset, **kwargs)
        districts = District.objects.filter(schools__in=self.schools(queryset)).distinct().order_by("name")
        self.filters["district"].extra["choices"] = [(str(each.pk), str(each)) for each in districts]
        names = sorted(Sips.today().names.items(), key=lambda named: named[1].casefold())
        people = [(str(pk), name) for pk, name in names]
        self.filters["sip"].extra["choices"] = [(NOBODY, "Without a School Improvement Partner"), *people]

    def schools(self, queryset: Any) -> Any:
        """Return the keys of the schools whose districts can be chosen."""
        return queryset.order_by().values("school")

    def with_words(self, rows: Any, _name: str, text: str) -> Any:
        """Return the rows that have each word in the school's name or numbers, or in a `searched` field."""
        return rows.filter(holds_words(text, ["school__search_key", *self.searched]))

    def of_partner(self, rows: Any, _name: str, person: str) -> Any:
        return rows.filter(school__in=School.objects.filter(with_sip([person])).order_by().values("pk"))
