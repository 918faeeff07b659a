// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "metric.hpp"

namespace paragon::inline PARAGON_ISA {

/// One architecture that a search found, with its objective vector in the order of `result::objectives`.
struct found_point {
  std::vector<double> preference;  ///< the ray that asked for it; empty where the search knows no preference
  std::string architecture;        ///< in the field's own notation
  std::vector<double> objectives;  ///< in the units of `result::objectives`; NaN where nobody knows the value

  friend bool operator==(const found_point&, const found_point&) = default;
};

/// How another method does on the same device, by the same normalisation and reference point.
struct baseline {
  std::string name;             ///< "random search", ...
  std::size_t evaluations = 0;  ///< architectures that it judged
  double hypervolume = 0;

  friend bool operator==(const baseline&, const baseline&) = default;
};

/// What a search found for one device, beside what is known of it.
///
/// The hypervolumes share one normalisation and one reference point; each is absent where nobody can know it.
struct device_front {
  std::string name;
  std::string split;                    ///< "train": seen by the search; "test": never seen
  std::vector<found_point> points;      ///< one per ray, in the order of the rays
  std::vector<found_point> true_front;  ///< the best there is, where a table knows it
  std::vector<found_point> random;      ///< the random baseline with as many evaluations as `points`
  std::optional<double> hypervolume;
  std::optional<double> true_hypervolume;
  std::optional<double> random_hypervolume;
  std::vector<baseline> baselines;  ///< the same names on every device

  friend bool operator==(const device_front&, const device_front&) = default;
};

/// What every search returns: the fronts, and how they came about.
struct result {
  std::string algorithm;  ///< "modnas", "pomonag", "random", ...
  std::string dataset;
  std::uint64_t seed = 0;
  std::size_t labels_read = 0;  ///< architectures whose accuracy label was read
  std::size_t evaluations = 0;  ///< architectures judged by a predictor
  double seconds = 0;           ///< wall-clock time of the search
  std::vector<metric> objectives;
  std::vector<std::pair<std::string, std::string>> settings;  ///< name and value of everything that was chosen
  std::vector<device_front> devices;

  friend bool operator==(const result&, const result&) = default;
};

}  // namespace paragon
