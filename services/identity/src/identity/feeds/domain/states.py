"""Words for how somebody stands on a department's list. No document prescribes them: they are samples."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

import msgspec

from identity.intake.readers.folding import listed


class Standing(msgspec.Struct, frozen=True):
    """What a list says of how somebody stands: on the list still, off it, or dead."""

    is_on: bool = True
    is_dead: bool = False


STATES: Final[Mapping[str, Standing]] = MappingProxyType(
    {
        **dict.fromkeys(
            listed(
                """
    正常 在册 享受 享受中 正常享受 在保 有效 在享 新增 续保 生存 健在 存活 是 参保 在用 NORMAL ACTIVE 正常参保
    保留 在世 启用 变更 不变 正在享受 已参保 保障中 在保中 审核通过 已通过 已认定
    """
            ),
            Standing(),
        ),
        **dict.fromkeys(
            listed(
                """
    停保 停发 停止 退保 退出 取消 注销 终止 失效 停用 暂停 否 减员 迁出 核减 已停保 已退出 已取消 已注销
    暂停发放 停止享受 不在册 剔除 清退 已停发 已停止 已终止 已失效 已剔除 已清退 已迁出 不再享受
    """
            ),
            Standing(is_on=False),
        ),
        **dict.fromkeys(
            listed(
                """
    死亡 已死亡 去世 过世 已过世 已故 亡故 死亡注销 已去世 DEAD 病故 死亡减员
    """
            ),
            Standing(is_on=False, is_dead=True),
        ),
    }
)
