"""The network, and the shape of what it takes."""

import torch
from torch import nn

SAMPLE_SHAPE = (1, 8, 8)
LABELS = tuple("0123456789")


class Network(nn.Module):
    """Two convolutions and two layers: enough for digits of 8 x 8 pixels."""

    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.Conv2d(1, 16, 3, padding=1),
            nn.ReLU(),
            nn.Conv2d(16, 32, 3, padding=1),
            nn.ReLU(),
            nn.MaxPool2d(2),
            nn.Flatten(),
            nn.Linear(32 * 4 * 4, 32),
            nn.ReLU(),
            nn.Linear(32, len(LABELS)),
        )

    def logits(self, batch: torch.Tensor) -> torch.Tensor:
        scores: torch.Tensor = self.layers(batch)
        return scores

    def forward(self, batch: torch.Tensor) -> torch.Tensor:
        """Returns the probability of each label."""
        return torch.softmax(self.logits(batch), dim=1)
