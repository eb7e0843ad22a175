"""How hard hypothesis tries: see support/effort.py."""

import support.effort  # noqa: F401  # registers the profiles
