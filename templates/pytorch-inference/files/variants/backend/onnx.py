"""What runs the network: ONNX Runtime, which needs no PyTorch."""

import importlib
import os
from typing import Any, Protocol

from .arrays import Array
from .registry import Entry, ModelError
from .settings import Settings

INPUT = "batch"


class Backend(Protocol):
    """Returns the probabilities of the labels for each sample of a batch."""

    def predict(self, batch: Array) -> Array: ...


class OnnxBackend:
    """Runs a graph that `training` exported."""

    def __init__(self, graph: bytes, threads: int) -> None:
        # Its builds report to their makers unless told not to, before they are loaded.
        os.environ["ORT_DISABLE_TELEMETRY"] = "1"
        # It has no types: what is asked of it stays in this class.
        runtime: Any = importlib.import_module("onnxruntime")
        runtime.disable_telemetry_events()
        options = runtime.SessionOptions()
        options.intra_op_num_threads = threads
        self._session = runtime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])

    def predict(self, batch: Array) -> Array:
        scores: Array = self._session.run(None, {INPUT: batch})[0]
        return scores


def load(entry: Entry, settings: Settings) -> Backend:
    """Returns the graph of a version, which is the one that its manifest was written for."""
    graph = entry.content(entry.manifest.onnx)
    try:
        return OnnxBackend(graph, settings.threads)
    except Exception as error:
        raise ModelError(f"{entry.folder}: ONNX Runtime does not take the graph") from error
