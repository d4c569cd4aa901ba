"""What clients of addresses without TLS are given, such as those of a whole platform in one process."""

import ssl
from typing import Final

#: Trusts nobody. httpx otherwise reads all of the machine's certificates for each client, which takes longer than a
#: settlement does.
TRUSTS_NOBODY: Final = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
