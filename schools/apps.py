from django.apps import AppConfig


class SchoolsConfig(AppConfig):
    """The register, who holds which appointment, visits and their records."""

    name = "schools"
    label = "schools"
    verbose_name = "Schools"

    def ready(self) -> None:
        from schoolimprove.accounts.rights import register_resolver
        from schoolimprove.policy.keys import name_entries
        from schoolimprove.policy.shipping import Shipment, shipments
        from schools.groups import chronology as group_chronology
        from schools.home import calendar_feed, navigation, panels
        from schools.home.chronology import sources
        from schools.imports import todo as import_todo
        from schools.imports.appointments import run as appointment_run
        from schools.imports.calendar import run as calendar_run
        from schools.imports.core import runs
        from schools.imports.gias import run as gias_run
        from schools.inspections import chronology as inspection_chronology
        from schools.inspections.actions import sync_frameworks
        from schools.inspections.models import FrameworkEdition
        from schools.letters import chronology as letter_chronology
        from schools.letters import pdf as letter_pdf
        from schools.meetings import note
        from schools.oversight import expected_deadlines, recalculate_deadlines, reminder_rules, school_facts
        from schools.policy import PHASE_BY_TYPE, SERVICE_BY_TYPE
        from schools.records import chronology as record_chronology
        from schools.records import hand_over as record_hand_over
        from schools.records import pdf as record_pdf
        from schools.records.writing import figures
        from schools.referrals import chronology as referral_chronology
        from schools.referrals import deciding as referral_deciding
        from schools.register import standing
        from schools.register.establishments import name_of_type
        from schools.register.people import account_hooks
        from schools.register.roles_resolver import AppointmentResolver
        from schools.visits import chronology as visit_chronology
        from schools.visits import hand_over as visit_hand_over
        from schools.visits.models.programme import ProgrammeEdition
        from schools.visits.opening import termly
        from schools.visits.opening import todo as opening_todo
        from schools.visits.programme.actions import sync_programmes

        register_resolver(AppointmentResolver())
        for key in (SERVICE_BY_TYPE, PHASE_BY_TYPE):
            name_entries(key, name_of_type)
        navigation.register()
        panels.register()
        for chronology in (
            group_chronology,
            visit_chronology,
            record_chronology,
            letter_chronology,
            inspection_chronology,
            referral_chronology,
            sources,
        ):
            chronology.register()
        for hand_over in (visit_hand_over, record_hand_over):
            hand_over.register()
        for tasks in (reminder_rules, opening_todo, import_todo):
            tasks.register()
        for facts in (standing, school_facts):
            facts.register()
        termly.register()
        calendar_feed.register()
        account_hooks.register()
        figures.register_own()
        runs.register()
        shipments.register(Shipment("programmes", 20, ProgrammeEdition._meta.db_table, sync_programmes))
        shipments.register(Shipment("frameworks", 25, FrameworkEdition._meta.db_table, sync_frameworks))
        record_pdf.register()
        letter_pdf.register()
        for kinds in (note, referral_deciding):
            kinds.register()
        recalculate_deadlines.register()
        expected_deadlines.register()
        for importer in (gias_run, calendar_run, appointment_run):
            importer.register_importer()
