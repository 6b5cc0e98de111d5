import torch
from torch import nn

from .occupied import occupied


class Dueling(nn.Module):
    """Wang and others 2016, "Dueling network architectures for deep reinforcement learning", equation 9."""

    def __init__(self, spec, n_outputs, *, neurons: int):
        super().__init__()
        self.spec = spec
        n_numbers = max(1, spec.view_height * spec.view_width * spec.n_channels)
        self.board = nn.EmbeddingBag(n_numbers, neurons, mode="sum")
        nn.init.normal_(self.board.weight, std=0.1)
        self.beside = nn.Parameter(0.1 * torch.randn(spec.n_view_features, neurons))
        self.bias = nn.Parameter(torch.zeros(neurons))
        self.value = nn.Linear(neurons, 1)
        self.advantage = nn.Linear(neurons, n_outputs)

    def forward(self, cells, features):
        found = occupied(self.spec, cells.cpu().numpy(), features.cpu().numpy())
        numbers, starts = (torch.from_numpy(array).to(features.device) for array in found)
        beside = features[:, self.spec.n_features - self.spec.n_view_features :]
        hidden = torch.relu(self.board(numbers, starts) + beside @ self.beside + self.bias)
        advantage = self.advantage(hidden)
        return self.value(hidden) + advantage - advantage.mean(dim=1, keepdim=True)

    def explain(self):
        neurons, n_outputs = self.value.in_features, self.advantage.out_features
        return [f"network dueling: {neurons} neurons, and from these 1 value and {n_outputs} advantages"]
