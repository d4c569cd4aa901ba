"""Lists of diseases in a pack: as many as the document counts, each once; and what they withhold is a payer."""

from law.packs.model import PackFile
from law.packs.source import Source
from law.rows import DiseaseList


def check_diseases(file: PackFile, source: Source) -> None:
    """Raise PackError where a list is not as long as its document says, or names a code twice."""
    rule, treat_first = file.certification, file.treat_first
    if rule is not None:
        here = "$.certification"
        if rule.disease_list is not None:
            _check(rule.disease_list, f"{here}.disease_list", source)
            if rule.disease_list.count != rule.diseases:
                raise source.error(
                    f"{here}.disease_list.count", f"the document speaks of {rule.diseases} diseases; list that many"
                )
        payers = [layer.payer for layer in file.layers]
        for name, named in (("withhold", rule.withhold), ("refused", rule.refused)):
            for i, payer in enumerate(named):
                if payer not in payers:
                    raise source.error(f"{here}.{name}[{i}]", f"{payer!r} is no payer; there are {', '.join(payers)}")
    if treat_first is not None and treat_first.disease_list is not None:
        _check(treat_first.disease_list, "$.treat_first.disease_list", source)


def _check(listed: DiseaseList, path: str, source: Source) -> None:
    codes = [disease.code for disease in listed.diseases]
    if len(codes) != listed.count:
        raise source.error(f"{path}.diseases", f"the list has {len(codes)} diseases, and must have {listed.count}")
    for i, code in enumerate(codes):
        if code in codes[:i]:
            raise source.error(f"{path}.diseases[{i}].code", f"the code {code!r} stands in the list twice")
