#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Solver, steps, quality and time: what pomonag_nasbench201 makes of 256 guided and of 1,000 free samples.

    python3 bench/peers/pomonag_solvers.py PROGRAM [--data DIR] [--dataset cifar10] [--out docs/pomonag_solvers.md]

Quality is the four-objective hypervolume in relation to the true front (of the benchmark's tables in DIR, or of the surrogates
that come along); time is of the sampling alone, on one thread. Each line is two runs of the program, seed 1.
"""
import argparse
import json
import pathlib
import subprocess
import tempfile

RUNS = [("exponential", 5), ("exponential", 10), ("exponential", 20), ("exponential", 50), ("exponential-sde", 20),
        ("exponential-sde", 50), ("ddim", 20), ("heun", 20), ("euler-maruyama", 1000), ("reverse-diffusion", 1000),
        ("predictor-corrector", 1000), ("published", 1000)]


def run(arguments, solver, steps, guidance, samples):
    with tempfile.TemporaryDirectory() as out:
        command = [arguments.program, "--dataset", arguments.dataset, "--solver", solver,
                   "--steps", str(steps), "--guidance", guidance, "--samples", str(samples), "--out", out]
        if arguments.data:
            command += ["--data", arguments.data]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        return json.loads((pathlib.Path(out) / "result.json").read_text())


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("program")
    parser.add_argument("--data")
    parser.add_argument("--dataset", default="cifar10")
    parser.add_argument("--out")
    arguments = parser.parse_args()
    lines = ["| solver | steps | evaluations | guided: hypervolume | different | seconds | free, 1,000: valid as they are "
             "| different | seconds |", "|---|--:|--:|--:|--:|--:|--:|--:|--:|"]
    for solver, steps in RUNS:
        guided = run(arguments, solver, steps, "balanced", 256)
        free = run(arguments, solver, steps, "none", 1000)
        volume = guided["hypervolume"]
        lines.append(f"| {solver} | {steps} | {guided['network_evaluations']} | {volume['found'] / volume['all']:.4f} "
                     f"| {guided['unique']} | {guided['seconds_sampling']:.2f} | {free['raw_valid'] / 10:.1f} % "
                     f"| {free['unique'] / 10:.1f} % | {free['seconds_sampling']:.2f} |")
        print(lines[-1], flush=True)
    text = "\n".join(lines) + "\n"
    if arguments.out:
        pathlib.Path(arguments.out).write_text(text)


if __name__ == "__main__":
    main()
