from django.apps import AppConfig


class CategorisationConfig(AppConfig):
    """Rounds, recommendations and moderation of school categories."""

    name = "categorisation"
    label = "categorisation"
    verbose_name = "Categorisation"

    def ready(self) -> None:
        from categorisation import letters, navigation
        from categorisation.decisions import actions as decision_actions
        from categorisation.decisions import chronology, importing
        from categorisation.decisions import deadlines as decision_deadlines
        from categorisation.decisions import pages as decision_pages
        from categorisation.mismatches import actions as mismatch_actions
        from categorisation.mismatches import deadlines as mismatch_deadlines
        from categorisation.moderation import in_year, item
        from categorisation.opening import termly
        from categorisation.recommendations import deadlines, hand_over, todo
        from categorisation.schemes.models import SchemeEdition
        from categorisation.schemes.shipped import EDITIONS
        from schoolimprove.policy.editions import ship_editions
        from schoolimprove.policy.shipping import Shipment, shipments

        def sync_schemes() -> int:
            """Load the schemes that come with the code and were not loaded yet."""
            return ship_editions(SchemeEdition, EDITIONS)

        shipments.register(Shipment("schemes", 30, SchemeEdition._meta.db_table, sync_schemes))
        for registers in (navigation, deadlines, hand_over, todo, termly, letters):
            registers.register()
        for of_decisions in (
            chronology,
            decision_actions,
            decision_deadlines,
            decision_pages,
            importing,
            item,
            in_year,
        ):
            of_decisions.register()
        for of_mismatches in (mismatch_actions, mismatch_deadlines):
            of_mismatches.register()
