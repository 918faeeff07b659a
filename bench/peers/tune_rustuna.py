#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The time of a trial beside Rustuna, without its evaluation: processor time of whole runs, the fastest of several.

    python3 -m pip install optuna rustuna scipy
    python3 bench/peers/tune_rustuna.py [--trials 100,300,1000,5000] [--repeat 3]

The functions are those of tune_optuna.py; the runs of both take turns, so that a busy machine slows both down.
"""
import argparse
import importlib.metadata
import math
import sys
import tempfile
import time

import rustuna

import tune_optuna as peers


def run_rustuna(function, multivariate, trials, seed):
    study = rustuna.create_study(sampler=rustuna.samplers.TPESampler(seed=seed, multivariate=multivariate))
    start = time.process_time()
    study.optimize(function, n_trials=trials)
    return 1e6 * (time.process_time() - start) / trials


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--trials", default="100,300,1000,5000")
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--only", default="sphere,hartmann6,mixed")
    options = parser.parse_args()
    print(f"Rustuna {importlib.metadata.version('rustuna')}; microseconds a trial, the fastest of {options.repeat} runs.\n")
    print("| function | sampler | trials | paragon | Rustuna |\n|---|---|--:|--:|--:|", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        program = peers.compile_ours(folder)
        for function in [f for f in peers.FUNCTIONS if f.__name__ in options.only.split(",")]:
            for name, same, multivariate in [("TPE, joint", "tpe", True), ("TPE, independent", "independent", False)]:
                for trials in map(int, options.trials.split(",")):
                    ours = theirs = math.inf
                    for seed in range(options.repeat):
                        ours = min(ours, peers.run_ours(program, function, same, trials, 1, 1)[2])
                        theirs = min(theirs, run_rustuna(function, multivariate, trials, seed))
                    print(f"| {function.__name__} | {name} | {trials} | {ours:.0f} | {theirs:.0f} |", flush=True)


if __name__ == "__main__":
    sys.exit(main())
