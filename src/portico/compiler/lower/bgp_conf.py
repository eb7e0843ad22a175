"""BgpConf -> what of it does not count; peers of OpenELB read the rest."""

from collections.abc import Iterator

from portico.compiler.claim import Claim
from portico.compiler.look import Look
from portico.compiler.lower.petition import Petition
from portico.lib.shorten import shown
from portico.model.openelb import DEFAULT_CONF, BgpConf
from portico.plan.verdict import Because


def lower_bgp_conf(fact: BgpConf, _look: Look) -> Iterator[Claim]:
    petition = Petition(fact)
    if fact.metadata.name != DEFAULT_CONF:
        petition.refuse("metadata.name", Because.BGP_CONF_UNUSED, DEFAULT_CONF)
    elif fact.spec.policy:
        what = f"the GoBGP policy in ConfigMap {shown(fact.spec.policy)}"
        petition.refuse("spec.policy", Because.BGP_SETTING_UNSUPPORTED, what)
    yield from petition.claims()
