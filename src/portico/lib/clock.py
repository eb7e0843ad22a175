"""The only place that reads the wall clock; pure code takes `now` as a parameter."""

import time


def now() -> float:
    """Seconds since the epoch."""
    return time.time()  # noqa: TID251  # this is the one permitted reader


def since_boot() -> float:
    """Seconds, those that the machine was asleep included, as nowhere else."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)
