"""What a bill is called in Chinese by the law that decided it: its document, its payers, and why each pays."""

import msgspec

from law import Adjudication
from law.packs.model import PackFile
from law.wording import clause_of, reason_of

#: Who is of no category that the document serves.
NOBODY_SPECIAL = "一般参保人员"


class LayerWords(msgspec.Struct, frozen=True):
    """A payer's name, why it pays what it pays (empty where there is nothing to say), and by which clause."""

    name: str
    why: str
    clause: str


class BillWords(msgspec.Struct, frozen=True):
    """A bill's words; ``layers`` in the order of the adjudication's."""

    document: str
    category: str
    layers: tuple[LayerWords, ...]


def words_of(result: Adjudication, file: PackFile | None) -> BillWords:
    """The words of a bill by the pack that decided it; its codes where the pack is not known."""
    if file is None or [layer.payer for layer in file.layers] != [trace.payer for trace in result.layers]:
        bare = tuple(LayerWords(trace.payer, "", trace.clause) for trace in result.layers)
        return BillWords(result.document, result.category or NOBODY_SPECIAL, bare)
    names = {category.code: category.name for category in file.population.categories}
    category = names.get(result.category, result.category) if result.category else NOBODY_SPECIAL
    told = [
        LayerWords(layer.name, reason_of(trace, layer), clause_of(trace, file))
        for trace, layer in zip(result.layers, file.layers, strict=True)
    ]
    return BillWords(f"《{file.document.title}》（{result.document}）", category, tuple(told))
