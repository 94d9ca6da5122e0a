"""The filters of the list of people."""

import django_filters

from .models import User
from .models.user import UserQuerySet, UserState

STATE_LABELS = {
    UserState.ACTIVE: "Active",
    UserState.INVITED: "Invited",
    UserState.DEACTIVATED: "Deactivated",
}


class PeopleFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(label="Name or email address", method="search")
    state = django_filters.ChoiceFilter(
        label="Status",
        choices=[(state.value, label) for state, label in STATE_LABELS.items()],
        method="in_state",
        empty_label="All",
    )

    class Meta:
        model = User
        fields: list[str] = []

    def search(self, people: UserQuerySet, _name: str, text: str) -> UserQuerySet:
        return people.search(text)

    def in_state(self, people: UserQuerySet, _name: str, state: str) -> UserQuerySet:
        return people.in_state(state)
