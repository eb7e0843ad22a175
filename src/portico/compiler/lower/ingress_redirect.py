"""Whether an Ingress sends plain http to https, where the host has TLS."""

from typing import Final

from portico.compiler.lower.petition import Petition
from portico.model.networking import Ingress
from portico.plan.verdict import Because

SSL_REDIRECT: Final = "nginx.ingress.kubernetes.io/ssl-redirect"

# The spellings Go's strconv.ParseBool takes, which is how these annotations have always been read.
BOOLEANS: Final = {
    **dict.fromkeys(("1", "t", "T", "TRUE", "true", "True"), True),
    **dict.fromkeys(("0", "f", "F", "FALSE", "false", "False"), False),
}


def redirects_to_https(fact: Ingress, petition: Petition) -> bool:
    """Yes, unless the annotation says no."""
    text = fact.metadata.annotations.get(SSL_REDIRECT, "true")
    if text not in BOOLEANS:
        field = f'metadata.annotations["{SSL_REDIRECT}"]'
        petition.refuse(field, Because.ANNOTATION_INVALID, repr(text))
    return BOOLEANS.get(text, True)
