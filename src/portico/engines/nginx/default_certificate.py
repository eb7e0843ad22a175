"""The certificate for clients that ask for a name nobody has a certificate for."""

import datetime
from pathlib import Path
from typing import Final

from portico.lib.atomic_file import write_atomic
from portico.lib.self_signed import self_signed

NAME: Final = "Portico default certificate"
LIFETIME: Final = datetime.timedelta(days=825)
RENEW_BEFORE: Final = datetime.timedelta(days=30)


def ensure_default_certificate(folder: Path, now: float) -> None:
    """Have a self-signed default.crt and default.key (0600) that are good for a while yet.

    `now` is in seconds since the epoch.
    """
    until = datetime.datetime.fromtimestamp(now, datetime.UTC) + RENEW_BEFORE
    if not _is_good(folder / "default.crt", folder / "default.key", until):
        made = self_signed(NAME, "portico.invalid", now, LIFETIME.days)
        write_atomic(folder / "default.key", made.key)
        write_atomic(folder / "default.crt", made.certificate)


def _is_good(certificate: Path, key: Path, until: datetime.datetime) -> bool:
    from cryptography import x509

    try:
        found = x509.load_pem_x509_certificate(certificate.read_bytes())
    except (OSError, ValueError):
        return False
    return key.exists() and found.not_valid_after_utc > until
