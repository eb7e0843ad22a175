"""Who is trusted, and who we say we are, as OpenSSL wants to be told.

The rules are Go's, because clusters are made for those: names only from the alternative names of a
certificate, and any certificate among the authorities ends a chain, not only one that signs itself.
"""

import asyncio
import ssl
from pathlib import Path

from portico.kube.config.access import Trust
from portico.kube.config.credentials import Identity, KeyPair
from portico.kube.config.errors import ConfigError, CredentialError

Stamp = tuple[int, int] | None


class TlsContexts:
    """One context for as long as authority and client certificate stay the same."""

    def __init__(self, trust: Trust, identity: Identity) -> None:
        self._trust = trust
        self._identity = identity
        self._made_of: tuple[KeyPair | None, Stamp] | None = None
        self._context: ssl.SSLContext | None = None
        self._stamp: Stamp = None
        self._making = asyncio.Lock()

    async def current(self) -> ssl.SSLContext:
        """Another object after a change. Raises ConfigError and CredentialError."""
        pair = await self._identity.key_pair()
        # A file that is not there is being replaced; until then the authority we know is good.
        self._stamp = _stamp(self._trust.ca_file) or self._stamp
        made_of = (pair, self._stamp)
        async with self._making:  # or those who ask at once would get one each
            context = self._context
            if context is None or made_of != self._made_of:
                # In a thread: the system's roots take tens of milliseconds to read.
                context = await asyncio.to_thread(make_context, self._trust, pair)
                self._context, self._made_of = context, made_of
            return context


def make_context(trust: Trust, pair: KeyPair | None) -> ssl.SSLContext:
    """Raises ConfigError for the authority, CredentialError for the client's certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_alpn_protocols(["http/1.1"])
    context.hostname_checks_common_name = False
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    if trust.skips_verification:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    elif trust.ca_file or trust.ca_data:
        _trust_authority(context, trust)
    else:
        context.load_default_certs()
    if pair:
        _load_pair(context, pair)
    return context


def make_proxy_context(trust: Trust) -> ssl.SSLContext:
    """For a proxy: the system's roots, the cluster's authority, and nothing that says who we are.

    Raises ConfigError.
    """
    context = make_context(Trust(skips_verification=trust.skips_verification), None)
    if not trust.skips_verification and (trust.ca_file or trust.ca_data):
        _trust_authority(context, trust)
    return context


def _trust_authority(context: ssl.SSLContext, trust: Trust) -> None:
    """Raises ConfigError."""
    place = trust.ca_file or "certificate-authority-data"
    try:
        content = Path(trust.ca_file).read_bytes() if trust.ca_file else trust.ca_data
        # What stands between the certificates may be in any language.
        context.load_verify_locations(cadata=content.decode("ascii", errors="ignore"))
    except (ssl.SSLError, ValueError):
        told = f"the certificate authority ({place}) holds no certificate in PEM"
        raise ConfigError(told, "it has to begin with -----BEGIN CERTIFICATE-----") from None
    except OSError as error:
        told = f"the certificate authority ({place}) cannot be read: {error.strerror}"
        raise ConfigError(told) from None


def _stamp(file: str) -> Stamp:
    try:
        found = Path(file).stat() if file else None
    except OSError:
        return None
    return (found.st_mtime_ns, found.st_ino) if found else None


def _load_pair(context: ssl.SSLContext, pair: KeyPair) -> None:
    """OpenSSL reads these from files only. Ours are in a folder of our own, for that moment."""
    # Imported here: who has a token needs no files.
    import tempfile

    with tempfile.TemporaryDirectory(prefix="portico-") as folder:
        certificate, key = Path(folder, "certificate"), Path(folder, "key")
        for path, content in ((certificate, pair.certificate), (key, pair.key)):
            path.touch(mode=0o600)
            path.write_bytes(content)
        try:
            # Without a password of ours OpenSSL would ask the person at the terminal for one.
            context.load_cert_chain(certificate, key, password=_no_password)
        except ssl.SSLError as error:
            why = "do not belong together" if "MISMATCH" in str(error) else "are not both in PEM"
            raise CredentialError(f"the client certificate and its key {why}") from None


def _no_password() -> str:
    hint = "decrypt it, as with openssl pkey -in KEY -out KEY"
    raise CredentialError("the key of the client certificate is encrypted", hint)
