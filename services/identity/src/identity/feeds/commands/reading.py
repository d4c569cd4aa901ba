"""How a batch's file is read: the same each time, also after a restart, and when it goes back to its office."""

from functools import partial

from identity.feeds.commands.applying import description_of
from identity.feeds.domain.batch import Batch
from identity.feeds.domain.offices import OfficeWords
from identity.feeds.domain.row import FeedRow, feed_form
from identity.intake.readers.forms import FormMaker
from identity.intake.readers.kinds import NDJSON


def form_of(batch: Batch, words: OfficeWords) -> FormMaker[FeedRow]:
    """How a batch's file is read, by the words that its office had when the file came."""
    # In NDJSON every line names its own columns: one without a category is that line's fault.
    named = batch.category is not None or batch.media_type == NDJSON
    return partial(feed_form, description_of(batch), category_named=named, office=words.office)
