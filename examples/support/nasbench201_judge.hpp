// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <paragon/benchmark/nasbench201/tables.hpp>
#include <paragon/pareto/filter.hpp>
#include <paragon/pareto/hypervolume.hpp>
#include <span>
#include <string>
#include <vector>

/// Scoring of what a search found, after it ended: the only reader of test accuracies and of unseen devices' tables.
namespace nasbench201 {

/// The test errors of a data set.
struct judge {
  judge(const paragon::benchmark::nasbench201_tables& tables, const std::string& dataset)
      : accuracy(tables.judge().test_accuracy(dataset)) {}
  std::span<const double> accuracy;
};

/// One device by the published protocol: cells with an error of 90 % and more are dropped, every objective is scaled by
/// its least and greatest value over the others, the reference point is (1, 1) or (1, 1, 1).
class judged_device {
public:
  judged_device(const judge& j, const paragon::benchmark::nasbench201_tables& tables, const std::string& name,
                bool energy)
      : columns_{tables.judge().latency(name)} {
    if (energy) columns_.push_back(tables.judge().energy(name));
    const std::size_t m = columns_.size() + 1;
    values_.resize(j.accuracy.size() * m);
    counts_.resize(j.accuracy.size());
    low_.assign(m, std::numeric_limits<double>::infinity());
    high_.assign(m, -std::numeric_limits<double>::infinity());
    for (std::size_t i = 0; i < counts_.size(); ++i) {
      double* v = values_.data() + i * m;
      v[0] = 100 - j.accuracy[i];
      for (std::size_t k = 1; k < m; ++k) v[k] = columns_[k - 1][i];
      counts_[i] = v[0] < 90 && std::none_of(v, v + m, [](double x) { return std::isnan(x); });
      for (std::size_t k = 0; counts_[i] && k < m; ++k) {
        low_[k] = std::min(low_[k], v[k]);
        high_[k] = std::max(high_[k], v[k]);
      }
    }
    std::vector<std::size_t> all;
    for (std::size_t i = 0; i < counts_.size(); ++i) {
      if (counts_[i]) all.push_back(i);
    }
    const auto z = scaled(all);
    for (const std::size_t i : paragon::pareto::filter(paragon::pareto::points<double>(z, m))) {
      true_front_.push_back(all[i]);
    }
    std::sort(true_front_.begin(), true_front_.end(),
              [&](std::size_t a, std::size_t b) { return values_[a * m] < values_[b * m]; });
  }

  /// Error and costs of a cell, in their units.
  [[nodiscard]] std::vector<double> objectives(std::size_t cell) const {
    const std::size_t m = low_.size();
    return {values_.begin() + static_cast<std::ptrdiff_t>(cell * m),
            values_.begin() + static_cast<std::ptrdiff_t>((cell + 1) * m)};
  }

  [[nodiscard]] double hypervolume(std::span<const std::size_t> cells) const {
    std::vector<std::size_t> counted;
    for (const std::size_t i : cells) {
      if (counts_[i]) counted.push_back(i);
    }
    if (counted.empty()) return 0;
    const auto z = scaled(counted);
    const std::vector<double> reference(low_.size(), 1.0);
    return paragon::pareto::hypervolume(paragon::pareto::points<double>(z, low_.size()), reference).value;
  }

  [[nodiscard]] const std::vector<std::size_t>& true_front() const noexcept { return true_front_; }
  [[nodiscard]] double true_hypervolume() const { return hypervolume(true_front_); }

private:
  [[nodiscard]] std::vector<double> scaled(std::span<const std::size_t> cells) const {
    const std::size_t m = low_.size();
    std::vector<double> z;
    for (const std::size_t i : cells) {
      for (std::size_t k = 0; k < m; ++k) z.push_back((values_[i * m + k] - low_[k]) / (high_[k] - low_[k]));
    }
    return z;
  }

  std::vector<std::span<const double>> columns_;
  std::vector<double> values_;  ///< [cells, objectives]
  std::vector<bool> counts_;
  std::vector<double> low_;
  std::vector<double> high_;
  std::vector<std::size_t> true_front_;
};

}  // namespace nasbench201
