"""A certificate that vouches for itself."""

import ssl

from cryptography import x509

from portico.lib.self_signed import self_signed

NOW = 1_800_000_000.0
DAY = 24 * 3600


def test_it_names_one_host_for_so_many_days(tmp_path) -> None:
    made = self_signed("A Name", "*.a.example", NOW, days=30)
    found = x509.load_pem_x509_certificate(made.certificate)
    names = found.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == ["*.a.example"]
    assert found.subject.rfc4514_string() == "CN=A Name"
    assert found.not_valid_before_utc.timestamp() == NOW - 3600
    assert found.not_valid_after_utc.timestamp() == NOW + 30 * DAY


def test_openssl_takes_the_pair(tmp_path) -> None:
    made = self_signed("a.example", "a.example", NOW, days=1)
    (tmp_path / "both").write_bytes(made.certificate + made.key)
    ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(tmp_path / "both")


def test_no_two_are_alike() -> None:
    assert self_signed("a", "a", NOW, 1).certificate != self_signed("a", "a", NOW, 1).certificate
