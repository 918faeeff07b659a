// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The smallest models of the concepts of tuning, as docs/concepts.md quotes them.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

#include <paragon/tune/study.hpp>

namespace {

//! [parameter]
struct learning_rate {
  paragon::tune::axis describe() const {
    return {.name = "rate", .lower = 1e-5, .upper = 1e-1, .step = 0, .logarithmic = true, .labels = {}};
  }
};
static_assert(paragon::tune::parameter<learning_rate>);
//! [parameter]

//! [evaluation]
struct distance_to_one_percent {
  double operator()(const paragon::tune::candidate& c) const { return std::abs(c["rate"] - 0.01); }
};
static_assert(paragon::tune::evaluation<distance_to_one_percent>);
//! [evaluation]

//! [sampler]
struct always_the_middle {
  std::vector<double> suggest(const paragon::tune::parameter_space& space, const paragon::tune::history&,
                              paragon::random_key) const {
    std::vector<double> point;
    for (const auto& a : space.axes()) point.push_back(a.nearest((a.lower + a.upper) / 2));
    return point;
  }
  paragon::json describe() const { return "always the middle"; }
};
static_assert(paragon::tune::sampler<always_the_middle>);
//! [sampler]

//! [bandwidth_rule]
struct tenth {
  static constexpr std::string_view name = "tenth";
  void operator()(std::span<const double>, double lower, double upper, std::size_t, std::span<double> widths) const {
    std::ranges::fill(widths, (upper - lower) / 10);
  }
};
static_assert(paragon::tune::bandwidth_rule<tenth>);
//! [bandwidth_rule]

}  // namespace

TEST_CASE("concepts: a parameter, an evaluation, a sampler and a bandwidth of one's own tune") {
  paragon::tune::study middle(paragon::tune::parameter_space(learning_rate{}), {.trials = 3}, always_the_middle{});
  CHECK(middle.run(distance_to_one_percent{}).evaluated == 3);
  CHECK(middle.best().values[0] == doctest::Approx(0.050005));
  paragon::tune::study model(paragon::tune::parameter_space(learning_rate{}), {.trials = 60},
                             paragon::tune::tpe<paragon::tune::joint, tenth>());
  CHECK(model.run(distance_to_one_percent{}).evaluated == 60);
  CHECK(model.best().value < middle.best().value);
}
