"""What runs the network: PyTorch, on the device and in the precision that the settings ask for."""

from collections.abc import Callable
from typing import Protocol

import torch
from safetensors import SafetensorError
from safetensors.torch import load as load_weights

from .arrays import Array
from .metrics import DEVICE_MEMORY
from .network import SAMPLE_SHAPE, Network
from .registry import Entry, ModelError
from .settings import Settings


class Backend(Protocol):
    """Returns the probabilities of the labels for each sample of a batch."""

    def predict(self, batch: Array) -> Array: ...


class TorchBackend:
    """Runs a network that is loaded, exported or compiled; callers see no difference."""

    def __init__(
        self,
        network: Callable[[torch.Tensor], torch.Tensor],
        device: torch.device,
        dtype: torch.dtype,
    ) -> None:
        self._network = network
        self._device = device
        self._dtype = dtype

    def predict(self, batch: Array) -> Array:
        with torch.inference_mode():
            scores = self._network(torch.as_tensor(batch).to(self._device, self._dtype))
        if self._device.type == "cuda":
            DEVICE_MEMORY.set(torch.cuda.memory_allocated(self._device))
        answer: Array = scores.float().cpu().numpy()
        return answer


def load(entry: Entry, settings: Settings) -> Backend:
    """Returns the network of a version, with the weights that its manifest was written for."""
    torch.set_num_threads(settings.threads)
    device = choose_device(settings.device)
    dtype = choose_dtype(settings.dtype, device)
    network = Network()
    try:
        network.load_state_dict(load_weights(entry.content(entry.manifest.weights)))
    except (RuntimeError, SafetensorError) as error:
        raise ModelError(f"{entry.folder}: the weights do not fit the network") from error
    network.to(device, dtype).eval()
    return TorchBackend(prepare(network, settings.engine, device, dtype), device, dtype)


def choose_device(wanted: str) -> torch.device:
    """Returns the device that is wanted; `auto` takes the best one that is there."""
    there = {
        "cuda": torch.cuda.is_available(),
        "mps": torch.backends.mps.is_available(),
        "cpu": True,
    }
    if wanted == "auto":
        wanted = next(name for name, is_there in there.items() if is_there)
    if not there[wanted]:
        raise ModelError(f"there is no device {wanted}")
    return torch.device(wanted)


def choose_dtype(wanted: str, device: torch.device) -> torch.dtype:
    """Returns the precision that is wanted; `auto` halves it where that is faster and safe."""
    if wanted == "auto":
        is_fast = device.type == "cuda" and torch.cuda.is_bf16_supported()
        return torch.bfloat16 if is_fast else torch.float32
    return {"float32": torch.float32, "bfloat16": torch.bfloat16}[wanted]


def prepare(
    network: Network, engine: str, device: torch.device, dtype: torch.dtype
) -> Callable[[torch.Tensor], torch.Tensor]:
    """Returns the network as the engine runs it."""
    if engine == "exported":
        batch = torch.zeros((2, *SAMPLE_SHAPE), device=device, dtype=dtype)
        sizes = {0: torch.export.Dim("batch")}
        program = torch.export.export(network, (batch,), dynamic_shapes=(sizes,))
        return program.module()
    if engine == "compiled":
        compiled: Callable[[torch.Tensor], torch.Tensor] = torch.compile(network, dynamic=True)
        return compiled
    return network
