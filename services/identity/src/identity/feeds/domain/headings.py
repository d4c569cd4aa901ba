"""Headings of departments' lists as offices write them. No document prescribes them: they are samples."""

from typing import Final

from identity.feeds.domain import made_up_headings as made
from identity.intake.readers.folding import listed
from identity.intake.readers.layout import Called

SEX: Final = ("性别", "xb")
BORN_ON: Final = ("出生日期", "出生年月日", "出生时间", "生日", "csrq")
COUNTY: Final = Called(
    listed(
        """
    县区代码 行政区划代码 区划代码 县级代码 所属区划代码 户籍地区划 户籍区划 户籍地区划代码 行政区划 区划
    所属区划 区县代码 区县编码 县代码 区划编码 地区代码 户籍所在县区 户籍所在县(市、区) 县(市、区) 县(市区)
    县市区 县(区) 县区 区县 区(县) 区(县、市) 市县区 所属区县 所属县区 所属县(市、区) 所在区县 所在县区
    县(市、区)名称 县区名称 区县名称 户籍县区 户籍地 属地 县 区
    县别 户籍所在地 户口所在地 所属地 县(市)区 县(市、区、旗) 市(县、区) 市(区、县) 县级市 参保地 参保所在地 统筹区
    所属统筹区 辖区 所属辖区 区域 所属区域
    """
    ),
    made.COUNTY,
)
CATEGORY: Final = Called(
    listed(
        """
    类别 人员类别 救助对象类别 对象类别 保障类别 救助类别 救助类型 人员类型 对象类型 身份类别 困难类别 困难类型
    特殊人群类别 人群类别 保障类型 人员属性 人员性质 医疗救助对象类别
    """
    ),
    made.CATEGORY,
)
GROUP: Final = listed(
    """
    分组 低收入类型 低保类型 低保类别 低收入类别 城乡类别 城乡分类 城乡类型 城乡 城乡属性 低保性质 保障性质
    """
)
POVERTY_STATUS: Final = listed(
    """
    脱贫状态 脱贫属性 脱贫标识 脱贫情况 贫困户状态 贫困状态 户脱贫状态 脱贫户属性 是否脱贫
    """
)
#: The end of poverty in the list of the registered poor, and of the membership in every other one.
_LEFT: Final = ("退出日期", "退出时间")
EXIT_DATE: Final = ("脱贫日期", "脱贫时间", "脱贫年月日")
EXIT_DATE_OR_LEFT: Final = EXIT_DATE + _LEFT
VALID_FROM: Final = Called(
    listed(
        """
    开始日期 享受开始日期 享受开始时间 享受待遇开始时间 享受待遇开始日期 待遇开始时间 待遇开始日期 开始时间
    起始日期 起始时间 生效日期 生效时间 保障开始日期 保障开始时间 保障起始日期 救助开始日期 救助开始时间
    救助起始日期 救助起始时间 救助起始月 享受起始日期 享受起始时间 享受日期 享受时间 享受低保时间 享受低保日期
    享受待遇时间 纳入日期 纳入时间 纳入保障时间 纳入低保时间 列入时间 进入时间 认定日期 认定时间 确认日期
    确认时间 批准日期 批准时间 审批日期 审批时间 识别日期 识别时间 建档日期 建档时间 发证日期 起保日期 起保时间
    入保时间 开始发放时间 开始发放日期 发放开始时间 发放起始时间 领取开始时间 开始领取时间 首次领取时间
    """
    ),
    made.VALID_FROM,
)
_VALID_TO: Final = listed(
    """
    结束日期 终止日期 结束时间 终止时间 截止日期 截止时间 失效日期 失效时间 停止日期 停止时间 停保日期 停保时间
    停发日期 停发时间 退保日期 退保时间 待遇结束时间 享受结束时间 有效期至 有效期止 保障结束日期 取消日期
    取消时间
    """
)
VALID_TO: Final = Called(_VALID_TO, made.VALID_TO)
#: Of a list whose people leave it, and not poverty.
VALID_TO_OR_LEFT: Final = Called(_VALID_TO + _LEFT, made.VALID_TO_OR_LEFT)
REASON: Final = Called(
    listed(
        """
    终止原因 结束原因 停止原因 停保原因 停发原因 退出原因 取消原因 退保原因 变更原因 减员原因 注销原因
    """
    ),
    made.REASON,
)
DIED_ON: Final = Called(("死亡日期", "死亡时间", "去世日期", "去世时间", "死亡年月日"), made.DIED_ON)
IS_DEAD: Final = ("是否死亡", "是否去世", "是否已故", "是否已死亡", "死亡标志", "死亡标识", "死亡状态")
STATE: Final = listed(
    """
    人员状态 状态 对象状态 保障状态 享受状态 待遇状态 当前状态 是否在册 参保状态
    """
)
PHONE: Final = Called(
    listed(
        """
    联系电话 电话 手机 手机号 手机号码 电话号码 联系方式 本人电话 联系手机 移动电话
    """
    ),
    made.PHONE,
)
ADDRESS: Final = Called(
    listed(
        """
    家庭住址 住址 地址 家庭地址 详细地址 居住地址 现住址 户籍地址 通讯地址 联系地址 常住地址 现居住地址
    """
    ),
    made.ADDRESS,
)
#: Of two of them the one that is named first here counts.
GUARDIAN: Final = listed(
    """
    监护人身份证号 监护人身份证号码 监护人公民身份号码 法定监护人身份证号 母亲身份证号 母亲身份证号码 父亲身份证号
    父亲身份证号码 父母身份证号 户主身份证号 户主身份证号码 户主公民身份号码
    """
)
HOUSEHOLD: Final = (
    "户编号",
    "户号",
    "家庭编号",
    "家庭编码",
    "户编码",
    "户代码",
    "家庭户编号",
    "户籍编号",
    "贫困户编号",
)
TOWNSHIP: Final = Called(
    listed(
        """
    乡镇代码 乡镇编码 乡镇(街道)代码 乡镇街道代码 乡(镇)代码 乡级代码 乡镇区划代码 镇街代码 街道代码 所属乡镇代码
    所在乡镇代码 村代码 村(居)代码 村居代码 村级代码 行政村代码 村(社区)代码 社区代码 所属村代码
    """
    )
)
ROLE: Final = ("与户主关系", "户主关系", "与户主的关系", "与申请人关系", "家庭关系", "与户主关系代码")
CARD_NUMBER: Final = Called(
    listed(
        """
    社会保障卡号 社保卡号 社会保障卡 社保卡 社会保障卡卡号 医保卡号
    """
    ),
    made.CARD_NUMBER,
)
EVIDENCE: Final = listed(
    """
    依据 认定文号 批准文号 文号 认定依据 审批文号 文件号
    """
)
