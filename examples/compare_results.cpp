// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// compare_results RESULT.json...: a Markdown table of hypervolumes, in parts of that of the true front, device by device.
// Results of one algorithm are averaged over their seeds; the number after the sign is half the range over the seeds.

#include <algorithm>
#include <cstdio>
#include <paragon/core/error.hpp>
#include <paragon/report/json.hpp>
#include <string>
#include <vector>

#include "support/program.hpp"

namespace {

/// The results of one algorithm, and what they say of a device.
struct column {
  std::string name;
  std::vector<const paragon::result*> results;
};

struct spread {
  double mean = 0;
  double half_range = 0;
  std::size_t count = 0;
};

template <class Value>
spread over(const std::vector<const paragon::result*>& results, const std::vector<std::string>& devices, Value value) {
  std::vector<double> by_result;
  for (const auto* r : results) {
    double sum = 0;
    std::size_t count = 0;
    for (const auto& d : r->devices) {
      if (std::find(devices.begin(), devices.end(), d.name) == devices.end() || !d.true_hypervolume) continue;
      if (const auto v = value(d); v) {
        sum += *v / *d.true_hypervolume;
        ++count;
      }
    }
    if (count > 0) by_result.push_back(sum / static_cast<double>(count));
  }
  spread s{.count = by_result.size()};
  if (by_result.empty()) return s;
  for (const double v : by_result) s.mean += v / static_cast<double>(by_result.size());
  const auto [low, high] = std::minmax_element(by_result.begin(), by_result.end());
  s.half_range = (*high - *low) / 2;
  return s;
}

void print(const spread& s) {
  if (s.count == 0) {
    std::printf(" |");
  } else if (s.count == 1) {
    std::printf(" %.3f |", s.mean);
  } else {
    std::printf(" %.3f ± %.3f |", s.mean, s.half_range);
  }
}

int run(const std::vector<std::string>& paths) {
  std::vector<paragon::result> results;
  for (const auto& path : paths) results.push_back(paragon::report::read_json(path));
  std::vector<column> columns;
  std::vector<const paragon::result*> all;
  for (const auto& r : results) {
    all.push_back(&r);
    auto at = std::find_if(columns.begin(), columns.end(), [&](const column& c) { return c.name == r.algorithm; });
    if (at == columns.end()) at = columns.insert(at, {r.algorithm, {}});
    at->results.push_back(&r);
  }
  std::printf("| device |");
  for (const auto& c : columns) std::printf(" %s |", c.name.c_str());
  std::vector<std::string> baselines;
  for (const auto& b : columns.front().results.front()->devices.front().baselines) baselines.push_back(b.name);
  for (const auto& name : baselines) std::printf(" %s |", name.c_str());
  std::printf(" random cells |\n|---|");
  for (std::size_t i = 0; i < columns.size() + baselines.size() + 1; ++i) std::printf("---|");
  std::printf("\n");
  const auto row = [&](const std::string& name, const std::vector<std::string>& devices) {
    std::printf("| %s |", name.c_str());
    for (const auto& c : columns) print(over(c.results, devices, [](const auto& d) { return d.hypervolume; }));
    for (const auto& wanted : baselines) {
      print(over(columns.front().results, devices, [&](const auto& d) -> std::optional<double> {
        for (const auto& b : d.baselines) {
          if (b.name == wanted) return b.hypervolume;
        }
        return std::nullopt;
      }));
    }
    print(over(all, devices, [](const auto& d) { return d.random_hypervolume; }));
    std::printf("\n");
  };
  for (const auto& [split, label] : {std::pair{"train", "seen"}, std::pair{"test", "unseen"}}) {
    std::vector<std::string> devices;
    for (const auto& d : results.front().devices) {
      if (d.split == split) devices.push_back(d.name);
    }
    if (devices.empty()) continue;
    for (const auto& name : devices) row(split == std::string("test") ? name + " (unseen)" : name, {name});
    row("**mean of " + std::to_string(devices.size()) + " " + label + "**", devices);
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  return program::run("compare_results", [&] {
    std::vector<std::string> paths;
    CLI::App app("A Markdown table of hypervolumes, in parts of that of the true front, device by device");
    app.add_option("RESULT", paths, "one result.json or more; those of one algorithm are averaged")->required();
    program::parse(app, argc, argv);
    return run(paths);
  });
}
