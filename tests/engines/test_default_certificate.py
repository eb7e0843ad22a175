"""The certificate for names that nobody has a certificate for."""

import stat

from cryptography import x509

from portico.engines.nginx.default_certificate import (
    LIFETIME,
    NAME,
    RENEW_BEFORE,
    ensure_default_certificate,
)

NOW = 1_800_000_000.0


def files(folder):
    return (folder / "default.crt").read_bytes(), (folder / "default.key").read_bytes()


def made(folder, now=NOW):
    ensure_default_certificate(folder, now)
    return files(folder)


def test_it_is_made_once(tmp_path):
    assert made(tmp_path) == made(tmp_path, NOW + 1000)
    found = x509.load_pem_x509_certificate(files(tmp_path)[0])
    assert found.subject.rfc4514_string() == f"CN={NAME}"
    assert {stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()} == {0o600}


def test_it_is_renewed_in_time(tmp_path):
    first = made(tmp_path)
    end = NOW + (LIFETIME - RENEW_BEFORE).total_seconds()
    assert made(tmp_path, end - 60) == first
    assert made(tmp_path, end + 60) != first


def test_what_is_broken_is_made_anew(tmp_path):
    for name, content in [
        ("default.crt", b"nonsense"),
        ("default.crt", None),
        ("default.key", None),
    ]:
        before = made(tmp_path)
        if content is None:
            (tmp_path / name).unlink()
        else:
            (tmp_path / name).write_bytes(content)
        assert made(tmp_path) != before
