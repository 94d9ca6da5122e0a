from django.apps import AppConfig


class CalendarConfig(AppConfig):
    """The authority's terms, half-terms, closures and bank-holiday overrides."""

    name = "schoolimprove.calendar"
    label = "calendar"
    verbose_name = "Calendar"
