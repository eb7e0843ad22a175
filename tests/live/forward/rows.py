"""The rows of the table: what is typed after `port-forward`, and what is known of it.

`{port}` and the like are numbers of shop.py, `{busy}` is a local port that somebody has already,
`{half}` one that somebody has on 127.0.0.1 only.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    typed: str
    lines: int = 0
    """So many listeners are told; 0 where it ends by itself."""
    connects: bool = False
    """A client connects to the last port."""
    ends: bool = False
    """kubectl ends by itself after it has listened, because of the connection."""
    pod: str = ""
    """The one that is chosen, where more than one could be."""

    def __str__(self) -> str:
        return self.typed or "nothing"


USUAL = (
    # ports
    Row(""),
    Row("shop-1"),
    Row("shop-1 {port}", 2, connects=True),
    Row("pod/shop-1 {free}:{port}", 2, connects=True),
    Row("shop-1 :{port} :{port}", 4),
    Row("shop-1 {port} {port}", 2),
    Row("shop-1 {free}:http", 2),
    Row("shop-1 nothing"),
    Row("pod/.. {port}"),
    Row("svc/a%2fb {port}"),
    Row("shop-1 {port} -n .."),
    Row("shop-1 {port} -n a/b"),
    Row("shop-1 {free}:"),
    Row("shop-1 {free}:{port}:1", 2),
    Row("shop-1 0"),
    Row("shop-1 70000"),
    Row("shop-1 {udp}"),
    # targets
    Row("deploy/shop :{port}", 2),
    Row("sts/shop :{port}", 2),
    Row("job/shop :{port}", 2),
    Row("rc/shop :{port}", 2),
    Row("cronjob/shop :{port}"),
    Row("nothing/shop :{port}"),
    Row("deploy/nothing :{port}"),
    Row("pod/ :{port}"),
    Row("deploy/empty :{port} --pod-running-timeout=1s"),
    Row("elsewhere-1 :{port} -n kube-public", 2),
    # ports of Services
    Row("svc/shop {sold}", 2, connects=True),
    Row("svc/shop :web", 2),
    Row("svc/shop named", 2),
    Row("svc/shop :{port}"),  # of the pod, not of the Service
    Row("svc/shop nothing"),
    Row("svc/shop gone"),
    Row("svc/headless {sold}", 2),
    Row("svc/loose {sold}"),
    Row("svc/outside {port}"),
    Row("svc/dns {udp}"),
    Row("svc/dns {both}", 2),
    # pods
    Row("pending :{port} --pod-running-timeout=1s"),
    Row("unready :{port}", 2),
    Row("deploy/ready :{port}", 2, pod="ready-b"),
    Row("deploy/leaving :{port}", 2, pod="leaving-b"),
    # addresses
    Row("shop-1 :{port} --address 0.0.0.0", 1, connects=True),
    Row("shop-1 :{port} --address localhost,127.0.0.1", 2),
    Row("shop-1 :{port} --address 127.0.0.2,127.0.0.1", 2),
    Row("shop-1 :{port} --address shop.example"),
    Row("shop-1 {free}:{port} --address 192.0.2.1"),
    # ports that are taken
    Row("shop-1 {busy}:{port} :{port}", 2, connects=True),
    Row("shop-1 {half}:{port}", 1),
    # flags
    Row("shop-1 :{port} --nothing"),
    Row("shop-1 :{port} --pod-running-timeout=0"),
    Row("shop-1 :{port} --context=nothing"),
    Row("shop-1 :{port} --token=nothing"),
    Row("shop-1 :{port} --as=viewer"),
    Row("shop-1 :{port} --as=maker", 2),
    # an application that does not listen
    Row("shop-1 :9", 2, connects=True, ends=True),
)
"""One for each way through the code."""

OTHERS = (
    # ports
    Row("pod/shop-1"),
    Row("pod/shop-1 {port}", 2),
    Row("pods/shop-1 {port}", 2),
    Row("po/shop-1 {port}", 2),
    Row("shop-1 :{port}", 2, connects=True),
    Row("shop-1 0:{port}", 2),
    Row("shop-1 {port} {free}:{port}", 4, connects=True),
    Row("shop-1 http", 2, connects=True),
    Row("shop-1 :http", 2),
    Row("shop-1 {free}:nothing"),
    Row("shop-1 :{other}", 2),  # not declared, and allowed
    Row("shop-1 :"),
    Row("shop-1 ::"),
    Row("shop-1 :0"),
    Row("shop-1 {free}:0"),
    Row("shop-1 70000:{port}"),
    Row("shop-1 {free}:70000"),
    Row("shop-1 65536"),
    Row("shop-1 x:{port}"),
    Row("shop-1 00{port}", 2),
    Row("shop-1 +{port}"),
    Row("shop-1 1.5"),
    Row("shop-1 {free}-{port}"),
    Row("shop-1 udp-dns"),
    Row("shop-1 {both}", 2),
    # targets
    Row("deployment/shop :{port}", 2, connects=True),
    Row("deployments.apps/shop :{port}", 2),
    Row("deployment.v1.apps/shop :{port}", 2),
    Row("deploy/shop {free}:http", 2),
    Row("rs/shop :{port}", 2),
    Row("replicaset/shop :http", 2),
    Row("ds/shop :{port}", 2),
    Row("jobs/shop :{port}", 2),
    Row("cm/shop :{port}"),
    Row("node/shop :{port}"),
    Row("namespace/default :{port}"),
    Row("nothing :{port}"),
    Row("pod/nothing :{port}"),
    Row("svc/nothing :{port}"),
    Row("pod :{port}"),
    Row("/shop-1 :{port}"),
    Row("pod/shop-1/x :{port}"),
    Row("Pod/shop-1 :{port}", 2),
    Row("pod/Shop :{port}"),
    Row("deploy shop :{port}"),
    Row("svc/empty :{sold} --pod-running-timeout=1s"),
    Row("elsewhere-1 :{port} --namespace=kube-public", 2),
    Row("elsewhere-1 :{port}"),
    Row("elsewhere-1 :{port} -n nowhere"),
    # ports of Services
    Row("service/shop :{sold}", 2),
    Row("services/shop {free}:web", 2, connects=True),
    Row("svc/shop web", 2),
    Row("svc/shop :{named}", 2),
    Row("svc/shop {port}:{other}"),
    Row("svc/shop :http"),
    Row("svc/shop {free}"),
    Row("svc/shop {free}:"),
    Row("svc/shop 0"),
    Row("svc/shop 70000"),
    Row("svc/shop {free}:{sold}:1"),
    Row("svc/plain {port}", 2),
    Row("svc/headless :web", 2),
    Row("svc/headless-same {port}", 2),
    Row("svc/dns dns"),
    Row("svc/dns tcp", 2),
    Row("svc/dns udp", 2),
    # pods
    Row("succeeded :{port}"),
    Row("failed :{port}"),
    Row("unknown :{port} --pod-running-timeout=1s"),
    Row("deploy/pending-app :{port} --pod-running-timeout=1s"),
    Row("deploy/age :{port}", 2, pod="age-b"),
    Row("deploy/running :{port}", 2, pod="running-b"),
    Row("deploy/restarts :{port}", 2, pod="restarts-b"),
    Row("deploy/failed :{port}", 2, pod="failed-b"),
    # addresses
    Row("shop-1 :{port} --address 127.0.0.1", 1, connects=True),
    Row("shop-1 :{port} --address=::1", 1),
    Row("shop-1 :{port} --address localhost", 2),
    Row("shop-1 :{port} --address ::", 1),
    Row("shop-1 :{port} --address 127.0.0.1,::1", 2),
    Row("shop-1 :{port} --address ::1 --address 127.0.0.1", 2),
    Row("shop-1 :{port} --address 127.0.0.1,127.0.0.1", 1),
    Row("shop-1 :{port} --address 127.0.0.001"),
    Row("shop-1 :{port} --address ip6-localhost"),
    Row("shop-1 :{port} --address="),
    Row("shop-1 :{port} --address 127.0.0.1,nothing"),
    Row("shop-1 :{port} --address 127.0.0.1:80"),
    Row("shop-1 {free}:{port} --address 127.0.0.1,192.0.2.1"),
    # ports that are taken
    Row("shop-1 {busy}:{port}"),
    Row("shop-1 :{port} {busy}:{port}", 2),
    Row("shop-1 {busy}:{port} --address 127.0.0.1"),
    Row("shop-1 {half}:{port} --address 127.0.0.1"),
    Row("shop-1 {half}:{port} --address ::1", 1),
    Row("shop-1 {half}:{port} --address 127.0.0.1,::1"),
    # flags
    Row("shop-1 :{port} -x"),
    Row("shop-1 -1"),
    Row("shop-1 :{port} --address"),
    Row("shop-1 :{port} --pod-running-timeout=0s"),
    Row("shop-1 :{port} --pod-running-timeout=-1s"),
    Row("shop-1 :{port} --pod-running-timeout=soon"),
    Row("shop-1 :{port} --pod-running-timeout=1m30s", 2),
    Row("shop-1 :{port} --cluster=nothing"),
    Row("shop-1 :{port} --user=nothing"),
    Row("shop-1 :{port} --kubeconfig=/nothing"),
    Row("shop-1 :{port} --server=https://127.0.0.1:1"),
    Row("shop-1 :{port} --as=nobody"),
    Row("deploy/shop :{port} --as=looker"),
    Row("-- shop-1 :{port}", 2),
    Row("--address=127.0.0.1 shop-1 :{port}", 1),
    # an application that does not listen
    Row("shop-1 :9 :{port}", 4, connects=True),
)
"""More of the same kinds, for --whole-table."""

ROWS = (*USUAL, *OTHERS)
