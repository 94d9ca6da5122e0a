from django.apps import AppConfig


class SchoolsConfig(AppConfig):
    """The register, who holds which appointment, visits and their records."""

    name = "schools"
    label = "schools"
    verbose_name = "Schools"

    def ready(self) -> None:
        from schoolimprove.accounts.rights import register_resolver
        from schools import panels, people, policy  # noqa: F401 (policy declares its keys)
        from schools.imports import appointments, calendar, run, runs
        from schools.resolver import AppointmentResolver

        register_resolver(AppointmentResolver())
        panels.register()
        people.register()
        runs.register()
        for importer in (run, calendar, appointments):
            importer.register_importer()
