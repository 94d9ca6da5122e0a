from django.apps import AppConfig


class SchoolsConfig(AppConfig):
    """The register, who holds which appointment, visits and their records."""

    name = "schools"
    label = "schools"
    verbose_name = "Schools"
