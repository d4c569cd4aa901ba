"""What a nightly verification tells Prometheus: what is broken where, and that a checkpoint cannot be read."""

from datetime import UTC, datetime

from onestop.chain_figures import ChainFigures

NIGHT = datetime(2026, 1, 2, 3, 0, tzinfo=UTC)
BROKEN = "onestop_chain_broken_places"


def test_what_is_broken_is_told_by_service_and_goes_with_what_was_mended() -> None:
    figures = ChainFigures()
    value = figures.registry.get_sample_value
    assert value("onestop_chain_verified_timestamp_seconds", {"service": "verify-chain"}) is None
    figures.tell(("settlement: stream x", "settlement: entry 7", "identity: entry 1"), NIGHT)
    assert [value(BROKEN, {"service": name}) for name in ("settlement", "identity", "referral")] == [2, 1, 0]
    assert value("onestop_chain_verified_timestamp_seconds", {"service": "verify-chain"}) == NIGHT.timestamp()
    figures.tell((), NIGHT)
    assert value(BROKEN, {"service": "settlement"}) == 0


def test_a_checkpoint_that_cannot_be_read_is_broken_until_all_can_be() -> None:
    figures = ChainFigures()
    figures.unreadable()
    assert figures.registry.get_sample_value(BROKEN, {"service": "checkpoints"}) == 1
    figures.tell((), NIGHT)
    assert figures.registry.get_sample_value(BROKEN, {"service": "checkpoints"}) == 0
