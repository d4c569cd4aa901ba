"""The shape of a pack file: document, population, ordered layers, accumulators, funds, clocks, readings of the law."""

from collections.abc import Collection
from datetime import date
from typing import Literal

import msgspec

from law.methods.register import AnyLayer
from law.packs import rules
from law.packs.population import Exclusions, Identification, Population, SaidBy, TreatFirst
from law.rows import Dated, DiseaseList, Kind, Level, Part, Place

__all__ = ["Accumulator", "Document", "Fund", "Kind", "Level", "Pack", "PackFile", "Place", "Reading", "Settings"]


class Document(Part, frozen=True, kw_only=True):
    """The policy document that the pack is the reading of."""

    number: str
    title: str
    issuer: str
    issued: date
    #: How clauses of this document are cited in traces, such as ``004``.
    cited_as: str
    amends: tuple[str, ...] = ()
    notes: str = ""


class Accumulator(Part, frozen=True, kw_only=True):
    """A yearly count per person, with what it adds."""

    name: str
    adds: str
    clause: str


class PurposesRead(Part, frozen=True, kw_only=True):
    """What a fund pays besides, where all these readings of the law are in force (such as ``E12b:…``)."""

    reading: tuple[str, ...]
    purposes: tuple[str, ...]
    clause: str


class Fund(Part, frozen=True, kw_only=True):
    """A fund that may be asked to pay, and for what: anything else is refused (专款专用).

    ``purposes`` are those that the text gives it; ``also`` those that it has under some readings of it alone. ``held``
    says where its money lies: in the account of the place that the ledger keeps, or with the fund's owner. ``seen_by``
    are the departments, insurers among them, whose own layer it is: they see what it owes and pays.
    """

    code: str
    name: str
    owner: str
    purposes: tuple[str, ...]
    clause: str
    appropriation_yuan: str | None = None
    appropriated: Literal["yearly", "once"] = "yearly"
    held: Literal["here", "elsewhere"] = "here"
    also: tuple[PurposesRead, ...] = ()
    seen_by: tuple[str, ...] = ()

    def pays(self, readings: Collection[str]) -> tuple[str, ...]:
        """All that the fund may pay where these readings are in force."""
        more = (purpose for read in self.also if set(read.reading) <= set(readings) for purpose in read.purposes)
        return (*self.purposes, *more)


class Reading(Part, frozen=True, kw_only=True):
    """A choice where the text is open (AMB in the design pages), named so that a county may choose otherwise."""

    ambiguity: str
    value: str
    why: str


class PackFile(Part, frozen=True, kw_only=True):
    """A whole pack file."""

    pack: str
    region: str
    division: str
    name: str
    document: Document
    in_force_from: date
    population: Population
    layers: tuple[AnyLayer, ...]
    in_force_to: date | None = None
    identification: Identification | None = None
    treat_first: TreatFirst | None = None
    accumulators: tuple[Accumulator, ...] = ()
    exclusions: Exclusions | None = None
    referral: rules.ReferralRule | None = None
    funds: tuple[Fund, ...] = ()
    sources: tuple[rules.Source, ...] = ()
    premium: rules.Premium | None = None
    clocks: tuple[rules.Clock, ...] = ()
    prepayment: tuple[rules.Prepayment, ...] = ()
    clearing: tuple[rules.Clearing, ...] = ()
    advances: tuple[rules.Advance, ...] = ()
    consultation_fee: rules.ConsultationFee | None = None
    indicators: tuple[rules.Indicator, ...] = ()
    certification: rules.Certification | None = None
    enrolment_check: rules.EnrolmentCheck | None = None
    low_income: rules.LowIncomeTest | None = None
    service_points: tuple[rules.ServicePoint, ...] = ()
    duties: tuple[rules.Duty, ...] = ()
    readings: tuple[Reading, ...] = ()

    @property
    def read_as(self) -> frozenset[str]:
        """The readings in force, as rows name them: ``E12:povfund_first``."""
        return frozenset(f"{reading.ambiguity}:{reading.value}" for reading in self.readings)


class OwnDiseases(Part, frozen=True, kw_only=True):
    """The county's own lists, where the document only counts the diseases: they take the place of the pack's."""

    certification: DiseaseList | None = None
    treat_first: DiseaseList | None = None


class Settings(Part, frozen=True, kw_only=True):
    """What a county decides for itself: figures and lists that the document leaves open, and other readings of it."""

    configured: dict[str, tuple[Dated, ...]] = msgspec.field(default_factory=dict)
    readings: dict[str, str] = msgspec.field(default_factory=dict)
    #: Days for which the approval of a referral holds, where the document sets no end (AMB-H5). The referral service
    #: closes approvals that ran out by a setting of its own; set both alike.
    referral_valid_days: int | None = None
    #: The agency approves a referral only when its papers and the sealed form are there as scans (001 附件 注2 asks for
    #: copies, and leaves open who looks at them).
    referral_scanned: bool = False
    disease_lists: OwnDiseases = OwnDiseases()
    #: On whose word chronic care rests here, where the document speaks of the sick and of nobody who says that they are
    #: (000 一(二)1 慢病患者).
    certification: rules.Certification | None = None
    #: Whose list says who belongs to a category here, before what the document says of it.
    said_by: tuple[SaidBy, ...] = ()


class Pack(msgspec.Struct, frozen=True):
    """A loaded pack: its file with the readings in force, its settings, and the exact text it was read from."""

    file: PackFile
    text: str
    digest: str
    settings: Settings = Settings()

    @property
    def pack_id(self) -> str:
        """The pack's name, which is its path without suffix, such as ``445200-jieyang/2019-jieyibao-21``."""
        return self.file.pack

    def in_force(self, on: date) -> bool:
        """Whether the document counts on a day."""
        return self.file.in_force_from <= on and (self.file.in_force_to is None or on <= self.file.in_force_to)
