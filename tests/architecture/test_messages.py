"""Every code that any service may answer with is told in Chinese, too."""

from kernel.http import SHELL_CODES
from kernel.http.languages import chinese_messages
from kernel.running.parked_messages.api import CODES
from onestop.services import SERVICES


def test_every_declared_code_has_a_chinese_message_and_no_message_is_of_no_code() -> None:
    declared = {entry.code for entry in (*SHELL_CODES, *CODES)}
    declared |= {entry.code for service in SERVICES.values() for entry in service.codes}
    told = set(chinese_messages())
    assert declared == told, f"without a message: {sorted(declared - told)}; of no code: {sorted(told - declared)}"
