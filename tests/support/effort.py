"""How hard hypothesis tries: `HYPOTHESIS_PROFILE=ci` tries harder than the everyday `dev`."""

import os

from hypothesis import HealthCheck, settings

for name, examples in (("dev", 25), ("ci", 200), ("nightly", 20_000)):
    settings.register_profile(
        name,
        max_examples=examples,
        deadline=None,  # a busy machine is no bug
        suppress_health_check=[HealthCheck.too_slow],
        print_blob=True,
    )
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci" if "CI" in os.environ else "dev"))

packets = settings(max_examples=5 * settings().max_examples)
"""For what costs a few microseconds: 100,000 in the nightly profile."""
