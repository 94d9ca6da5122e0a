"""The filters that lists over schools have in common: words, district and School Improvement Partner."""

from typing import Any, ClassVar

import django_filters
from django.db.models import Q
from django.forms import CheckboxSelectMultiple

from schoolimprove.lib.search import search_key
from schools.register.models.places import District
from schools.register.models.school import School
from schools.register.partners import NOBODY, Sips, with_sip

MOST_WORDS = 10
"""Words of a search that are looked for."""


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
        schools = queryset.order_by().values("school")
        districts = District.objects.filter(schools__in=schools).distinct().order_by("name")
        self.filters["district"].extra["choices"] = [(str(each.pk), str(each)) for each in districts]
        names = sorted(Sips.today().names.items(), key=lambda named: named[1].casefold())
        people = [(str(pk), name) for pk, name in names]
        self.filters["sip"].extra["choices"] = [(NOBODY, "Without a School Improvement Partner"), *people]

    def with_words(self, rows: Any, _name: str, text: str) -> Any:
        """Return the rows that have each word in the school's name or numbers, or in a `searched` field."""
        wanted = Q()
        for word in text.replace("\0", "").split()[:MOST_WORDS]:
            found = Q(pk__in=[])
            for name in self.searched:
                found |= Q(**{f"{name}__icontains": word})
            key = search_key(word)
            wanted &= found | Q(school__search_key__contains=key) if key else found
        return rows.filter(wanted)

    def of_partner(self, rows: Any, _name: str, person: str) -> Any:
        return rows.filter(school__in=School.objects.filter(with_sip([person])).order_by().values("pk"))
