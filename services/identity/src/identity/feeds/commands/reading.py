"""How a batch's file is read: the same each time, also after a restart, and when it goes back to its office."""

from functools import partial

from identity.feeds.commands.applying import description_of
from identity.feeds.domain.batch import Batch
from identity.feeds.domain.offices import OfficeWords
from identity.feeds.domain.row import FeedRow, feed_form
from identity.intake.readers.forms import FormMaker
from identity.intake.readers.kinds import NDJSON
from identity.persons.queries.places import Places
from kernel.values.china_time import china_date


def form_of(batch: Batch, words: OfficeWords, places: Places) -> FormMaker[FeedRow]:
    """How a batch's file is read, by the words and the rules that there were when the file came."""
    # In NDJSON every line names its own columns: one without a category is that line's fault.
    named = batch.category is not None or batch.media_type == NDJSON
    owners = places.owners(china_date(batch.received_at))
    return partial(feed_form, description_of(batch, owners), category_named=named, office=words.office)
