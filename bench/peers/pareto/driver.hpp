// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What the programs that pareto.py compares share: `PROGRAM TASK FILE SECONDS` reads a matrix, works until SECONDS have
// passed (once at least), and prints the best time in milliseconds and one number that all peers must agree on.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <limits>
#include <string>
#include <vector>

struct matrix {
  std::size_t n = 0;
  std::size_t m = 0;
  std::vector<double> values;  // row by row
};

/// Two 64-bit sizes, then the rows.
inline matrix read_matrix(const char* path) {
  std::FILE* file = std::fopen(path, "rb");
  std::uint64_t sizes[2] = {};
  matrix data;
  if (file != nullptr && std::fread(sizes, sizeof(std::uint64_t), 2, file) == 2) {
    data.n = sizes[0];
    data.m = sizes[1];
    data.values.resize(data.n * data.m);
    if (std::fread(data.values.data(), sizeof(double), data.values.size(), file) != data.values.size()) data = {};
  }
  if (file != nullptr) std::fclose(file);
  if (data.n == 0) {
    std::fprintf(stderr, "%s: not a matrix\n", path);
    std::exit(2);
  }
  return data;
}

template <class Work>
void report(double seconds, Work work) {
  using clock = std::chrono::steady_clock;
  double best = std::numeric_limits<double>::infinity();
  double spent = 0;
  double answer = 0;
  do {
    const auto start = clock::now();
    answer = work();
    const double took = std::chrono::duration<double>(clock::now() - start).count();
    best = std::min(best, took);
    spent += took;
  } while (spent < seconds);
  std::printf("%.6f %.17g\n", best * 1e3, answer);
}
