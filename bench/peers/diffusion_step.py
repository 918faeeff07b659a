#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The published score network for NAS-Bench-201 and one step of its predictor-corrector sampler, written plainly in
PyTorch: what bench/diffusion/score_network.cpp is measured against.

The network: 12 layers of width 64 with 8 heads over 8 rows of 7 operators, 3,989,575 parameters. A step: the Langevin
corrector (norms averaged over the batch), then Euler-Maruyama, two evaluations of the score for 256 samples.

    python3 diffusion_step.py                           # milliseconds of processor time on one thread
    python3 diffusion_step.py --dump step.safetensors   # also writes weights, an input and its score:
    PARAGON_DIFFUSION_STEP=step.safetensors paragon-bench-diffusion-score_network   # compares, then measures
"""
import argparse
import json
import math
import struct
import time

import torch
from torch import nn

NODES, OPERATORS, WIDTH, LAYERS, HEADS, INNER, HEAD = 8, 7, 64, 12, 8, 128, 1536
LINKS = [(0, 1), (0, 2), (0, 3), (1, 4), (1, 5), (2, 6), (3, 7), (4, 6), (5, 7), (6, 7)]


class Attention(nn.Module):
    def __init__(self):
        super().__init__()
        self.linears = nn.ModuleList(nn.Linear(WIDTH, WIDTH) for _ in range(4))

    def forward(self, x, mask):
        batch = x.size(0)
        q, k, v = (
            linear(x).view(batch, NODES, HEADS, WIDTH // HEADS).transpose(1, 2) for linear in self.linears[:3]
        )
        scores = torch.matmul(q, k.transpose(-2, -1)) / math.sqrt(WIDTH // HEADS)
        weights = torch.softmax(scores.masked_fill(mask == 0, -1e9), dim=-1)
        seen = torch.matmul(weights, v).transpose(1, 2).contiguous().view(batch, NODES, WIDTH)
        return self.linears[3](seen)


class Layer(nn.Module):
    def __init__(self):
        super().__init__()
        self.before = nn.LayerNorm(WIDTH)
        self.attention = Attention()
        self.between = nn.LayerNorm(WIDTH)
        self.one = nn.Linear(WIDTH, INNER)
        self.two = nn.Linear(INNER, WIDTH)
        self.after = nn.LayerNorm(WIDTH)

    def forward(self, h, mask):
        h = h + self.attention(self.before(h), mask)
        h = h + self.two(torch.relu(self.one(self.between(h))))
        return h, self.after(h)


class ScoreNetwork(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = nn.Linear(OPERATORS, WIDTH)
        self.time = nn.Sequential(nn.Linear(WIDTH, 4 * WIDTH), nn.SiLU(), nn.Linear(4 * WIDTH, WIDTH))
        self.layers = nn.ModuleList(Layer() for _ in range(LAYERS))
        self.head = nn.Sequential(
            nn.Linear(LAYERS * WIDTH, HEAD), nn.ELU(), nn.Linear(HEAD, HEAD), nn.ELU(), nn.Linear(HEAD, OPERATORS)
        )
        place = torch.arange(NODES).unsqueeze(1) / 10000 ** (2 * torch.arange(WIDTH // 2) / WIDTH)
        position = torch.zeros(NODES, WIDTH)
        position[:, 0::2] = torch.sin(place)
        position[:, 1::2] = torch.cos(place)
        self.register_buffer("position", position)
        half = WIDTH // 2
        self.register_buffer("frequency", torch.exp(-math.log(10000) / (half - 1) * torch.arange(half)))
        mask = torch.zeros(NODES, NODES)
        for source, target in LINKS:
            mask[source, target] = 1
        self.register_buffer("mask", mask)

    def forward(self, x, sigma):
        h = self.embed(x) * math.sqrt(WIDTH) + self.position
        angle = sigma[:, None] * self.frequency
        h = h + self.time(torch.cat([torch.sin(angle), torch.cos(angle)], dim=1))[:, None]
        outs = []
        for layer in self.layers:
            h, out = layer(h, self.mask)
            outs.append(out)
        return self.head(torch.cat(outs, dim=-1))


def noise_level(t, least=0.1, greatest=5.0):
    return least * (greatest / least) ** t


def step(network, x, t, steps=1000, snr=0.16):
    """One step of the published sampler; two evaluations of the score."""
    sigma = noise_level(t)
    levels = torch.full((x.size(0),), sigma)
    score = network(x, levels)
    z = torch.randn_like(x)
    norm = lambda v: torch.norm(v.reshape(v.size(0), -1), dim=-1).mean()
    size = 2 * (snr * norm(z) / norm(score)) ** 2
    x = x + size * score + torch.sqrt(2 * size) * z
    score = network(x, levels)
    g = sigma * math.sqrt(2 * math.log(50))
    mean = x + g * g * score / steps
    return mean + g * math.sqrt(1 / steps) * torch.randn_like(x), mean


def published_names(network):
    """Weights under the names that paragon's layer has for them."""
    names = {}
    state = network.state_dict()
    simple = {"embed": "opEmb.fc", "time.0": "timeEmb1", "time.2": "timeEmb2", "head.0": "final.linears.0",
              "head.2": "final.linears.1", "head.4": "final.linears.2"}
    for old, new in simple.items():
        for part in ("weight", "bias"):
            names[f"{new}.{part}"] = state[f"{old}.{part}"]
    for l in range(LAYERS):
        at = f"graph_encoder.encoder_f.layers.{l}"
        inner = {"before": f"{at}.self_attn.norm", "between": f"{at}.feed_forward.norm",
                 "one": f"{at}.feed_forward.feed_forward.w_1", "two": f"{at}.feed_forward.feed_forward.w_2",
                 "after": f"graph_encoder.encoder_f.norms.{l}"}
        inner.update({f"attention.linears.{i}": f"{at}.self_attn.attn.linears.{i}" for i in range(4)})
        for old, new in inner.items():
            for part in ("weight", "bias"):
                names[f"{new}.{part}"] = state[f"layers.{l}.{old}.{part}"]
    return names


