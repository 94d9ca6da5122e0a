from django.apps import AppConfig


class RecordsConfig(AppConfig):
    """What every record shares: versions, transitions, audit, drafts and references."""

    name = "schoolimprove.records"
    label = "records"
    verbose_name = "Records and audit"
