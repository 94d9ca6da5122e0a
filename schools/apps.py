from django.apps import AppConfig


class SchoolsConfig(AppConfig):
    """The register, who holds which appointment, visits and their records."""

    name = "schools"
    label = "schools"
    verbose_name = "Schools"

    def ready(self) -> None:
        from schoolimprove.accounts.rights import register_resolver
        from schoolimprove.policy.shipping import Shipment, shipments
        from schools import (
            calendar_feed,
            expecting,
            figures,
            freezing_job,
            panels,
            people,
            policy,  # noqa: F401 (declares its keys)
            recounting_job,
            reminding,
            termly,
        )
        from schools.imports import appointments, calendar, run, runs
        from schools.models import ProgrammeEdition
        from schools.programmes import sync_programmes
        from schools.resolver import AppointmentResolver

        register_resolver(AppointmentResolver())
        panels.register()
        reminding.register()
        termly.register()
        calendar_feed.register()
        people.register()
        figures.register_own()
        runs.register()
        shipments.register(Shipment("programmes", 20, ProgrammeEdition._meta.db_table, sync_programmes))
        freezing_job.register()
        recounting_job.register()
        expecting.register()
        for importer in (run, calendar, appointments):
            importer.register_importer()
