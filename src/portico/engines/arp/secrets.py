"""What the nodes know, and nobody else: the file with the secrets."""

import base64
from pathlib import Path
from typing import Final

LEAST: Final = 16
"""Bytes of a secret: a shorter one can be found by trying."""


class SecretError(Exception):
    """The file cannot be used; the text says why, and nothing of what is in it."""


def read_secrets(file: Path | None) -> tuple[str, ...]:
    """In base64, as they go over the control socket. Raises SecretError."""
    if file is None:
        return ()
    try:
        lines = file.read_bytes().splitlines()
    except OSError as error:
        raise SecretError(f"{file}: {error.strerror}") from None
    found = [line.strip() for line in lines if line.strip()]
    if not found:
        raise SecretError(f"{file} holds no secret: write a random text of 32 characters into it")
    if any(len(secret) < LEAST for secret in found):
        raise SecretError(f"{file}: a secret is shorter than {LEAST} characters")
    return tuple(base64.b64encode(secret).decode() for secret in found)
