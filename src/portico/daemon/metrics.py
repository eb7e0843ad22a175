"""Everything that is measured, on one page. Engines return figures; names are given here."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

from portico import __version__
from portico.daemon.view import View
from portico.engines.contract import Figures

# figure of the nginx engine -> (metric, kind, help)
NGINX: Final[Mapping[str, tuple[str, type[Metric], str]]] = {
    "reloads": ("portico_nginx_reloads", CounterMetricFamily, "Reloads since nginx started."),
    "starts": ("portico_nginx_starts", CounterMetricFamily, "Times Portico started nginx."),
    "pushes": ("portico_nginx_pushes", CounterMetricFamily, "Commits pushed to nginx."),
    "whole_pushes": ("portico_nginx_whole_pushes", CounterMetricFamily, "Pushes of everything."),
    "entries_pushed": ("portico_nginx_entries_pushed", CounterMetricFamily, "Entries pushed."),
    "bytes_pushed": ("portico_nginx_pushed_bytes", CounterMetricFamily, "Bytes pushed."),
    "decodes": ("portico_nginx_decodes", CounterMetricFamily, "Entries decoded by workers."),
    "retries": ("portico_nginx_retries", CounterMetricFamily, "Further attempts of requests."),
    "ejected": ("portico_nginx_ejected_endpoints", GaugeMetricFamily, "As one worker sees it."),
    "memory_free_bytes": ("portico_nginx_memory_free_bytes", GaugeMetricFamily, "Of the plan's."),
    "connections_active": ("portico_nginx_connections", GaugeMetricFamily, "Open connections."),
    "connections_accepted": (
        "portico_nginx_connections_accepted",
        CounterMetricFamily,
        "Connections accepted.",
    ),
    "connections_requests": ("portico_nginx_requests", CounterMetricFamily, "Requests served."),
}


async def exposition(view: View) -> bytes:
    """The metrics in Prometheus' text format."""
    figures = await view.figures()
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Collector(list(_metrics(view, figures))))
    return generate_latest(registry)


class _Collector:
    def __init__(self, metrics: list[Metric]) -> None:
        self._metrics = metrics

    def collect(self) -> Iterable[Metric]:
        return self._metrics


def _metrics(view: View, figures: Mapping[str, Figures]) -> Iterator[Metric]:
    build = GaugeMetricFamily("portico_build_info", "Always 1.", labels=["version"])
    build.add_metric([__version__], 1)
    yield build
    yield GaugeMetricFamily("portico_ready", "1 once the first plan is live.", view.is_ready)
    yield CounterMetricFamily("portico_compiler_steps", "Steps run.", view.steps_run())
    yield _by_label("portico_facts", "Objects known.", "kind", view.facts())
    yield _by_label("portico_units", "Units of the plan.", "kind", view.unit_counts())
    counts = view.problem_counts()
    yield _by_label("portico_problems", "Refusals and faults.", "severity", counts)
    in_sync = {name: int(value) for name, value in view.in_sync().items()}
    yield _by_label("portico_engine_in_sync", "1 if the last attempt worked.", "engine", in_sync)
    for name, value in figures.get("nginx", {}).items():
        if name in NGINX and not isinstance(value, str):
            metric, family, text = NGINX[name]
            yield family(metric, text, value=value)  # type: ignore[call-arg]


def _by_label(name: str, text: str, label: str, values: Mapping[str, int]) -> Metric:
    family = GaugeMetricFamily(name, text, labels=[label])
    for key, value in values.items():
        family.add_metric([key], value)
    return family
