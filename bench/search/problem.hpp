// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <array>
#include <cstddef>
#include <paragon/benchmark/nasbench201/space.hpp>
#include <paragon/core/random_key.hpp>
#include <paragon/hypernetwork/multilayer.hpp>
#include <paragon/search/modnas.hpp>
#include <paragon/search/scorer.hpp>
#include <string>
#include <vector>

/// The size of MODNAS on NAS-Bench-201: 13 devices with 16 preferences each, 30 choices; with cheap objectives.
namespace paragon_bench {

constexpr std::size_t devices = 13;
constexpr std::size_t rows = 16;

struct error_model {
  static constexpr bool device_independent = true;
  static paragon::metric describe() { return {"error", "%", paragon::direction::minimise}; }
  static double value(const paragon::benchmark::nasbench201_cell& cell, std::size_t) {
    double capacity = 0.2;
    for (const auto o : cell.operations) capacity += std::array{0.0, 0.2, 1.0, 1.5, 0.3}[static_cast<std::size_t>(o)];
    return 5 + 50 / (1 + capacity);
  }
};

struct latency_model {
  static paragon::metric describe() { return {"latency_ms", "ms", paragon::direction::minimise}; }
  static double value(const paragon::benchmark::nasbench201_cell& cell, std::size_t device) {
    double ms = 2;
    for (std::size_t e = 0; e < 6; ++e) {
      const auto o = static_cast<double>(cell.operations[e]);
      ms += o * (1 + 0.1 * static_cast<double>((e + device) % 6));
    }
    return ms;
  }
};

using judge_type = paragon::search::scorer<paragon::benchmark::nasbench201, error_model, latency_model>;

/// A scorer that has judged every cell, so that only its memory is timed.
inline judge_type make_judge() {
  judge_type judge({}, devices, {}, {});
  const paragon::benchmark::nasbench201 cells;
  std::vector<judge_type::id> all;
  for (std::size_t i = 0; i < cells.size(); ++i) all.push_back(judge.intern(cells.at(i)));
  judge.fit_scales(all);
  std::vector<double> z(2 * all.size());
  for (std::size_t d = 0; d < devices; ++d) judge.score(all, d, z);
  return judge;
}

inline std::vector<paragon::search::device> make_devices() {
  std::vector<paragon::search::device> result(devices);
  for (std::size_t d = 0; d < devices; ++d) {
    result[d].name = "device " + std::to_string(d);
    for (std::size_t f = 0; f < 10; ++f)
      result[d].features.push_back(paragon::random_key{.seed = 1}.fork(2).normal(d * 10 + f));
  }
  return result;
}

}  // namespace paragon_bench
