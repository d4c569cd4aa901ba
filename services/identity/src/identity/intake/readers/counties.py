"""Counties (县级区划) by code or by name, from the table that comes with python-stdnum.

The table knows codes that are no longer in force, which people's papers go on saying. It ends some years ago: a county
that is newer is made known among the words of an office.
"""

import re
from collections.abc import Container, Mapping, Sequence
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Final

import msgspec

from identity.intake.domain import row_refused
from identity.intake.readers.folding import fold_word
from kernel.values.divisions import covers
from kernel.values.refusals import Refused

#: Cities without counties: their own code stands where a county's would.
WITHOUT_COUNTIES: Final = frozenset(("441900", "442000", "460400", "620200"))
NO_ZONES: Final[Mapping[str, str]] = MappingProxyType({})
_CODE: Final = re.compile(r"(\d{6})(?:\d{3}|\d{6})?(?:\.0)?")
#: A code and a name in one cell, in either order.
_BOTH: Final = re.compile(
    r"(?P<code>\d{6})(?:0{6})?[-(:·/]?(?P<name>\D{2,}?)\)?|(?P<name_>\D{2,}?)[-(:·/]?(?P<code_>\d{6})(?:0{6})?\)?"
)
#: What stands between the parts of a place's name.
_BETWEEN: Final = re.compile(r"[-/\\,、>|·•—–_.]+")
#: What parts two places that are both meant.
_LISTED: Final = re.compile(r"[/、,;和及]")
_PEOPLES: Final = re.compile(
    "(?:(?:满|回|蒙古|朝鲜|壮|苗|瑶|侗|土家|布依|彝|藏|羌|黎|畲|傣|白|哈尼|拉祜|佤|傈僳|纳西|景颇|布朗|怒|普米|独龙|仡佬|仫佬|"
    "毛南|水|土|撒拉|东乡|保安|裕固|哈萨克|锡伯|塔吉克|达斡尔|鄂温克|各)族)+自治(?=[县旗])"
)
_ENTRY: Final = re.compile(r'(\d{2,4}) (?:province|county)="([^"]*)"')
_NAME: Final = re.compile(r"(?:\[(\d*)-(\d*)\])?([^,]+)")
_OF_PROVINCES: Final = ("壮族自治区", "回族自治区", "维吾尔自治区", "自治区", "省", "市")
_OF_CITIES: Final = ("地区", "盟", "市")
_SUFFIXES: Final = ("自治县", "自治旗", "县", "市", "区", "旗", "林区", "特区")


class Gazetteer(msgspec.Struct, frozen=True):
    """The counties that are or were, and the names of those that are."""

    codes: frozenset[str]
    provinces: Mapping[str, str]
    cities: Mapping[str, str]
    by_name: Mapping[str, tuple[str, ...]]


@cache
def gazetteer() -> Gazetteer:
    """The table, read once a process."""
    codes: set[str] = set()
    provinces: dict[str, str] = {}
    cities: dict[str, str] = {}
    by_name: dict[str, list[str]] = {}
    former: list[tuple[str, str]] = []
    province = ""
    text = files("stdnum.cn").joinpath("loc.dat").read_text("utf-8")
    for code, said in _ENTRY.findall(text):
        if len(code) == 2:
            province, provinces[code] = code, said
            continue
        whole, name = province + code, _present(said)
        if whole[4:] == "00" and whole not in WITHOUT_COUNTIES:
            cities[whole] = name or ""
            continue
        codes.add(whole)
        if name is None:
            former += [(called, whole) for _, _, called in _NAME.findall(said)]
        elif name != "市辖区":
            for called in _called(name):
                by_name.setdefault(called, []).append(whole)
    by_name |= _by_former_name(former, by_name)
    return Gazetteer(frozenset(codes), provinces, cities, {name: tuple(found) for name, found in by_name.items()})


def _by_former_name(former: Sequence[tuple[str, str]], today: Container[str]) -> dict[str, list[str]]:
    """Counties by what they were called, which papers go on saying and is nobody else's name ``today``.

    What two cities had of one name is two places; what one city had twice is one that was given another number.
    """
    found: dict[str, dict[str, str]] = {}
    for called, whole in former:
        if called not in today and called.endswith(("县", "市", "区", "旗")):
            found.setdefault(called, {}).setdefault(whole[:4], whole)
    return {called: list(by_city.values()) for called, by_city in found.items()}


def _called(name: str) -> set[str]:
    """How a county is called: by its whole name, without its peoples (恭城县), and without what kind of place it is."""
    plain = _PEOPLES.sub("", name)
    called = {name, plain if len(plain) > 2 else name}
    for whole in (name, plain):
        suffix = next((suffix for suffix in _SUFFIXES if whole.endswith(suffix)), "")
        if len(whole) - len(suffix) >= 2:
            called.add(whole.removesuffix(suffix))
    return called


def _present(said: str) -> str | None:
    """The name in force of an entry; None where it is a thing of the past."""
    for _, ends, name in _NAME.findall(said):
        if not ends:
            return str(name)
    return None


