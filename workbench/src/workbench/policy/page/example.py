"""A worked example on a page: one bill of the pack's own examples in which many payers have a part, in words."""

from pathlib import Path

from law import statement
from law.packs import Pack, PackLibrary
from workbench.examples.assumptions import assumed_of
from workbench.examples.document import read
from workbench.examples.playing import PlayedBill, play
from workbench.examples.settle import SettleExample
from workbench.policy.files import examples_beside
from workbench.policy.page.markdown import paragraph, section


def worked_example(pack: Pack, path: Path) -> list[str]:
    """The fullest bill among the pack's own examples, as the patient would be told."""
    own = examples_beside(path)
    if not own.exists():
        return []
    library = PackLibrary([pack])
    taken = {reading.ambiguity: reading.value for reading in pack.file.readings}
    examples = [example for example in read([own]) if isinstance(example, SettleExample)]
    bills = [
        (example, bill)
        for example in examples
        if assumed_of(example.assumes, pack).items() <= taken.items()
        for bill in play(example, library)
        if isinstance(bill, PlayedBill)
    ]
    example, bill = max(bills, key=lambda pair: _fullness(pair[1]))
    lines = statement(bill.result, bill.claim, bill.policy.file)
    return section(
        "An example in words 结算说明示例",
        paragraph(
            f"Example {example.id}, step {bill.step.id}: {example.title}. The person is made up. "
            f"`onestop policy explain {example.id}` shows it layer by layer; all examples of this pack are in "
            f"`policies/{pack.pack_id}.examples.yaml`."
        ),
        [f"> {line}  " for line in lines],
        [""],
        paragraph(f"By hand: {bill.step.working or example.working}"),
    )


def _fullness(bill: PlayedBill) -> tuple[int, int]:
    paying = sum(1 for layer in bill.result.layers if layer.amount_fen)
    return paying + (bill.result.patient_pays_fen > 0), bill.result.total_fen
