// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "../core/json.hpp"
#include "../core/random_key.hpp"
#include "parameter_space.hpp"
#include "sampler.hpp"

namespace paragon::inline PARAGON_ISA::tune {

/// Points drawn independently of what was found: the baseline that every sampler has to beat.
///
/// Uniform over the coordinate of each axis: over the labels of a categorical one, in the logarithm on a logarithmic
/// one (there a whole number counts by the width of its interval). O(parameters).
/// Reference: Bergstra, Bengio, "Random search for hyper-parameter optimization", JMLR 13, 2012.
struct random_search {
  friend bool operator==(random_search, random_search) = default;

  [[nodiscard]] std::vector<double> suggest(const parameter_space& space, const history&, random_key key) const {
    std::vector<double> point(space.size());
    for (std::size_t i = 0; i < point.size(); ++i) point[i] = draw(space[i], key, i);
    return point;
  }

  [[nodiscard]] json describe() const { return json::object{{"name", "random search"}}; }

private:
  static double draw(const axis& a, random_key key, std::size_t element) {
    if (a.fixed()) return a.lower;
    if (a.step > 0 && !a.logarithmic) {  // exactly uniform over the values
      const auto values = static_cast<std::uint64_t>(std::round((a.upper - a.lower) / a.step)) + 1;
      return a.nearest(a.lower + static_cast<double>(key.below(values, element)) * a.step);
    }
    const double lower = a.coordinate_lower();
    return a.value_at(lower + key.uniform(element) * (a.coordinate_upper() - lower));
  }
};

}  // namespace paragon::tune
