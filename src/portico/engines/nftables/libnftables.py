"""A thin binding to libnftables, the library behind the `nft` program.

Text in, text out, in-process: a change costs a fifth of a millisecond, a child process twenty.
The calls let other threads run. Why not one of the packages: docs/decisions/0013-libnftables.md.
"""

import ctypes
from typing import Final

LIBRARY: Final = "libnftables.so.1"

_NUMERIC: Final = 0x3C0
"""NFT_CTX_OUTPUT_NUMERIC_ALL: protocols, priorities, marks and times as numbers."""

MOST_OF_A_MESSAGE: Final = 500
"""Characters of an error that are passed on: libnftables repeats the whole statement."""


class NftablesError(Exception):
    """The kernel or libnftables did not accept something; the text is libnftables' own."""


class LibraryMissingError(NftablesError):
    """There is no libnftables on this machine."""


class Libnftables:
    """One context. Not to be used by two threads at the same time.

    Belongs to the network namespace of the thread that made it. Raises LibraryMissingError.
    """

    def __init__(self) -> None:
        self._library = _load()
        self._context = self._library.nft_ctx_new(0)
        if not self._context:
            raise NftablesError("libnftables gives no context: out of memory")
        # Without buffers, it would write to standard output and standard error.
        self._library.nft_ctx_buffer_output(self._context)
        self._library.nft_ctx_buffer_error(self._context)
        self._library.nft_ctx_output_set_flags(self._context, _NUMERIC)

    def run(self, text: str) -> str:
        """Run statements as one transaction: all or nothing. Raises NftablesError."""
        refused = self._library.nft_run_cmd_from_buffer(self._context, text.encode())
        output = self._library.nft_ctx_get_output_buffer(self._context)
        error = self._library.nft_ctx_get_error_buffer(self._context)
        if refused:
            raise NftablesError(_shortened((error or b"").decode(errors="replace")))
        return (output or b"").decode()

    def close(self) -> None:
        if self._context:
            self._library.nft_ctx_free(self._context)
            self._context = None


def _load() -> ctypes.CDLL:
    try:
        library = ctypes.CDLL(LIBRARY)
    except OSError:
        raise LibraryMissingError(f"{LIBRARY} is not installed: apt install libnftables1") from None
    library.nft_ctx_new.restype = ctypes.c_void_p
    library.nft_ctx_new.argtypes = [ctypes.c_uint32]
    for name in ("nft_ctx_free", "nft_ctx_buffer_output", "nft_ctx_buffer_error"):
        getattr(library, name).argtypes = [ctypes.c_void_p]
    for name in ("nft_ctx_get_output_buffer", "nft_ctx_get_error_buffer"):
        getattr(library, name).argtypes = [ctypes.c_void_p]
        getattr(library, name).restype = ctypes.c_char_p
    library.nft_ctx_output_set_flags.argtypes = [ctypes.c_void_p, ctypes.c_uint]
    library.nft_run_cmd_from_buffer.argtypes = [ctypes.c_void_p, ctypes.c_char_p]
    return library


def _shortened(text: str) -> str:
    lines = [line for line in text.splitlines() if line.strip(" ^~")]
    whole = "; ".join(lines)
    return whole if len(whole) <= MOST_OF_A_MESSAGE else f"{whole[:MOST_OF_A_MESSAGE]}…"
