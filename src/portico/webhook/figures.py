"""What is counted of the webhook, for Prometheus."""

from collections.abc import Iterable
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

from portico.webhook.judge import JUDGED, OPERATIONS
from portico.webhook.review import Question, Ruling
from portico.webhook.shown import Shown
from portico.webhook.state import State

SECONDS: Final = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0)
OTHER: Final = "other"


class Figures:
    """One registry for one webhook."""

    def __init__(self, state: State, shown: Shown) -> None:
        self._registry = CollectorRegistry(auto_describe=False)
        self._registry.register(_Collector(state, shown))
        self._reviews = Counter(
            "portico_webhook_reviews",
            "Questions that were answered.",
            ("kind", "operation", "verdict"),
            registry=self._registry,
        )
        self._denied = Counter(
            "portico_webhook_denied", "Reasons of denials.", ("because",), registry=self._registry
        )
        self._unanswered = Counter(
            "portico_webhook_unanswered",
            "Questions that the failure policy decided.",
            ("reason",),
            registry=self._registry,
        )
        self._seconds = Histogram(
            "portico_webhook_seconds",
            "From the first byte of a question to its answer.",
            buckets=SECONDS,
            registry=self._registry,
        )

    def answered(self, question: Question, ruling: Ruling, seconds: float) -> None:
        """What others write is no label: it might be anything."""
        kind = JUDGED.get(question.kind, OTHER)
        operation = question.operation if question.operation in OPERATIONS else OTHER
        verdict = "allowed" if ruling.is_allowed else "denied"
        if ruling.is_allowed and ruling.warnings:
            verdict = "warned"
        self._reviews.labels(kind, operation, verdict).inc()
        self._seconds.observe(seconds)
        for cause in ruling.causes:
            self._denied.labels(cause.reason).inc()

    def unanswered(self, reason: str) -> None:
        self._unanswered.labels(reason).inc()

    def exposition(self) -> bytes:
        """In Prometheus' text format."""
        return generate_latest(self._registry)


class _Collector:
    def __init__(self, state: State, shown: Shown) -> None:
        self._state = state
        self._shown = shown

    def collect(self) -> Iterable[Metric]:
        facts = GaugeMetricFamily("portico_facts", "Objects known.", labels=["kind"])
        for kind, count in self._state.counts().items():
            facts.add_metric([kind], count)
        yield facts
        yield GaugeMetricFamily(
            "portico_ready", "1 once all objects are known.", value=int(self._state.is_ready)
        )
        yield CounterMetricFamily("portico_compiler_steps", "Steps run.", self._state.steps_run)
        yield GaugeMetricFamily(
            "portico_webhook_certificate_expiry_timestamp_seconds",
            "When the certificate that is shown ends.",
            value=self._shown.ends,
        )
