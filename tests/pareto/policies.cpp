// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <doctest/doctest.h>

#include <paragon/pareto/policies.hpp>
#include <type_traits>
#include <vector>

using namespace paragon::pareto;

static_assert(duplicate_policy<keep_first> && duplicate_policy<keep_all>);
static_assert(nan_policy<nan_error> && nan_policy<nan_worst>);
static_assert(!duplicate_policy<nan_error> && !nan_policy<keep_all> && !nan_policy<int>);
static_assert(std::is_empty_v<keep_first> && std::is_empty_v<nan_worst>);
static_assert(filter_policies<> && filter_policies<keep_all> && filter_policies<nan_worst, keep_all>);
static_assert(!filter_policies<keep_all, keep_first> && !filter_policies<nan_error, nan_worst> &&
              !filter_policies<int>);
static_assert(measure_policies<nan_worst> && !measure_policies<keep_all>);

namespace {
std::size_t count(directions way) { return way.size(); }
}  // namespace

TEST_CASE("pareto: directions bind to braces and to containers") {
  using enum paragon::direction;
  CHECK(count({}) == 0);
  CHECK(count({minimise, maximise, ignore}) == 3);
  const std::vector<paragon::direction> way(4);
  CHECK(count(way) == 4);
  CHECK(keep_all{} == keep_all{});
}
