"""Identity's read model: the tables and rows of all topics as one, complete against the registry of its events."""

from typing import Final

from identity.certification import rows as certification
from identity.certification.domain.certifications import CertificationCancelled, ChronicCertified
from identity.comparison import rows as comparison
from identity.enrolment import rows as enrolment
from identity.entries import rows as entries
from identity.event_types import REGISTRY
from identity.facts import rows as facts
from identity.feeds import rows as feeds
from identity.illnesses import rows as illnesses
from identity.intake import rows as intake
from identity.memberships import rows as memberships
from identity.persons import rows as persons
from kernel.messaging import mending
from kernel.writing.read_model import ReadModel

READ_MODEL: Final = ReadModel(
    REGISTRY,
    tables=(
        persons.TABLES,
        facts.TABLES,
        memberships.TABLES,
        entries.TABLES,
        feeds.TABLES,
        certification.TABLES,
        illnesses.TABLES,
        enrolment.TABLES,
        comparison.TABLES,
    ),
    topics=(
        persons.ROWS,
        persons.STANDING,
        # Certification decides on events of the person's stream, too.
        dict.fromkeys((ChronicCertified, CertificationCancelled), persons.person_row),
        facts.ROWS,
        memberships.ROWS,
        entries.ROWS,
        feeds.ROWS,
        certification.ROWS,
        illnesses.ROWS,
        enrolment.ROWS,
        comparison.ROWS,
        mending.ROWS,
    ),
    not_rebuilt=(persons.SOURCES, intake.WORKING, feeds.WORKING, comparison.WORKING),
)
