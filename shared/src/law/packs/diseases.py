"""Lists of diseases in a pack: as many as the document counts, each once; and what they withhold is a payer."""

import msgspec

from law.packs.model import OwnDiseases, PackFile
from law.packs.rules import Certification
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


def check_own(own: OwnDiseases, file: PackFile, source: Source) -> None:
    """Raise PackError for a county's own list that the document does not ask for, or that is not whole yet."""
    for name, rule in (("certification", file.certification), ("treat_first", file.treat_first)):
        listed: DiseaseList | None = getattr(own, name)
        if listed is None:
            continue
        here = f"$.disease_lists.{name}"
        if rule is None or rule.disease_list is None:
            raise source.error(here, f"the pack has no list of diseases under {name}, so none takes its place")
        if listed.count != rule.disease_list.count:
            asked = rule.disease_list.count
            raise source.error(f"{here}.count", f"the document speaks of {asked} diseases; list that many")
        _check(listed, here, source)
        samples = [i for i, disease in enumerate(listed.diseases) if disease.sample]
        if samples or listed.sample:
            at = f"{here}.diseases[{samples[0]}]" if samples else f"{here}.sample"
            raise source.error(at, "a county's own list has no samples: put in the name that the document means")


def check_certification(own: Certification | None, file: PackFile, source: Source) -> None:
    """Raise PackError for a county's own rule of certifying where the document has one, or that cannot be."""
    if own is None:
        return
    if file.certification is not None:
        said = file.certification.clause
        raise source.error("$.certification", f"the document itself says who certifies ({said}); leave this out")
    if own.disease_list is None or own.disease_list.sample or any(one.sample for one in own.disease_list.diseases):
        raise source.error("$.certification", "a county's own rule needs its list of diseases, without samples")
    check_diseases(msgspec.structs.replace(file, certification=own), source)


def with_own(file: PackFile, own: OwnDiseases) -> PackFile:
    """The pack with the county's own lists of diseases."""
    certification, treat_first = file.certification, file.treat_first
    if certification is not None and own.certification is not None:
        certification = msgspec.structs.replace(certification, disease_list=own.certification)
    if treat_first is not None and own.treat_first is not None:
        treat_first = msgspec.structs.replace(treat_first, disease_list=own.treat_first)
    return msgspec.structs.replace(file, certification=certification, treat_first=treat_first)


def sample_lists(file: PackFile) -> tuple[tuple[str, DiseaseList], ...]:
    """The lists that a place must still put in, each with its name in the settings: the document only counts them."""
    certified = None if file.certification is None else file.certification.disease_list
    treated_first = None if file.treat_first is None else file.treat_first.disease_list
    lists = (("certification", certified), ("treat_first", treated_first))
    return tuple((name, listed) for name, listed in lists if listed is not None and listed.sample)


def _check(listed: DiseaseList, path: str, source: Source) -> None:
    codes = [disease.code for disease in listed.diseases]
    if len(codes) != listed.count:
        raise source.error(f"{path}.diseases", f"the list has {len(codes)} diseases, and must have {listed.count}")
    for i, code in enumerate(codes):
        if code in codes[:i]:
            raise source.error(f"{path}.diseases[{i}].code", f"the code {code!r} stands in the list twice")