def save(path, tensors):
    header, blob = {}, b""
    for name, value in sorted(tensors.items()):
        raw = value.detach().to(torch.float32).contiguous().numpy().tobytes()
        header[name] = {"dtype": "F32", "shape": list(value.shape), "data_offsets": [len(blob), len(blob) + len(raw)]}
        blob += raw
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + blob)


def least_time(body, repeats):
    body()
    best = math.inf
    for _ in range(repeats):
        start = time.process_time()
        body()
        best = min(best, time.process_time() - start)
    return 1000 * best


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--dump", metavar="FILE", help="write weights, input and score of one evaluation")
    parser.add_argument("--samples", type=int, default=256)
    parser.add_argument("--repeats", type=int, default=20)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(0)
    network = ScoreNetwork().eval()
    count = sum(p.numel() for p in network.parameters())
    x = 5 * torch.randn(arguments.samples, NODES, OPERATORS)
    levels = torch.full((arguments.samples,), 2.0)
    with torch.no_grad():
        if arguments.dump:
            tensors = {f"weight.{name}": value for name, value in published_names(network).items()}
            tensors.update({"input.x": x, "input.sigma": levels[:1], "output.score": network(x, levels)})
            save(arguments.dump, tensors)
        one = least_time(lambda: network(x, levels), arguments.repeats)
        both = least_time(lambda: step(network, x, 0.7), arguments.repeats)
    print(f"PyTorch {torch.__version__}, one thread, {count} parameters, {arguments.samples} samples")
    print(f"evaluation                {one:9.2f} ms")
    print(f"predictor-corrector step  {both:9.2f} ms")


if __name__ == "__main__":
    main()
