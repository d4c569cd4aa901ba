"""What stands in place of a cluster in a database that is written back from topics: it is nobody's until adopted."""

from typing import Final

#: Not all is written, or what is written is not what was stored: it cannot be adopted.
RECOVERING: Final = "being recovered from its topic"
#: All of it is there.
RECOVERED: Final = "recovered from its topic"
