"""Background work of records: the one task behind every job, and the sweep that finds what was left lying."""

from celery import shared_task

from schoolimprove.records import jobs


@shared_task
def run_job(job_id: int) -> None:
    jobs.run(job_id)


@shared_task
def resume_jobs() -> None:
    jobs.resume()
