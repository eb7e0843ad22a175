"""Who the processes of this engine run as."""

from typing import Final

USERS: Final = ("portico", "nobody")
"""Not www-data: nginx's workers are that, and passwords of sessions are none of their business."""
