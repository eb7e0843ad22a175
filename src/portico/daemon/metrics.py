"""Everything that is measured, on one page. Engines return figures; names are given here."""

from collections.abc import Iterable, Iterator, Mapping

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

from portico import __version__
from portico.daemon.announcing_metrics import Seen, announcing_metrics
from portico.daemon.figures import FIGURES, Figure
from portico.daemon.pool_metrics import pool_metrics
from portico.daemon.speaking_metrics import speaking_metrics
from portico.daemon.view import View
from portico.engines.contract import Figures


async def exposition(view: View) -> bytes:
    """The metrics in Prometheus' text format."""
    figures = await view.figures()
    registry = CollectorRegistry(auto_describe=False)
    seen = Seen(await view.sight(), await view.spoken())
    registry.register(_Collector(list(_metrics(view, figures, seen))))
    return generate_latest(registry)


class _Collector:
    def __init__(self, metrics: list[Metric]) -> None:
        self._metrics = metrics

    def collect(self) -> Iterable[Metric]:
        return self._metrics


def _metrics(view: View, figures: Mapping[str, Figures], seen: Seen) -> Iterator[Metric]:
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
    checks = {check.name: int(check.is_healthy) for check in view.checks()}
    yield _by_label("portico_probe_healthy", "1 while a probe gets answers.", "probe", checks)
    yield GaugeMetricFamily("portico_pools_empty", "Pools nobody is in.", view.empty_pools())
    yield from pool_metrics(view.plan, view.faults(), view.updates())
    yield from announcing_metrics(view.plan, seen)
    yield from speaking_metrics(view.plan, seen.spoken)
    for engine, told in figures.items():
        yield from _of_engine(FIGURES.get(engine, {}), told)


def _of_engine(known: Mapping[str, Figure], told: Figures) -> Iterator[Metric]:
    for name, value in told.items():
        if name in known and not isinstance(value, str):
            metric, family, text = known[name]
            yield family(metric, text, value=value)  # type: ignore[call-arg]


def _by_label(name: str, text: str, label: str, values: Mapping[str, int]) -> Metric:
    family = GaugeMetricFamily(name, text, labels=[label])
    for key, value in values.items():
        family.add_metric([key], value)
    return family
