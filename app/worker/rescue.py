"""Jobs whose worker is gone are taken up again, soon after it fell.

https://procrastinate.readthedocs.io/en/stable/howto/production/retry_stalled_jobs.html. A worker that is killed
leaves its jobs marked as running, and with them the locks of their women.
"""

import logging
from collections.abc import Awaitable, Callable, Iterable
from typing import Any

from procrastinate import App
from procrastinate.exceptions import AlreadyEnqueued, ConnectorException
from procrastinate.job_context import JobContext
from procrastinate.jobs import Job, Status
from procrastinate.worker import Worker

HEARTBEAT, STALLED = 1.0, 5.0  # seconds: a worker says that it lives; it is given up
_log = logging.getLogger("helsekort.worker")


class Rescue:
    """Knows which jobs this process runs, and puts back those that nobody does."""

    def __init__(self) -> None:
        self._running: set[int] = set()
        self._workers: set[int] = set()
        self._suspects: set[int] = set()

    async def watch(self, proceed: Callable[[], Awaitable[Any]], context: JobContext, _: Worker) -> Any:
        """Around every job of this process."""
        job = context.job
        if job.worker_id is not None:
            self._workers.add(job.worker_id)
        self._running.add(job.id or 0)
        try:
            return await proceed()
        finally:
            self._running.discard(job.id or 0)

    async def sweep(self, app: App) -> None:
        """Put back the jobs of workers that are gone, and our own whose end could not be written down."""
        stalled = await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=STALLED)
        for job in [*stalled, *await self._forgotten(app)]:
            await _put_back(app, job)

    async def _forgotten(self, app: App) -> list[Job]:
        """Marked as running by us at two sweeps in a row without running: the database failed when the job ended."""
        ours: list[Job] = []
        for worker in self._workers:
            ours += await app.job_manager.list_jobs_async(status=Status.DOING.value, worker_id=worker)
        idle = _ids(ours) - self._running
        forgotten, self._suspects = idle & self._suspects, idle
        return [job for job in ours if job.id in forgotten]


def _ids(jobs: Iterable[Job]) -> set[int]:
    return {job.id for job in jobs if job.id is not None}


async def _put_back(app: App, job: Job) -> None:
    _log.warning("job %s (%s) is taken up again", job.id, job.task_name)
    try:
        await app.job_manager.retry_job(job)
    except (ConnectorException, AlreadyEnqueued):
        # Another worker was faster, or another job for the same message waits already.
        if job.queueing_lock is not None:
            await _drop(app, job)


async def _drop(app: App, job: Job) -> None:
    queued = await app.job_manager.list_jobs_async(status=Status.TODO.value, queueing_lock=job.queueing_lock)
    if any(row.id != job.id for row in queued):
        await app.job_manager.finish_job(job, Status.ABORTED, delete_job=True)
