#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""search::nsga2 beside pymoo's NSGA2, same settings, on test problems whose variables lie on a grid.

    pip install pymoo scipy
    bench/peers/search_pymoo.py [--seeds 20] [--evaluations 10000] [--levels 201] [PROBLEM ...]

Both: simulated binary crossover (0.9, index 15), polynomial mutation (one variable on average, index 20), populations of
100, no duplicates. Prints for each problem the mean hypervolume of the last population (scaled by the ideal and nadir point
of all runs, reference 1.1), the p of a two-sided Mann-Whitney test, and the time that ask and tell took for a run.
"""
import argparse
import json
import subprocess
import tempfile
import time
from pathlib import Path

import numpy as np
from pymoo.algorithms.moo.nsga2 import NSGA2
from pymoo.core.problem import Problem
from pymoo.indicators.hv import HV
from pymoo.operators.crossover.sbx import SBX
from pymoo.operators.mutation.pm import PM
from pymoo.operators.repair.rounding import RoundingRepair
from pymoo.operators.sampling.rnd import IntegerRandomSampling
from pymoo.problems import get_problem
from pymoo.util.nds.non_dominated_sorting import NonDominatedSorting
from scipy.stats import mannwhitneyu

VARIABLES = {"zdt1": 30, "zdt2": 30, "zdt3": 30, "zdt4": 10, "zdt6": 10, "dtlz1": 7, "dtlz2": 12, "dtlz3": 12,
             "dtlz4": 12, "dtlz5": 12, "dtlz6": 12, "dtlz7": 22}


class Grid(Problem):
    def __init__(self, name, levels):
        self.inner = get_problem(name, n_var=VARIABLES[name])
        self.levels = levels
        super().__init__(n_var=self.inner.n_var, n_obj=self.inner.n_obj, xl=0, xu=levels - 1, vtype=int)

    def _evaluate(self, x, out, *args, **kwargs):
        places = x / (self.levels - 1)
        out["F"] = self.inner.evaluate(self.inner.xl + places * (self.inner.xu - self.inner.xl))


def theirs(name, levels, population, evaluations, seed):
    algorithm = NSGA2(pop_size=population, sampling=IntegerRandomSampling(),
                      crossover=SBX(prob=0.9, eta=15, vtype=float, repair=RoundingRepair()),
                      mutation=PM(eta=20, vtype=float, repair=RoundingRepair()), eliminate_duplicates=True)
    problem = Grid(name, levels)
    algorithm.setup(problem, termination=("n_eval", evaluations), seed=seed, verbose=False)
    seconds = 0
    while algorithm.has_next():
        begin = time.perf_counter()
        asked = algorithm.ask()
        seconds += time.perf_counter() - begin
        algorithm.evaluator.eval(problem, asked)
        begin = time.perf_counter()
        algorithm.tell(infills=asked)
        seconds += time.perf_counter() - begin
    return algorithm.pop.get("F"), seconds


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("problems", nargs="*", default=list(VARIABLES))
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--evaluations", type=int, default=10000)
    parser.add_argument("--population", type=int, default=100)
    parser.add_argument("--levels", type=int, default=201)
    parser.add_argument("--include", default=str(Path(__file__).resolve().parents[2] / "include"))
    o = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        program = folder + "/grid"
        source = str(Path(__file__).resolve().parent / "search/grid.cpp")
        subprocess.run(["g++", "-std=c++20", "-O2", "-march=native", "-I" + o.include, source, "-o", program],
                       check=True)
        print(f"{'problem':8} {'ours':>8} {'pymoo':>8} {'p':>8}   {'ours s':>8} {'pymoo s':>8} {'ratio':>7}")
        for name in o.problems:
            run = [program, name, str(o.levels), str(o.population), str(o.evaluations), str(o.seeds)]
            answer = json.loads(subprocess.run(run, check=True, capture_output=True, text=True).stdout)
            ours = [np.array(front) for front in answer["fronts"]]
            peer = [theirs(name, o.levels, o.population, o.evaluations, seed) for seed in range(1, o.seeds + 1)]
            everything = np.vstack(ours + [front for front, _ in peer])
            best = everything[NonDominatedSorting().do(everything, only_non_dominated_front=True)]
            low, high = best.min(axis=0), best.max(axis=0)
            volume = HV(ref_point=np.full(len(low), 1.1))
            scale = np.where(high > low, high - low, 1)
            a = [volume((front - low) / scale) for front in ours]
            b = [volume((front - low) / scale) for front, _ in peer]
            p = mannwhitneyu(a, b).pvalue if a != b else 1.0
            seconds = np.mean([s for _, s in peer])
            print(f"{name:8} {np.mean(a):8.4f} {np.mean(b):8.4f} {p:8.3f}   {answer['seconds']:8.4f} {seconds:8.3f} "
                  f"{seconds / answer['seconds']:7.0f}", flush=True)


if __name__ == "__main__":
    main()
