"""A certificate chain with the private key that fits it, checked once, when it enters."""

from msgspec import Struct

from portico.model.opaque import PrivateKey


class KeyPairError(ValueError):
    """The pair cannot be served; `field` is the Secret's data key that is to blame."""

    def __init__(self, field: str, reason: str, hint: str) -> None:
        super().__init__(reason)
        self.field = field
        self.reason = reason
        self.hint = hint


class KeyPair(Struct, frozen=True, gc=False):
    """Times are seconds since the epoch; the fingerprint is the leaf's SHA-256 in hex.

    Both PEM texts hold what was parsed and nothing else: no comments, no other blocks.
    """

    chain_pem: bytes
    private_key: PrivateKey
    names: tuple[str, ...]
    not_before: int
    not_after: int
    fingerprint: str

    def covers(self, host: str) -> bool:
        return any(name in self.names for name in names_covering(host))


def names_covering(host: str) -> tuple[str, ...]:
    """The names of which a certificate for the host holds one: itself, or its wildcard.

    RFC 6125 6.4.3: a wildcard stands for exactly one left-most label.
    """
    first, _, parent = host.partition(".")
    return (host, f"*.{parent}") if first and parent else (host,)


def parse_key_pair(chain_pem: bytes, key_pem: bytes) -> KeyPair:
    """Check that the first certificate belongs to the key, and read what names it covers.

    Raises KeyPairError for the owner of the Secret.
    """
    # Imported on first use: `cryptography` costs a fifth of the start-up time `--help` may take.
    from portico.model.pem import read_key_pair

    return read_key_pair(chain_pem, key_pem)
