#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The Pareto room against its peers, same data and run, one core: writes docs/pareto_speed.md.

    python3 -m pip install moocore numpy
    apt-get install libpagmo-dev                    # leave it out and its columns stay empty
    python3 bench/peers/pareto.py --spatial DIR     # DIR: a checkout of alandefreitas/pareto, for the archive's rows

The programs in pareto/ read the same file and print their best time; moocore's C functions are called without its Python
around them. Each case is measured in rounds, one peer after the other, and the best of all rounds counts. A peer that
needs more than --limit seconds for one call is not asked again.
"""
import argparse
import math
import os
import pathlib
import platform
import struct
import subprocess
import sys
import tempfile
import time

import moocore
import numpy as np
from moocore._libmoocore import ffi, lib

here = pathlib.Path(__file__).resolve().parent
root = here.parent.parent
flags = ["-O3", "-march=native", "-fno-math-errno", "-fno-tree-slp-vectorize"]


def cloud(kind, n, m):
    draw = np.random.default_rng(42 + m)
    if kind == "cube":
        return draw.random((n, m))
    if kind == "simplex":
        x = draw.exponential(size=(n, m))
        return x / x.sum(axis=1, keepdims=True)
    x = np.abs(draw.normal(size=(n, m)))
    return x / np.linalg.norm(x, axis=1, keepdims=True)


def write(path, x):
    with open(path, "wb") as file:
        file.write(struct.pack("<QQ", *x.shape))
        file.write(np.ascontiguousarray(x).tobytes())


def moocore_call(task, x):
    n, m = x.shape
    values = ffi.from_buffer("double []", x)
    reference = ffi.new("double []", [1.1] * m)
    if task == "filter":
        front, maximise = np.empty(n, np.uint8), ffi.new("uint8_t []", m)
        return lambda: (lib.is_nondominated(ffi.from_buffer("uint8_t []", front), values, n, m, False, maximise),
                        front.sum())[1]
    if task == "rank":
        ranks = np.empty(n, np.intc)
        return lambda: (lib.pareto_rank(ffi.from_buffer("int []", ranks), values, n, m), ranks.sum(dtype=np.int64))[1]
    if task == "hypervolume":
        return lambda: lib.fpli_hv(values, n, m, reference)
    volumes = np.empty(n)
    copy = x.copy()  # the function writes to its input
    return lambda: (lib.hv_contributions(ffi.from_buffer("double []", volumes), ffi.from_buffer("double []", copy), n, m,
                                         reference, False), volumes.sum())[1]


class Peer:
    """A name, the tasks it has, and how to measure one."""

    def __init__(self, name, measure):
        self.name, self.measure = name, measure


def program(name, path, task=None):
    def measure(asked, x, file, seconds, limit):
        try:
            done = subprocess.run([path, task or asked, file, str(seconds)], capture_output=True, text=True,
                                  timeout=2 * limit + 5)
        except subprocess.TimeoutExpired:
            return math.inf, None
        if done.returncode != 0:
            return None
        best, answer = done.stdout.split()
        return float(best), float(answer)

    return Peer(name, measure)


def moocore_measure(asked, x, file, seconds, limit):
    """In a process of its own, so that a call can be stopped."""
    try:
        done = subprocess.run([sys.executable, __file__, "--moocore", asked, file, str(seconds)], capture_output=True,
                              text=True, timeout=2 * limit + 5, check=True)
    except subprocess.TimeoutExpired:
        return math.inf, None
    best, answer = done.stdout.split()
    return float(best), float(answer)


def moocore_main(task, file, seconds):
    with open(file, "rb") as data:
        n, m = struct.unpack("<QQ", data.read(16))
        x = np.frombuffer(data.read(), dtype=float).reshape(n, m).copy()
    call = moocore_call(task, x)
    best, spent = math.inf, 0.0
    while True:
        start = time.perf_counter()
        answer = call()
        took = time.perf_counter() - start
        best, spent = min(best, took), spent + took
        if spent >= seconds:
            break
    print(best * 1e3, repr(float(answer)))


def compile_program(source, folder, standard, *more):
    target = folder / source.stem
    done = subprocess.run(["g++", f"-std=c++{standard}", *flags, str(source), "-o", str(target), *more],
                          capture_output=True, text=True)
    if done.returncode != 0:
        print(f"{source.name} does not build and is left out:\n{done.stderr[:500]}", file=sys.stderr)
        return None
    return str(target)


def cases(quick):
    for m in (2, 3, 4, 6):
        for n in (10_000, 100_000):
            for kind in ("cube", "simplex"):
                yield "filter", kind, n, m
    for m in (2, 3, 4, 6):
        for n in (10_000, 100_000):
            yield "rank", "cube", n, m
    sizes = {2: (1000, 10_000, 100_000), 3: (1000, 10_000, 100_000), 4: (1000, 10_000, 100_000),
             5: (100, 300, 1000, 3000), 6: (100, 300, 1000), 7: (100, 300), 8: (50, 100, 200), 10: (50, 100)}
    for m, ns in sizes.items():
        for n in ns:
            for kind in ("simplex", "sphere") if m <= 4 else ("simplex",):
                if not (quick and n * m >= 400_000):
                    yield "hypervolume", kind, n, m
    for m in (3, 4, 6):
        for n in (1000, 10_000):
            yield "hypervolume", "cube", n, m
    for m in (2, 3, 4):
        for n in (1000, 10_000):
            yield "contributions", "simplex", n, m
    for m in (2, 3, 4, 5):
        for kind in ("cube", "simplex"):
            yield "archive", kind, 100_000, m


def milliseconds(value):
    if value is None:
        return ""
    if math.isinf(value):
        return "stopped"
    return f"{value:.3g}" if value < 1000 else f"{value:,.0f}"


def geometric_mean(ratios):
    return math.exp(sum(map(math.log, ratios)) / len(ratios))


def processor():
    for line in open("/proc/cpuinfo"):
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return platform.processor()


def exponent(ours, folder, task, kind, m, sizes):
    """The slope of log time over log n, from doubling n."""
    times = []
    for n in sizes:
        file = str(folder / "doubling")
        write(file, cloud(kind, n, m))
        times.append(ours.measure(task, None, file, 0.3, 60)[0])
    steps = [math.log2(b / a) for a, b in zip(times, times[1:])]
    return sum(steps) / len(steps), times


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--spatial", help="checkout of alandefreitas/pareto")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=0.3, help="least time to spend on a case in a round")
    parser.add_argument("--limit", type=float, default=60, help="longest call that a peer may make, in seconds")
    parser.add_argument("--only", help="one part: filter, rank, hypervolume, contributions, archive, growth or memory")
    parser.add_argument("--out", default=str(root / "docs" / "pareto_speed.md"))
    options = parser.parse_args()

    folder = pathlib.Path(tempfile.mkdtemp())
    sources = here / "pareto"
    ours_path = compile_program(sources / "ours.cpp", folder, 20, "-I", str(root / "include"), "-pthread")
    if ours_path is None:
        sys.exit(1)
    ours = program("paragon", ours_path)
    peers = {task: [Peer("moocore", moocore_measure)] for task in ("filter", "rank", "hypervolume", "contributions")}
    pagmo = compile_program(sources / "pagmo.cpp", folder, 17, "-lpagmo", "-lboost_serialization", "-ltbb")
    if pagmo is not None:
        for task in peers:
            peers[task].append(program("pagmo", pagmo))
    peers["archive"] = []
    if options.spatial:
        spatial = compile_program(sources / "spatial.cpp", folder, 17, "-I", str(pathlib.Path(options.spatial) / "source"))
        if spatial is not None:
            peers["archive"] = [program(f"{kind} tree", spatial, kind) for kind in ("kd", "r", "r_star", "quad")]

    rows = {}
    for task, kind, n, m in cases(False):
        if options.only and task != options.only or not peers[task]:
            continue
        file = str(folder / "data")
        write(file, cloud(kind, n, m))
        best, answers = {}, {}
        for _ in range(options.rounds):
            for peer in [ours, *peers[task]]:
                if peer.name == "pagmo" and task == "rank" and n > 10_000:
                    continue  # its lists of dominated points would need tens of gigabytes
                if best.get(peer.name, 0) is None or best.get(peer.name, 0) > options.limit * 1e3 / 3:
                    continue
                found = peer.measure(task, None, file, options.seconds, options.limit)
                if found is None:
                    best[peer.name] = None
                    continue
                best[peer.name] = min(found[0], best.get(peer.name, math.inf))
                if found[1] is not None:
                    answers[peer.name] = found[1]
        for name, answer in answers.items():
            if abs(answer - answers["paragon"]) > 1e-9 * abs(answer):
                print(f"{task} {kind} n={n} m={m}: {name} answers {answer}, paragon {answers['paragon']}", file=sys.stderr)
        fastest = min((best[p.name] for p in peers[task] if best.get(p.name) is not None), default=math.inf)
        rows.setdefault(task, []).append((m, n, kind, best, fastest / best["paragon"]))
        print(task, kind, n, m, {k: milliseconds(v) for k, v in best.items()}, f"{rows[task][-1][4]:.2f}", flush=True)

    out = []
    say = out.append
    version = subprocess.run(["g++", "--version"], capture_output=True, text=True).stdout.splitlines()[0]
    say("# Pareto room: speed")
    say("")
    say("Written by `python3 bench/peers/pareto.py`; the same data for all, one core, milliseconds, the best of "
        f"{options.rounds} round{'s' if options.rounds > 1 else ''} of repeats. \"Ratio\" is the fastest peer's time over ours: above 1, paragon is faster. \"stopped\": "
        f"more than {options.limit:.0f} s.")
    say("")
    say(f"- Machine: {processor()}, {os.cpu_count()} cores; {version}, `{' '.join(flags)}`.")
    say(f"- moocore {moocore.__version__} (Python package, its C functions called directly)" +
        ("; pagmo of Debian (libpagmo-dev)" if pagmo else "") +
        ("; alandefreitas/pareto, built with the same flags" if peers["archive"] else "") + ".")
    say("- cube: uniform in [0, 1]^m; simplex: uniform on sum 1, where all points survive; sphere: its positive unit part. "
        "Minimised; hypervolumes up to 1.1 in every objective.")
    say("")
    titles = {"filter": "First front", "rank": "Ranking (all fronts)", "hypervolume": "Hypervolume",
              "contributions": "Exclusive contributions", "archive": "Archive: insertion, one point after another"}
    for task, lines in rows.items():
        names = [peer.name for peer in peers[task]]
        ratios = [line[4] for line in lines if math.isfinite(line[4])]
        say(f"## {titles[task]}")
        say("")
        say(f"Geometric mean of the ratios {geometric_mean(ratios):.1f}, least {min(ratios):.2f}.")
        say("")
        say("| m | n | data | paragon | " + " | ".join(names) + " | ratio |")
        say("|" + "--:|" * 2 + "---|" + "--:|" * (len(names) + 2))
        for m, n, kind, best, ratio in lines:
            peers_text = " | ".join(milliseconds(best.get(name)) for name in names)
            say(f"| {m} | {n:,} | {kind} | {milliseconds(best['paragon'])} | {peers_text} | "
                f"{'' if math.isinf(ratio) else f'{ratio:.1f}'} |")
        say("")

    if options.only in (None, "growth"):
        say("## Growth")
        say("")
        say("n is doubled; the exponent is the mean slope of log time over log n.")
        say("")
        say("| task | data | m | n | exponent | ms at the last |")
        say("|---|---|--:|---|--:|--:|")
        for task, kind, m, first, last in [
                ("filter", "cube", 2, 15, 19), ("filter", "simplex", 2, 15, 19), ("filter", "cube", 3, 15, 19),
                ("filter", "simplex", 3, 15, 19), ("filter", "cube", 4, 15, 19), ("filter", "simplex", 4, 13, 17),
                ("filter", "simplex", 6, 13, 16), ("rank", "cube", 2, 14, 18), ("rank", "cube", 3, 14, 17),
                ("rank", "cube", 4, 13, 17), ("hypervolume", "simplex", 2, 15, 19), ("hypervolume", "simplex", 3, 15, 18),
                ("hypervolume", "simplex", 4, 11, 14), ("hypervolume", "simplex", 5, 8, 12),
                ("hypervolume", "simplex", 6, 7, 10), ("contributions", "simplex", 4, 9, 12),
                ("archive", "simplex", 2, 14, 17), ("archive", "simplex", 4, 13, 16)]:
            slope, times = exponent(ours, folder, task, kind, m, [2**k for k in range(first, last + 1)])
            say(f"| {task} | {kind} | {m} | 2^{first} ... 2^{last} | {slope:.2f} | {milliseconds(times[-1])} |")
        say("")
    if options.only in (None, "memory"):
        say("## Memory")
        say("")
        say("10,000,000 points filtered: the most memory allocated at a time beside the input, the result included, in bytes a point.")
        say("")
        say("| m | data | survive | ms | bytes a point |")
        say("|--:|---|--:|--:|--:|")
        for m in (2, 3, 4):
            for kind in ("cube", "simplex"):
                file = str(folder / "data")
                write(file, cloud(kind, 10_000_000, m))
                found = ours.measure("filter", None, file, 0, 300)
                used = ours.measure("memory", None, file, 0, 300)
                say(f"| {m} | {kind} | {found[1]:,.0f} | {milliseconds(found[0])} | {used[1]:.0f} |")
        say("")
    pathlib.Path(options.out).write_text("\n".join(out))


if __name__ == "__main__":
    if len(sys.argv) > 1 and sys.argv[1] == "--moocore":
        moocore_main(sys.argv[2], sys.argv[3], float(sys.argv[4]))
    else:
        main()
