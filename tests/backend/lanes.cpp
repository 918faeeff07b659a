// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <paragon/backend/cpu/lanes.hpp>

#include "generic/lanes.hpp"

namespace {

using paragon::backend::cpu;
namespace tests = paragon_test::backend_tests;

static_assert(paragon::backend::lanes_of<cpu, float>);
static_assert(paragon::backend::lanes_of<cpu, double>);

struct without_lanes {};
static_assert(!paragon::backend::lanes_of<without_lanes, float>);

}  // namespace

TEST_CASE_TEMPLATE("backend: cpu lanes are packed and unpacked", T, float, double) { tests::lanes_pack<cpu, T>(); }

TEST_CASE_TEMPLATE("backend: cpu lane products agree with plain sums", T, float, double) {
  tests::lanes_products<cpu, T>();
}

TEST_CASE_TEMPLATE("backend: cpu lanes are normalised", T, float, double) { tests::lanes_normalise<cpu, T>(); }

TEST_CASE_TEMPLATE("backend: cpu lanes of equal numbers and far from 0 are normalised", T, float, double) {
  tests::lanes_normalise_hard_rows<cpu, T>();
}

TEST_CASE_TEMPLATE("backend: cpu lane posteriors agree with Bayes' rule", T, float, double) {
  tests::lanes_posterior<cpu, T>();
}

TEST_CASE_TEMPLATE("backend: cpu lane attention agrees with the formula", T, float, double) {
  tests::lanes_attention<cpu, T>();
}

TEST_CASE_TEMPLATE("backend: what a cpu lane holds does not change its neighbours", T, float, double) {
  using namespace paragon_test::backend_tests::lanes_detail;
  using lanes = paragon::backend::lanes<cpu>;
  for (const std::size_t levels : {std::size_t{0}, std::size_t{2}}) {
    const std::size_t out = 24;
    const std::size_t in = 12;
    const std::size_t nodes = 4;
    const auto weights = numbers(out * in, 11);
    const std::vector<T> rounded(weights.begin(), weights.end());
    const lanes::product<T> product(std::span<const T>(rounded), out, in, nodes, levels);
    const auto run = [&](const std::vector<double>& x) {
      const auto from = on<T, cpu>(x);
      auto to = on<T, cpu>(std::vector<double>(nodes * out * lanes::width));
      const auto bias = on<T, cpu>(numbers(out, 12));
      auto room = on<T, cpu>(std::vector<double>(product.room() + 1));
      product(nodes, from.data(), in, to.data(), out, bias.data(), 0, paragon::backend::lane_finish::elu{},
              room.data());
      return to.to_vector();
    };
    auto x = numbers(nodes * in * lanes::width, 13);
    const auto first = run(x);
    for (std::size_t i = 0; i < x.size(); ++i) {
      if (i % lanes::width != 5) x[i] = 100 - x[i];
    }
    // The sample of lane 5 now stands in lane 20, among others.
    for (std::size_t i = 5; i < x.size(); i += lanes::width) x[i + 15] = x[i];
    const auto second = run(x);
    for (std::size_t i = 5; i < first.size(); i += lanes::width) {
      REQUIRE(first[i] == second[i]);
      REQUIRE(first[i] == second[i + 15]);
    }
  }
}
