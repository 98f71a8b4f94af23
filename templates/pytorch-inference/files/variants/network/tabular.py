"""The network, and the shape of what it takes."""

import torch
from torch import nn

SAMPLE_SHAPE = (13,)
LABELS = ("cultivar_1", "cultivar_2", "cultivar_3")


class Network(nn.Module):
    """Two layers upon measurements that it scales itself, so that nobody else has to know how."""

    mean: torch.Tensor
    deviation: torch.Tensor

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("mean", torch.zeros(SAMPLE_SHAPE))
        self.register_buffer("deviation", torch.ones(SAMPLE_SHAPE))
        self.layers = nn.Sequential(
            nn.Linear(SAMPLE_SHAPE[0], 16),
            nn.ReLU(),
            nn.Linear(16, len(LABELS)),
        )

    def learn_scale(self, samples: torch.Tensor) -> None:
        """Takes the scale of the measurements from those it will be trained on."""
        self.mean.copy_(samples.mean(dim=0))
        self.deviation.copy_(samples.std(dim=0))

    def logits(self, batch: torch.Tensor) -> torch.Tensor:
        scores: torch.Tensor = self.layers((batch - self.mean) / self.deviation)
        return scores

    def forward(self, batch: torch.Tensor) -> torch.Tensor:
        """Returns the probability of each label."""
        return torch.softmax(self.logits(batch), dim=1)
