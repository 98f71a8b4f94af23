"""Traces: a task is a span, below the one that sent it, and the log says which."""

import os

from celery import signals
from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.instrumentation.celery import CeleryInstrumentor  # pyright: ignore[reportMissingTypeStubs]
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from structlog.typing import EventDict

# There is one of it, and it is not typed.
INSTRUMENTOR = CeleryInstrumentor()  # type: ignore[no-untyped-call]
ENDPOINTS = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")


def connect() -> None:
    """Marks messages with their trace, and records spans if a variable says where to send them."""
    if any(os.environ.get(name) for name in ENDPOINTS):
        provider = TracerProvider()
        provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
        trace.set_tracer_provider(provider)

        def flush(**_: object) -> None:
            provider.force_flush()

        # A process of a worker ends without the goodbye of Python.
        signals.worker_process_shutdown.connect(flush, weak=False)
    INSTRUMENTOR.instrument()


def add_trace_ids(_: object, __: str, line: EventDict) -> EventDict:
    """Adds to a log line the span in which it was written."""
    span = trace.get_current_span().get_span_context()
    if span.is_valid:
        line["trace_id"] = trace.format_trace_id(span.trace_id)
        line["span_id"] = trace.format_span_id(span.span_id)
    return line
