#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The tuning room against Optuna: the best value after a number of trials, over many seeds, and the time of a trial.

    python3 -m pip install optuna scipy
    python3 bench/peers/tune_optuna.py [--seeds 50] [--trials 100] [--batch 1] [--out docs/tune_against_optuna.md]

tune/ours.cpp has the same functions. All are minimised. Two samples of best values are compared by the Mann-Whitney
rank test: "wins" is how often a run of ours ends with the better value than one of Optuna's (ties count half), p the
probability of such a result or a worse one for us if both were equally good. A small p means that ours is worse.
"""
import argparse
import math
import pathlib
import platform
import subprocess
import sys
import tempfile
import time
import warnings

import optuna
from scipy.stats import mannwhitneyu

here = pathlib.Path(__file__).resolve().parent
root = here.parent.parent
flags = ["-O3", "-march=native", "-fno-math-errno", "-fno-tree-slp-vectorize"]

optuna.logging.set_verbosity(optuna.logging.ERROR)
warnings.filterwarnings("ignore")


def box(trial, dimensions, lower, upper):
    return [trial.suggest_float(f"x{i}", lower, upper) for i in range(dimensions)]


def sphere(trial):
    return sum(v * v for v in box(trial, 4, -5, 5))


def rosenbrock(trial):
    x = box(trial, 4, -5, 10)
    return sum(100 * (b - a * a) ** 2 + (1 - a) ** 2 for a, b in zip(x, x[1:]))


def branin(trial):
    x0, x1 = trial.suggest_float("x0", -5, 10), trial.suggest_float("x1", 0, 15)
    a = x1 - 5.1 / (4 * math.pi**2) * x0 * x0 + 5 / math.pi * x0 - 6
    return a * a + 10 * (1 - 1 / (8 * math.pi)) * math.cos(x0) + 10


def ackley(trial):
    x = box(trial, 5, -32.768, 32.768)
    squares = sum(v * v for v in x) / len(x)
    waves = sum(math.cos(2 * math.pi * v) for v in x) / len(x)
    return -20 * math.exp(-0.2 * math.sqrt(squares)) - math.exp(waves) + 20 + math.e


ALPHA = [1.0, 1.2, 3.0, 3.2]
A = [[10, 3, 17, 3.5, 1.7, 8], [0.05, 10, 17, 0.1, 8, 14], [3, 3.5, 1.7, 10, 17, 8], [17, 8, 0.05, 10, 0.1, 14]]
P = [[0.1312, 0.1696, 0.5569, 0.0124, 0.8283, 0.5886], [0.2329, 0.4135, 0.8307, 0.3736, 0.1004, 0.9991],
     [0.2348, 0.1451, 0.3522, 0.2883, 0.3047, 0.6650], [0.4047, 0.8828, 0.8732, 0.5743, 0.1091, 0.0381]]


def hartmann6(trial):
    x = box(trial, 6, 0, 1)
    return -sum(alpha * math.exp(-sum(a * (v - p) ** 2 for a, p, v in zip(row, centre, x)))
                for alpha, row, centre in zip(ALPHA, A, P))


def mixed(trial):
    rate = trial.suggest_float("rate", 1e-5, 1, log=True)
    layers = trial.suggest_int("layers", 1, 12)
    width = trial.suggest_int("width", 8, 512, log=True)
    dropout = trial.suggest_float("dropout", 0, 0.9)
    optimiser = trial.suggest_categorical("optimiser", ["sgd", "momentum", "adam", "adagrad"])
    best_rate = {"sgd": 0.1, "momentum": 0.02}.get(optimiser, 0.002)
    floor = {"adam": 0.0, "momentum": 0.02, "sgd": 0.1, "adagrad": 0.3}[optimiser]
    return (floor + 0.3 * math.log10(rate / best_rate) ** 2 + 0.02 * (layers - 7) ** 2 +
            0.1 * math.log2(width / 96) ** 2 + (dropout - 0.25) ** 2)


def failing_half(trial):
    x = trial.suggest_float("x0", -5, 5)
    return math.nan if x < 0 else (x - 2) ** 2


def failing_edge(trial):
    x = trial.suggest_float("x0", -5, 5)
    return math.nan if x < 0 else x * x


def failing_disc(trial):
    x, y = trial.suggest_float("x0", -5, 5), trial.suggest_float("x1", -5, 5)
    squares = (x - 2) ** 2 + (y + 1) ** 2
    return math.nan if squares > 1 else squares


def flat_label(trial):
    part, x = trial.suggest_categorical("part", ["flat", "slope"]), trial.suggest_float("x", 0, 10)
    return 1.0 if part == "flat" else x


def flat_number(trial):
    part, x = trial.suggest_float("part", 0, 1), trial.suggest_float("x", 0, 10)
    return 1.0 if part < 0.5 else x


FUNCTIONS = [sphere, rosenbrock, branin, ackley, hartmann6, mixed]
# With the number of trials; of the flat ones a run that ends with 1 has never found the part with an effect.
HARD = [(failing_half, 60), (failing_edge, 60), (failing_disc, 100), (flat_label, 100), (flat_number, 100)]

# Optuna's sampler, and ours that is to do the same, by the version of Optuna.
TPE = optuna.samplers.TPESampler
if int(optuna.__version__.split(".")[0]) >= 5:
    SAMPLERS = [("TPE, joint (default)", lambda seed: TPE(seed=seed, multivariate=True), "tpe"),
                ("TPE, independent", lambda seed: TPE(seed=seed, multivariate=False), "independent")]
else:
    SAMPLERS = [("TPE, independent (default)", lambda seed: TPE(seed=seed, constant_liar=True), "independent4"),
                ("TPE, multivariate", lambda seed: TPE(seed=seed, multivariate=True, constant_liar=True), "joint4")]
SAMPLERS.append(("random", lambda seed: optuna.samplers.RandomSampler(seed=seed), "random"))


def run_optuna(function, sampler, trials, batch, seeds):
    """The best values, and the least time of a trial in microseconds; the functions themselves cost next to nothing."""
    values, fastest = [], math.inf
    for seed in range(seeds):
        start = time.process_time()
        study = optuna.create_study(sampler=sampler(seed))
        if batch == 1:
            study.optimize(function, n_trials=trials)
        else:
            for first in range(0, trials, batch):
                asked = [study.ask() for _ in range(min(batch, trials - first))]
                results = [function(trial) for trial in asked]  # the values are drawn here, knowing the trials that run
                for trial, value in zip(asked, results):
                    study.tell(trial, value)
        fastest = min(fastest, time.process_time() - start)
        values.append(study.best_value)
    return values, 1e6 * fastest / trials


def run_ours(program, function, sampler, trials, batch, seeds):
    lines = subprocess.run([program, function.__name__, sampler, str(trials), str(batch), str(seeds)],
                           capture_output=True, text=True, check=True).stdout.split()
    return [float(v) for v in lines[:-2]], float(lines[-2]), float(lines[-1])


def run_hard(program, say):
    """Failures and flat parts: 100 seeds of each sampler of ours, of Optuna and of random search."""
    say("| function, trials | sampler | failed from trial 20 on | best value is 1 or worse | median best |")
    say("|---|---|--:|--:|--:|")
    for function, trials in HARD:
        for name, sampler, same in SAMPLERS:
            ours, failed, _ = run_ours(program, function, same, trials, 1, 100)
            results = [("paragon, " + name, ours, failed)]
            if same != "random":
                theirs, failed = [], 0
                for seed in range(100):
                    study = optuna.create_study(sampler=sampler(seed))
                    study.optimize(function, n_trials=trials)
                    complete = [t.value for t in study.trials if t.state == optuna.trial.TrialState.COMPLETE]
                    theirs.append(min(complete, default=math.inf))
                    failed += sum(t.state == optuna.trial.TrialState.FAIL for t in study.trials[20:])
                results.append(("Optuna, " + name, theirs, failed / (100 * (trials - 20))))
            for who, best, part in results:
                say(f"| {function.__name__}, {trials} | {who} | {part:.1%} | {sum(v >= 1 for v in best)} of 100 | "
                    f"{quartiles(best)[1]:.3g} |")


def compile_ours(folder):
    target = str(pathlib.Path(folder) / "ours")
    include = str(root / "include")
    source = str(here / "tune" / "ours.cpp")
    subprocess.run(["g++", "-std=c++20", *flags, "-I", include, source, "-o", target, "-pthread"], check=True)
    return target


def quartiles(values):
    ordered = sorted(values)

    def at(q):
        position = q * (len(ordered) - 1)
        low = int(position)
        high = min(low + 1, len(ordered) - 1)
        return ordered[low] + (position - low) * (ordered[high] - ordered[low])

    return at(0.25), at(0.5), at(0.75)


def text(values):
    low, middle, high = quartiles(values)
    return f"{middle:.4g} ({low:.4g} to {high:.4g})"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=50)
    parser.add_argument("--ours-seeds", type=int, default=200, help="more make the test sharper")
    parser.add_argument("--trials", type=int, default=100)
    parser.add_argument("--batch", type=int, default=1, help="trials proposed before the first of them is told")
    parser.add_argument("--only", help="one function")
    parser.add_argument("--hard", action="store_true", help="instead: failing evaluations and parameters without effect")
    parser.add_argument("--samplers", default="", help="a part of the sampler's name")
    parser.add_argument("--out", help="where the table is written beside the terminal")
    options = parser.parse_args()

    lines = []

    def say(line):
        lines.append(line)
        print(line, flush=True)

    with tempfile.TemporaryDirectory() as folder:
        program = compile_ours(folder)
        if options.hard:
            say(f"Optuna {optuna.__version__}, Python {platform.python_version()}; batches of 1, all minimised.")
            say("")
            run_hard(program, say)
            if options.out:
                pathlib.Path(options.out).write_text("\n".join(lines) + "\n")
            return
        say(f"Optuna {optuna.__version__}, Python {platform.python_version()}; {options.trials} trials, batches of "
            f"{options.batch}; {options.seeds} seeds of Optuna, {options.ours_seeds} of paragon. Median and quartiles "
            "of the best value, all minimised.")
        say("")
        say("| function | sampler | paragon | Optuna | wins | p | us a trial | Optuna, us |")
        say("|---|---|---|---|--:|--:|--:|--:|")
        for function in FUNCTIONS:
            if options.only and function.__name__ != options.only:
                continue
            for name, sampler, same in SAMPLERS:
                if options.samplers not in name:
                    continue
                ours, _, ours_time = run_ours(program, function, same, options.trials, options.batch, options.ours_seeds)
                theirs, their_time = run_optuna(function, sampler, options.trials, options.batch, options.seeds)
                test = mannwhitneyu(ours, theirs, alternative="greater")
                wins = 1 - test.statistic / (len(ours) * len(theirs))
                say(f"| {function.__name__} | {name} | {text(ours)} | {text(theirs)} | {wins:.2f} | "
                    f"{test.pvalue:.2f} | {ours_time:.0f} | {their_time:.0f} |")
    if options.out:
        pathlib.Path(options.out).write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    sys.exit(main())
