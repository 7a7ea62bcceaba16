"""Place jobs on the cards of one cluster: first come, first served, smaller ones fill the gaps.

Pure. Never more cards in use than there are. A job at the head of the queue that has waited for
long stops the filling of gaps, so that large jobs start at last.
"""

import heapq
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from demo.workload import HOUR, MINUTE, RESTARTS_MAX, Job

PATIENCE: Final = 6 * HOUR
RESTART_DELAY: Final = 5 * MINUTE


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One run of a job on its cards, [start, end) in seconds; attempt 0 is the first.

    A run with start == end held no card: the job was withdrawn while it waited (`started` is
    then False), or it ended in the second in which it started.
    """

    job: Job
    attempt: int
    start: int
    end: int
    started: bool = True

    @property
    def suspended(self) -> int:
        """Return the seconds of the run that do not count; only the last run was suspended."""
        return min(self.job.suspended, (self.end - self.start) // 2)


@dataclass(order=True, slots=True)
class _Waiting:
    since: int
    order: int
    job: Job = field(compare=False)
    attempt: int = field(compare=False)
    left: int = field(compare=False)


def schedule(jobs: Iterable[Job], *, cards: int, last_start: int, horizon: int) -> list[Run]:
    """Return the runs in order of their start.

    Nothing starts at or after `last_start`; what still runs at `horizon` is stopped for
    maintenance and reported as it stands.
    """
    return _Cluster(cards=cards, last_start=last_start, horizon=horizon).work_off(jobs)


class _Cluster:
    """The state of the cluster while time goes on."""

    def __init__(self, *, cards: int, last_start: int, horizon: int) -> None:
        self.free = cards
        self.last_start = last_start
        self.horizon = horizon
        self.arrivals: list[_Waiting] = []
        self.queue: list[_Waiting] = []
        self.ends: list[tuple[int, int, Run, int]] = []
        self.runs: list[Run] = []
        self.count = 0

    def work_off(self, jobs: Iterable[Job]) -> list[Run]:
        for job in jobs:
            self.arrive(job, at=job.submitted, attempt=0, left=job.seconds)
        while self.arrivals or self.ends:
            now = self.next_instant()
            while self.ends and self.ends[0][0] == now:
                self.end(*heapq.heappop(self.ends)[2:])
            while self.arrivals and self.arrivals[0].since == now:
                heapq.heappush(self.queue, heapq.heappop(self.arrivals))
            self.start_what_fits(now)
        return sorted(self.runs, key=lambda run: (run.start, run.job.number, run.attempt))

    def next_instant(self) -> int:
        instants = [self.ends[0][0]] if self.ends else []
        if self.arrivals:
            instants.append(self.arrivals[0].since)
        return min(instants)

    def arrive(self, job: Job, *, at: int, attempt: int, left: int) -> None:
        self.count += 1
        heapq.heappush(self.arrivals, _Waiting(at, self.count, job, attempt, left))

    def start_what_fits(self, now: int) -> None:
        kept: list[_Waiting] = []
        is_open = now < self.last_start
        for waiting in sorted(self.queue):
            blocked = bool(kept) and now - kept[0].since > PATIENCE
            withdrawn = waiting.job.fate == "withdrawn"
            if withdrawn and now > waiting.since:
                self.withdraw(waiting.job, now)
            elif is_open and not blocked and not withdrawn and waiting.job.cards <= self.free:
                self.start(waiting, now)
            else:
                kept.append(waiting)
        self.queue = kept if is_open else []

    def withdraw(self, job: Job, now: int) -> None:
        self.runs.append(Run(job=job, attempt=0, start=now, end=now, started=False))

    def start(self, waiting: _Waiting, now: int) -> None:
        job = waiting.job
        if job.fate == "stillborn":
            self.runs.append(Run(job=job, attempt=0, start=now, end=now))
            return
        seconds = waiting.left
        if job.fate == "cancelled" or (job.fate == "failed" and waiting.attempt < RESTARTS_MAX):
            seconds = min(seconds, job.dies_after)
        end = min(now + seconds, self.horizon)
        self.free -= job.cards
        self.count += 1
        run = Run(job=job, attempt=waiting.attempt, start=now, end=end)
        heapq.heappush(self.ends, (end, self.count, run, waiting.left - seconds))

    def end(self, run: Run, left: int) -> None:
        self.free += run.job.cards
        self.runs.append(run)
        if run.job.fate == "failed" and left > 0 and run.end < self.last_start:
            self.arrive(run.job, at=run.end + RESTART_DELAY, attempt=run.attempt + 1, left=left)
