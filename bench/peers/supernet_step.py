# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The training step of bench/supernet/step.cpp with PyTorch: the same network, cells and sizes, random weights.

usage: supernet_step.py [--threads N] CELLS    CELLS: a text file, one cell string a line

Prints images a second for each batch and image size, with the channels first (PyTorch's default) and last.
"""
import argparse
import time

import torch
from torch import nn
from torch.nn import functional as F

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--threads", type=int, default=2)
parser.add_argument("--seconds", type=float, default=8)
parser.add_argument("cells")
arguments = parser.parse_args()
torch.set_num_threads(arguments.threads)
EDGES = [(0, 1), (0, 2), (1, 2), (0, 3), (1, 3), (2, 3)]


def parse(line):
    return [op.split("~")[0] for node in line.strip().split("+") for op in node.strip("|").split("|")]


class Edge(nn.Module):
    """The 1x1 convolution is the centre of the 3x3 one."""

    def __init__(self, c):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(c, c, 3, 3) * (2 / (9 * c)) ** 0.5)
        self.norm = nn.BatchNorm2d(c, affine=False, track_running_stats=False)

    def forward(self, x, op):
        if op == "skip_connect":
            return x
        if op == "avg_pool_3x3":
            return F.avg_pool2d(x, 3, 1, 1, count_include_pad=False)
        if op == "nor_conv_3x3":
            return self.norm(F.conv2d(F.relu(x), self.weight, padding=1))
        return self.norm(F.conv2d(F.relu(x), self.weight[:, :, 1:2, 1:2]))


class Reduction(nn.Module):
    def __init__(self, a, b):
        super().__init__()
        self.first = nn.Sequential(nn.ReLU(), nn.Conv2d(a, b, 3, 2, 1, bias=False), nn.BatchNorm2d(b))
        self.second = nn.Sequential(nn.ReLU(), nn.Conv2d(b, b, 3, 1, 1, bias=False), nn.BatchNorm2d(b))
        self.shortcut = nn.Sequential(nn.AvgPool2d(2, 2), nn.Conv2d(a, b, 1, bias=False))

    def forward(self, x):
        return self.second(self.first(x)) + self.shortcut(x)


class Supernet(nn.Module):
    def __init__(self, c=16, n=5, classes=10):
        super().__init__()
        self.stem = nn.Sequential(nn.Conv2d(3, c, 3, 1, 1, bias=False), nn.BatchNorm2d(c))
        self.stages = nn.ModuleList(
            nn.ModuleList(nn.ModuleList(Edge(w) for _ in EDGES) for _ in range(n)) for w in (c, 2 * c, 4 * c)
        )
        self.reductions = nn.ModuleList([Reduction(c, 2 * c), Reduction(2 * c, 4 * c)])
        self.norm = nn.BatchNorm2d(4 * c)
        self.classifier = nn.Linear(4 * c, classes)

    def forward(self, x, ops):
        x = self.stem(x)
        useful = {3}
        for (a, b), op in reversed(list(zip(EDGES, ops))):
            if op != "none" and b in useful:
                useful.add(a)
        for s, stage in enumerate(self.stages):
            if s:
                x = self.reductions[s - 1](x)
            for cell in stage:
                nodes = [x, None, None, None]
                for edge, (a, b), op in zip(cell, EDGES, ops):
                    if op == "none" or nodes[a] is None or b not in useful:
                        continue
                    y = edge(nodes[a], op)
                    nodes[b] = y if nodes[b] is None else nodes[b] + y
                x = nodes[3] if nodes[3] is not None else torch.zeros_like(x)
        return self.classifier(F.relu(self.norm(x)).mean((2, 3)))


cells = [parse(line) for line in open(arguments.cells) if line.strip()]
for batch in (64, 256):
    for pixels in (16, 32):
        for layout in (torch.contiguous_format, torch.channels_last):
            torch.manual_seed(1)
            net = Supernet().to(memory_format=layout)
            x = torch.randn(batch, 3, pixels, pixels).to(memory_format=layout)
            y = torch.arange(batch) % 10

            def step():
                for ops in cells:
                    net.zero_grad(set_to_none=True)
                    F.cross_entropy(net(x, ops), y).backward()

            step()
            start, rounds = time.perf_counter(), 0
            while time.perf_counter() - start < arguments.seconds:
                step()
                rounds += 1
            rate = rounds * len(cells) * batch / (time.perf_counter() - start)
            name = "channels last " if layout == torch.channels_last else "channels first"
            print(f"batch {batch:3d}, {pixels}x{pixels}, {name}: {rate:8.0f} images/s", flush=True)
