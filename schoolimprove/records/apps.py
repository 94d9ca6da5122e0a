from django.apps import AppConfig


class RecordsConfig(AppConfig):
    """What every record shares: versions, transitions, audit, drafts and references."""

    name = "schoolimprove.records"
    label = "records"
    verbose_name = "Records and audit"

    def ready(self) -> None:
        from . import jobs, tasks

        # Asked of the task when a job is triggered: until every app is ready, it is a task of no broker of ours.
        jobs.register_trigger(lambda job_id: tasks.run_job.delay(job_id))
