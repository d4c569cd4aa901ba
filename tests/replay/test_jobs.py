"""What the passes of a verification are cut into, and how what they found is put together again."""

from onestop.replay.difference import Difference
from onestop.replay.jobs import Job, Part, PassVerdict, by_service, jobs_of
from onestop.services import SERVICES


def test_one_process_reads_each_log_once() -> None:
    assert set(jobs_of(SERVICES, shared=False)) == {Job(name, Part.ALL) for name in SERVICES}


def test_processes_share_the_longest_log_and_begin_with_it() -> None:
    jobs = jobs_of(SERVICES, shared=True)
    assert jobs[:2] == [Job("settlement", Part.ROWS), Job("settlement", Part.CHECKS)]
    assert set(jobs[2:]) == {Job(name) for name in SERVICES if name != "settlement"}
    assert len({job.said for job in jobs}) == len(jobs), "each begins once under its own name"


def test_what_both_parts_of_a_log_found_is_said_once_and_its_events_count_once() -> None:
    both, only = Difference("event 1", "one", "other"), Difference("settlement s", "settled", "refused")
    jobs = [Job("settlement", Part.ROWS), Job("settlement", Part.CHECKS), Job("identity")]
    verdicts = [PassVerdict(5, 0, (both,)), PassVerdict(5, 3, (both, only)), PassVerdict(2, 0, ())]
    found = by_service(jobs, verdicts)
    assert found == {"settlement": PassVerdict(5, 3, (both, only)), "identity": PassVerdict(2, 0, ())}