def county_of(text: str, within: Sequence[str] = (), zones: Mapping[str, str] = NO_ZONES) -> str:
    """The county that a code of 6, 9 or 12 digits or a name means; of several names one ``within`` these divisions.

    ``zones`` are the codes of zones that stand beside counties, by name. Raises Refused COUNTY_MALFORMED,
    COUNTY_UNKNOWN.
    """
    plain = fold_word(text)
    if plain in zones or plain in zones.values():
        return zones.get(plain, plain)
    if (code := _CODE.fullmatch(plain)) is not None:
        return _known(code[1], within)
    if plain.isascii():
        raise _malformed()
    if (both := _BOTH.fullmatch(plain)) is not None:
        return _agreed(_known(both["code"] or both["code_"], within), both["name"] or both["name_"])
    found = _named(_BETWEEN.sub("", plain).removeprefix("中国"), within)
    if len(found) != 1:
        raise _unknown(several=bool(found))
    if _names_another(plain, found[0]):
        raise _two()
    return found[0]


def _names_another(plain: str, code: str) -> bool:
    """Whether a part of a text is another county of the province: 榕城区/普宁市, and not a street of the county."""
    counties = (gazetteer().by_name.get(part, ()) for part in _LISTED.split(plain) if part.endswith(("县", "市", "区")))
    return any(found[:1] and code not in found and found[0][:2] == code[:2] for found in counties)


def _agreed(code: str, name: str) -> str:
    """The county that a cell gives by code and by name; where they are two places, nobody knows which is meant."""
    if code not in _named(_BETWEEN.sub("", name), ()):
        raise _unknown(several=False)
    return code


def city_of(text: str) -> str | None:
    """The city that a name means, with or without its province; None for any other text."""
    table = gazetteer()
    rest, provinces = _without(fold_word(text), table.provinces)
    found = [code for code, name in table.cities.items() if name == rest and (not provinces or code[:2] in provinces)]
    return found[0] if len(found) == 1 else None


def is_county(code: str) -> bool:
    """Whether a code is or was a county's."""
    return code in gazetteer().codes


def _known(code: str, within: Sequence[str]) -> str:
    # What the service itself was told to be a county is one, however new.
    if not is_county(code) and code not in within:
        raise _unknown(several=False)
    if code.endswith("00") and code not in WITHOUT_COUNTIES:
        raise _unknown(several=False)
    return code


def _named(plain: str, within: Sequence[str]) -> list[str]:
    table = gazetteer()
    return _named_by(plain, table.provinces, table.cities, within) or _named_by(
        plain, _short(table.provinces, _OF_PROVINCES), _short(table.cities, _OF_CITIES), within
    )


def _named_by(plain: str, known: Mapping[str, str], in_them: Mapping[str, str], within: Sequence[str]) -> list[str]:
    table = gazetteer()
    rest, provinces = _without(plain, known)
    rest, cities = _without(rest, in_them)
    if not rest and (whole := [city for city in cities if city in WITHOUT_COUNTIES]):
        return whole
    # An address may go on after the county: the longest name that it begins with is meant.
    for length in range(len(rest), 1, -1):
        found = [
            code
            for code in table.by_name.get(rest[:length], ())
            if (not provinces or code[:2] in provinces)
            and (not cities or f"{code[:4]}00" in cities)
            and (not within or any(covers(area, code) for area in within))
        ]
        if found and (length == len(rest) or rest[length - 1] in "县市区旗"):
            return found
    return []


def _short(names: Mapping[str, str], suffixes: Sequence[str]) -> dict[str, str]:
    """Names of places without what kind of place each is: 广东 for 广东省."""
    found = {}
    for code, name in names.items():
        suffix = next((suffix for suffix in suffixes if name.endswith(suffix)), "")
        found[code] = name.removesuffix(suffix)
    return found


def _without(text: str, names: Mapping[str, str]) -> tuple[str, list[str]]:
    """A text without the place that it begins with, and which places are called so."""
    for length in range(min(len(text), 12), 1, -1):
        found = [code for code, name in names.items() if name and name == text[:length]]
        if found:
            return text[length:], found
    return text, []


def _malformed() -> Refused:
    return row_refused(
        "COUNTY_MALFORMED",
        "县区要写六位区划代码（也可写 9 位、12 位代码）或县区的全称",
        "county is the six-digit division code (区划代码), or the county's name",
    )


def _two() -> Refused:
    return row_refused(
        "COUNTY_UNKNOWN",
        "这一格写了两个县区，请只写此人户籍（参保）所在的一个",
        "the cell names two counties; write the one where the person lives",
    )


def _unknown(*, several: bool) -> Refused:
    if several:
        return row_refused(
            "COUNTY_UNKNOWN",
            "有几个县区叫这个名字，请写上市名，或写六位区划代码",
            "several counties have this name; write the city before it, or the six-digit code",
        )
    return row_refused(
        "COUNTY_UNKNOWN",
        "没有这个县区；请写县级区划的六位代码或全称，新设的县区可在本部门的用词对照里指定",
        "there is no such county; write a county's six-digit code or its name",
    )
