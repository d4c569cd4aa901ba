"""The demo city of Jieyang: its counties, hospitals and funds. Hospitals and sums are made up."""

from typing import Final

import msgspec

AREA: Final = "445200"
#: Counties and districts of Jieyang (GB/T 2260).
COUNTIES: Final = {
    "445202": "榕城区",
    "445203": "揭东区",
    "445222": "揭西县",
    "445224": "惠来县",
    "445281": "普宁市",
}


class Hospital(msgspec.Struct, frozen=True):
    """A made-up hospital."""

    hospital_id: str
    name: str
    level: str
    division: str


HOSPITALS: Final = (
    Hospital("H445202-1", "示范榕城区第一医院", "county", "445202"),
    Hospital("H445202-2", "示范榕城区中医院", "county", "445202"),
    Hospital("H445203-1", "示范揭东区人民医院", "county", "445203"),
    Hospital("H445222-1", "示范揭西县人民医院", "county", "445222"),
    Hospital("H445222-2", "示范揭西县河婆卫生院", "township", "445222"),
    Hospital("H445224-1", "示范惠来县人民医院", "county", "445224"),
    Hospital("H445281-1", "示范普宁市人民医院", "county", "445281"),
    Hospital("H445281-2", "示范普宁市流沙卫生院", "township", "445281"),
    Hospital("H445200-1", "示范揭阳市人民医院", "city", "445200"),
)
CITY_HOSPITAL: Final = HOSPITALS[-1]

#: What the funds hold in the morning, in yuan. 惠来's aid fund is too small on purpose: it goes into debt.
AID_FUND_YUAN: Final = dict.fromkeys(COUNTIES, "3000000.00") | {"445224": "20000.00"}
POVERTY_FUND_YUAN: Final = dict.fromkeys(COUNTIES, "30000.00")
