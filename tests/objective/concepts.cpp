// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <doctest/doctest.h>

#include <string>

#include <paragon/benchmark/nasbench201/space.hpp>
#include <paragon/objective/concepts.hpp>
#include <paragon/objective/cost.hpp>
#include <paragon/objective/table.hpp>

using namespace paragon::objective;

namespace {

struct network {
  int depth = 0;
};
struct depth {
  paragon::metric describe() const { return {"depth", "layers", paragon::direction::minimise}; }
  double value(const network& n, unconditional) const { return n.depth; }
};
struct depth_without_unit {
  double value(const network& n, unconditional) const { return n.depth; }
};
struct unwilling {
  paragon::metric describe() const { return {}; }
  double value(const network& n, unconditional) { return n.depth; }
};

static_assert(objective<depth, network>);
static_assert(!objective<depth, int> && !objective<depth, network, std::string>);
static_assert(!objective<depth_without_unit, network> && !objective<unwilling, network> && !objective<int, network>);

using cells = paragon::benchmark::nasbench201;
static_assert(objective<parameter_count<cells>, cells::architecture>);
static_assert(objective<mac_count<cells>, cells::architecture, std::string>);
static_assert(objective<table<cells>, cells::architecture> && objective<table<cells>, cells::architecture, int>);
static_assert(objective<table_set<cells>, cells::architecture, std::size_t>);
static_assert(!objective<table_set<cells>, cells::architecture>);

}  // namespace

TEST_CASE("objective: an objective tells its name, unit and direction with its value") {
  const depth o;
  CHECK(o.describe() == paragon::metric{"depth", "layers", paragon::direction::minimise});
  CHECK(o.value({3}, {}) == 3);
}
