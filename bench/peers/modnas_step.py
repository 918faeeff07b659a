#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""One MODNAS step on NAS-Bench-201 for 13 devices, written plainly in PyTorch: what bench/search/modnas_step.cpp is
measured against.

The step: draw a preference for each device; hypernetwork (a bank of 50 look-up tables of 101 rows, mixed by the device);
one-hot sample with ReinMax's gradient; error by a frozen network of 30-128-128-1, latency by the frozen graph network of
width 100; one backward pass for each device, gradients of unit length; their Gram matrix, Frank-Wolfe for the point of
least norm, Adam on the 152,000 parameters. Devices and tables are looped over in Python, as the method reads.

    python3 modnas_step.py                          # milliseconds per step on one thread
    python3 modnas_step.py --dump step.safetensors  # also writes weights, inputs, losses and gradients of one step:
    PARAGON_MODNAS_STEP=step.safetensors paragon-bench-search-modnas_step   # compares them with its own, then measures
"""
import argparse
import json
import math
import struct
import time

import torch
from torch import nn

DEVICES, EDGES, OPERATIONS, BANK, ROWS, FEATURES, WIDTH = 13, 6, 5, 50, 101, 10, 100


class LookupTable(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(ROWS, EDGES * OPERATIONS)

    def forward(self, row):
        return self.embedding(row).reshape(EDGES, OPERATIONS)


class Hypernetwork(nn.Module):
    def __init__(self):
        super().__init__()
        self.tables = nn.ModuleList(LookupTable() for _ in range(BANK))
        self.hardware_embedding = nn.Embedding(BANK, FEATURES)

    def forward(self, preference, device):
        mix = torch.softmax(torch.sin(self.hardware_embedding.weight @ device / math.sqrt(FEATURES)), dim=0)
        row = torch.round(100 * preference[0]).long()
        logits = torch.zeros(EDGES, OPERATIONS)
        for k, table in enumerate(self.tables):
            logits = logits + mix[k] * table(row)
        return logits


class ReinMax(torch.autograd.Function):
    """Forward: a one-hot sample of each row. Backward: Liu et al., NeurIPS 2023, temperature 1."""

    @staticmethod
    def forward(ctx, logits, drawn):
        p = logits.softmax(dim=-1)
        sample = torch.zeros_like(p).scatter_(-1, drawn.unsqueeze(-1), 1.0)
        ctx.save_for_backward(p, sample)
        return sample

    @staticmethod
    def backward(ctx, upstream):
        p, sample = ctx.saved_tensors
        q = 0.5 * (p + sample)
        second = 2 * upstream * q - q * (2 * upstream * q).sum(-1, keepdim=True)
        first = -0.5 * upstream * p + p * (0.5 * upstream * p).sum(-1, keepdim=True)
        gradient = first + second
        return gradient - gradient.mean(-1, keepdim=True), None


class GraphConvolution(nn.Module):
    def __init__(self, inputs, outputs):
        super().__init__()
        self.weight = nn.Parameter(torch.empty(inputs, outputs).uniform_(-0.05, 0.05))
        self.bias = nn.Parameter(torch.empty(outputs).uniform_(-0.1, 0.1))

    def forward(self, x, adjacency):
        return adjacency @ (x @ self.weight) + self.bias


class LatencyPredictor(nn.Module):
    def __init__(self):
        super().__init__()
        self.gc1 = GraphConvolution(8, WIDTH)
        self.gc2 = GraphConvolution(WIDTH, WIDTH)
        self.gc3 = GraphConvolution(WIDTH, WIDTH)
        self.gc4 = GraphConvolution(WIDTH, WIDTH)
        self.fc_hw1 = nn.Linear(FEATURES, WIDTH)
        self.fc_hw2 = nn.Linear(WIDTH, WIDTH)
        self.fc3 = nn.Linear(2 * WIDTH, 2 * WIDTH)
        self.fc4 = nn.Linear(2 * WIDTH, 2 * WIDTH)
        self.fc5 = nn.Linear(2 * WIDTH, 1)

    def forward(self, x, adjacency, device):
        for layer in (self.gc1, self.gc2, self.gc3, self.gc4):
            x = torch.relu(layer(x, adjacency))
        hardware = torch.relu(self.fc_hw2(torch.relu(self.fc_hw1(device))))
        joint = torch.cat([x[:, -1], hardware], dim=1)
        return self.fc5(torch.relu(self.fc4(torch.relu(self.fc3(joint)))))


def cell_graph():
    """Nodes: input, six edges, output, global; row i receives from column j."""
    adjacency = torch.eye(9)
    for source, target in [(0, 1), (0, 2), (0, 4), (1, 3), (1, 5), (2, 6), (3, 6), (4, 7), (5, 7), (6, 7)]:
        adjacency[target, source] = 1
    adjacency[8] = 1
    fixed = torch.zeros(9, 8)
    fixed[0, 0] = fixed[7, 6] = fixed[8, 7] = 1
    return adjacency, fixed


FEATURE_OF_OPERATION = [4, 5, 2, 3, 1]  # none, skip, 1x1, 3x3, pool


def frank_wolfe(gram):
    """Weights of the point of least norm in the hull; the published iteration."""
    n = len(gram)

    def line(aa, ab, bb):
        if ab >= aa:
            return 0.999
        if ab >= bb:
            return 0.001
        return (bb - ab) / (aa + bb - 2 * ab)

    best, weights = math.inf, None
    for i in range(n):
        for j in range(i + 1, n):
            w = line(gram[i][i], gram[i][j], gram[j][j])
            norm = w * w * gram[i][i] + 2 * w * (1 - w) * gram[i][j] + (1 - w) ** 2 * gram[j][j]
            if norm < best:
                best, weights = norm, [0.0] * n
                weights[i], weights[j] = w, 1 - w
    weights = torch.tensor(weights, dtype=torch.float64)
    matrix = torch.tensor(gram, dtype=torch.float64)
    while True:
        product = matrix @ weights
        t = int(product.argmin())
        w = line(float(weights @ product), float(product[t]), float(matrix[t, t]))
        updated = w * weights
        updated[t] += 1 - w
        if float((updated - weights).abs().sum()) < 1e-5:
            return weights
        weights = updated


class Step:
    def __init__(self, seed):
        torch.manual_seed(seed)
        self.hypernetwork = Hypernetwork()
        self.latency = LatencyPredictor()
        self.error = nn.Sequential(nn.Linear(30, 128), nn.SiLU(), nn.Linear(128, 128), nn.SiLU(), nn.Linear(128, 1))
        for model in (self.latency, self.error):
            for p in model.parameters():
                p.requires_grad_(False)
        self.adjacency, self.fixed = cell_graph()
        self.devices = torch.rand(DEVICES, FEATURES)
        self.least = 5 + 5 * torch.rand(DEVICES)
        self.span = 10 + 10 * torch.rand(DEVICES)
        self.parameters = list(self.hypernetwork.parameters())
        self.optimiser = torch.optim.Adam(self.parameters, lr=3.9e-3, betas=(0.5, 0.999), weight_decay=0.09)

    def device_loss(self, t, preference, drawn=None):
        logits = self.hypernetwork(preference, self.devices[t])
        if drawn is None:
            drawn = torch.distributions.Categorical(logits=logits.detach()).sample()
        cell = ReinMax.apply(logits, drawn)
        error = self.error(cell.reshape(1, -1))[0, 0]
        x = self.fixed.clone()
        x[1:7, FEATURE_OF_OPERATION] = cell
        latency = self.latency(x.unsqueeze(0), self.adjacency, self.devices[t : t + 1])[0, 0]
        return preference[0] * error + preference[1] * (latency - self.least[t]) / self.span[t], drawn

    def gradients(self, preferences=None, samples=None):
        losses, drawn, gradients = [], [], []
        for t in range(DEVICES):
            preference = preferences[t] if preferences is not None else torch.distributions.Dirichlet(torch.ones(2)).sample()
            self.optimiser.zero_grad()
            loss, choice = self.device_loss(t, preference, None if samples is None else samples[t])
            loss.backward()
            gradient = [p.grad.clone() for p in self.parameters]
            norm = math.sqrt(sum(float((g * g).sum()) for g in gradient))
            gradients.append([g / norm for g in gradient])
            losses.append(float(loss.detach()))
            drawn.append(choice)
        return losses, drawn, gradients

    def direction(self, gradients):
        gram = [[0.0] * DEVICES for _ in range(DEVICES)]
        for i in range(DEVICES):
            for j in range(i, DEVICES):
                dot = sum(float((a * b).sum()) for a, b in zip(gradients[i], gradients[j]))
                gram[i][j] = gram[j][i] = dot
        weights = frank_wolfe(gram)
        for k, p in enumerate(self.parameters):
            p.grad = sum(float(weights[t]) * gradients[t][k] for t in range(DEVICES))
        return gram, weights

    def __call__(self):
        _, _, gradients = self.gradients()
        self.direction(gradients)
        self.optimiser.step()


def flat_tables(tensors):
    """Row p of all tables side by side: [101, 50 * 30]."""
    return torch.stack([t.detach() for t in tensors], dim=1).reshape(ROWS, -1)


def dump(path, seed):
    step = Step(seed)
    preferences = torch.distributions.Dirichlet(torch.ones(2)).sample((DEVICES,))
    losses, drawn, gradients = step.gradients(preferences)
    gram, weights = step.direction(gradients)
    out = {"input.preference": preferences, "input.device": step.devices, "input.drawn": torch.stack(drawn).int(),
           "input.least": step.least, "input.span": step.span, "output.loss": torch.tensor(losses),
           "output.gram": torch.tensor(gram), "output.weights": weights.float()}

    def store(prefix, values):
        out[prefix + "tables"] = flat_tables(values[:-1])
        out[prefix + "hardware_embedding.weight"] = values[-1].detach()

    store("before.", [p.clone() for p in step.parameters])
    store("gradient.", [p.grad for p in step.parameters])
    step.optimiser.step()
    store("after.", step.parameters)
    out.update({"latency." + k: v for k, v in step.latency.state_dict().items()})
    for k, v in step.error.state_dict().items():
        out["error.layer%d.%s" % (int(k.split(".")[0]) // 2, k.split(".")[1])] = v
    header, body = {}, b""
    for name, value in out.items():
        data = value.contiguous().numpy().tobytes()
        kind = {torch.float32: "F32", torch.int32: "I32"}[value.dtype]
        header[name] = {"dtype": kind, "shape": list(value.shape), "data_offsets": [len(body), len(body) + len(data)]}
        body += data
    text = json.dumps(header).encode()
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + body)


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--steps", type=int, default=30)
    arguments.add_argument("--threads", type=int, default=1)
    arguments.add_argument("--seed", type=int, default=1)
    arguments.add_argument("--dump", metavar="FILE")
    options = arguments.parse_args()
    torch.set_num_threads(options.threads)
    if options.dump:
        dump(options.dump, options.seed)
    step = Step(options.seed)
    for _ in range(3):
        step()
    wall, processor = [], []
    for _ in range(options.steps):
        start, started = time.perf_counter(), time.process_time()
        step()
        wall.append(1e3 * (time.perf_counter() - start))
        processor.append(1e3 * (time.process_time() - started))
    print("torch %s, %d thread(s), %d parameters" % (torch.__version__, options.threads,
                                                     sum(p.numel() for p in step.parameters)))
    for name, times in [("wall", sorted(wall)), ("processor", sorted(processor))]:
        print("%s ms per step: median %.1f, least %.1f, greatest %.1f" % (name, times[len(times) // 2], times[0], times[-1]))


if __name__ == "__main__":
    main()
