"""The certificate that is shown to API servers: always the one that is in the files now."""

import datetime
import logging
import ssl
from pathlib import Path
from typing import NamedTuple

log = logging.getLogger("portico")


class Files(NamedTuple):
    """Both in PEM; the certificate may be followed by those that vouch for it."""

    certificate: Path
    key: Path


class Shown:
    """New connections get the new certificate; those that are there stay as they are."""

    def __init__(self, files: Files) -> None:
        self._files = files
        self._stamps: tuple[tuple[int, int, int], ...] | None = None
        self._current: ssl.SSLContext | None = None
        self._trouble = ""
        self.ends = 0.0
        """Seconds since the epoch."""
        self.context = _context()
        self.context.sni_callback = self._show

    @property
    def is_there(self) -> bool:
        return self._current is not None

    def refresh(self) -> bool:
        """Read the files, if they have changed; whether there is something new to show.

        Files that do not fit together may be half written: what was shown goes on being shown, and
        they are read again the next time.
        """
        try:
            stamps = tuple(map(_stamp, self._files))
            if stamps == self._stamps:
                return False
            # In a context of its own: one that has failed to load is left with half a pair.
            context = _context()
            context.load_cert_chain(self._files.certificate, self._files.key, password=_no_password)
            ends = _end_of(self._files.certificate)
        except (OSError, ValueError) as error:  # an SSLError is an OSError
            self._complain(str(error))
            return False
        self._current, self._stamps, self._trouble, self.ends = context, stamps, "", ends
        return True

    def _complain(self, reason: str) -> None:
        if reason != self._trouble:
            self._trouble = reason
            log.error("the certificate in %s: %s", self._files.certificate, reason)

    def _show(self, connection: ssl.SSLObject, name: str | None, _: ssl.SSLContext) -> int | None:
        if self._current is None:
            return int(ssl.ALERT_DESCRIPTION_INTERNAL_ERROR)
        connection.context = self._current
        return None


def _context() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_alpn_protocols(["http/1.1"])
    return context


def _no_password() -> str:
    raise ValueError("the key is encrypted; give one that is not")


def _stamp(path: Path) -> tuple[int, int, int]:
    # Volumes of Secrets are changed by a link that leads elsewhere: another file, another inode.
    status = path.stat()
    return status.st_ino, status.st_mtime_ns, status.st_size


def _end_of(path: Path) -> float:
    from cryptography import x509

    end: datetime.datetime = x509.load_pem_x509_certificate(path.read_bytes()).not_valid_after_utc
    return end.timestamp()
