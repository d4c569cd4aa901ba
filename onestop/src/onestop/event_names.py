"""What the events of a settlement's story are called on paper, in the words of the office that is asked about it."""

from types import MappingProxyType
from typing import Final

_NAMES: Final = MappingProxyType({
    # identity: what is known of the person
    "PersonRegistered": "人员登记",
    "PersonEnrolled": "参保登记",
    "PersonMoved": "转入他县",
    "PersonalDataCorrected": "个人资料更正",
    "IdNumberCorrected": "身份证号更正",
    "PersonErased": "个人资料删除",
    "RegistrationAnnulled": "登记作废",
    "RecordsMerged": "重复档案合并",
    "MergedAway": "并入他档",
    "AliasMoved": "合并指向变更",
    "AlsoListed": "他县名单也有此人",
    "MembershipAsserted": "困难身份认定",
    "MembershipCorrected": "困难身份更正",
    "MembershipEnded": "困难身份终止",
    "MembershipWithdrawn": "困难身份撤回",
    "MembershipHandedOver": "困难身份移交其他部门",
    "DeathRecorded": "死亡登记",
    "DeathCorrected": "死亡登记更正",
    "ChronicCertified": "门诊特殊慢性病认定",
    "CertificationCancelled": "慢性病认定取消",
    # referral: the paper for a hospital elsewhere
    "ReferralApplied": "申请转诊",
    "HospitalAgreed": "医院同意转诊",
    "HospitalRefused": "医院不同意转诊",
    "AgencyApproved": "经办机构批准转诊",
    "AgencyRejected": "经办机构不批准转诊",
    "ReferralCancelled": "转诊取消",
    "ReferralExpired": "转诊过期",
    "ReferralUsed": "转诊已使用",
    "ReferralGivenBack": "转诊退回未用",
    "MisuseRecorded": "转诊违规登记",
    # settlement: the stay and its bill
    "EncounterAdmitted": "入院（就诊）登记",
    "EncounterCancelled": "入院登记取消",
    "EncounterReferred": "补录转诊",
    "AdmissionCorrected": "入院登记变更",
    "FeeLinesUploaded": "费用明细上传",
    "FeeBatchVoided": "费用明细作废",
    "EncounterDischarged": "出院登记",
    "DischargeCorrected": "出院登记变更",
    "DischargeUndone": "出院登记撤销",
    "CauseFound": "外伤等原因认定",
    "CatalogueExceptionApproved": "目录外费用特殊情况批准",
    "OuterAmountTold": "他方支付金额告知",
    "SettlementConfirmed": "结算",
    "SettlementSupplemented": "补付（补收）",
    "SettlementRevoked": "结算撤销",
    "PaymentRefused": "拒付",
    "ReviewOpened": "复核事项提出",
    "ReviewRefreshed": "复核事项更新",
    "ReviewObsolete": "复核事项失效",
    "ReviewProposed": "复核意见提出",
    "ReviewRejected": "复核意见退回",
    "ReviewReleased": "复核放行",
    # fund-ledger: the books
    "JournalBooked": "记账",
    "JournalReversed": "红冲",
    "RefusalNoted": "拒付登记",
    "FundOverdrawn": "基金透支",
    "FundRestored": "基金转正",
})  # fmt: skip
SERVICE_NAMES: Final = MappingProxyType(
    {
        "identity": "身份",
        "referral": "转诊",
        "settlement": "结算",
        "fund-ledger": "基金账",
        "operations": "运行",
    }
)


def event_name(event_type: str) -> str:
    """The Chinese name of a type of event; its own where it has none."""
    return _NAMES.get(event_type, event_type)
