// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The smallest models of the concepts of objectives, preferences, points and gradients; docs/concepts.md quotes them.
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <span>
#include <vector>

#include <paragon/gradient/aggregate.hpp>
#include <paragon/gradient/normalised.hpp>
#include <paragon/objective/concepts.hpp>
#include <paragon/objective/normaliser.hpp>
#include <paragon/pareto/filter.hpp>
#include <paragon/preference/dirichlet.hpp>
#include <paragon/preference/scalarisation.hpp>
#include <paragon/preference/sphere.hpp>
#include <paragon/search/scorer.hpp>

namespace {

//! [objective]
struct network {
  int depth = 1;
};
struct depth {
  paragon::metric describe() const { return {"depth", "layers", paragon::direction::minimise}; }
  double value(const network& n, auto) const { return n.depth; }
};
static_assert(paragon::objective::objective<depth, network>);
//! [objective]

//! [device_objective]
struct latency {
  std::vector<double> ms_for_a_layer;  // by device

  paragon::metric describe() const { return {"latency", "ms", paragon::direction::minimise}; }
  double value(const network& n, std::size_t device) const { return n.depth * ms_for_a_layer[device]; }
};
static_assert(paragon::search::device_objective<latency, network>);
//! [device_objective]

//! [normaliser]
struct per_cent {
  void update(double) {}
  double operator()(double x) const { return x / 100; }
  double slope(double) const { return 0.01; }
};
static_assert(paragon::objective::normaliser<per_cent>);
//! [normaliser]

//! [point_set]
struct my_front {
  std::vector<float> numbers;  // error, latency, error, latency, ...
};
//! [point_set]

//! [scalarisation]
struct weighted_product {
  double operator()(std::span<const double> values, std::span<const double> ray, std::span<const double> ideal) const {
    double product = 1;
    for (std::size_t k = 0; k < values.size(); ++k) {
      product *= std::pow(1 + values[k] - (ideal.empty() ? 0 : ideal[k]), ray[k]);
    }
    return product;
  }
};
static_assert(paragon::preference::scalarisation<weighted_product>);
//! [scalarisation]

//! [ray_sampler]
struct towards_the_middle {
  void operator()(std::span<double> ray, const paragon::random_key& key, std::uint64_t index) const {
    paragon::preference::dirichlet(ray, std::vector<double>(ray.size(), 5.0), key, index);
  }
};
static_assert(paragon::preference::ray_sampler<towards_the_middle>);
//! [ray_sampler]

//! [weighting]
struct first_only {
  paragon::gradient::status operator()(paragon::gradient::gram_view gram, std::span<double> weights) const {
    std::ranges::fill(weights, 0.0);
    weights[0] = 1;
    return {.converged = true, .squared_norm = gram(0, 0)};
  }
};
static_assert(paragon::gradient::weighting<first_only>);
//! [weighting]

//! [normalisation]
struct largest_is_one {
  void operator()(paragon::gradient::gram_view gram, std::span<double> scales) const {
    double largest = 0;
    for (std::size_t i = 0; i < gram.size(); ++i) largest = std::max(largest, gram(i, i));
    std::ranges::fill(scales, largest > 0 ? 1 / std::sqrt(largest) : 1);
  }
};
static_assert(paragon::gradient::normalisation<largest_is_one>);
//! [normalisation]

//! [matrix_source]
struct my_gradients {
  std::vector<double> numbers;  // one gradient after the other
  std::size_t count = 0;
};
//! [matrix_source]

}  // namespace

//! [matrix_access]
template <>
struct paragon::gradient::matrix_access<my_gradients> {
  template <class F>
  static decltype(auto) with(const my_gradients& g, F&& f) {
    return f(matrix_view(std::span(g.numbers), g.count, g.numbers.size() / g.count));
  }
};
static_assert(paragon::gradient::matrix_source<my_gradients>);
//! [matrix_access]

//! [point_access]
template <>
struct paragon::pareto::point_access<my_front> {
  using value_type = float;
  static points<float> get(const my_front& front) { return {std::span(front.numbers), 2}; }
};
static_assert(paragon::pareto::point_set<my_front>);
//! [point_access]

TEST_CASE("concepts: the smallest objectives, point sets, rays and weightings are usable") {
  CHECK(depth{}.value({3}, paragon::objective::unconditional{}) == 3);
  CHECK(latency{{1.0, 0.5}}.value({3}, 1) == 1.5);
  CHECK(per_cent{}(per_cent{}.slope(0) * 100) == 0.01);
  CHECK(paragon::pareto::filter(my_front{{1, 5, 2, 6, 3, 2}}) == std::vector<std::size_t>{0, 2});
  CHECK(weighted_product{}(std::array{3.0, 1.0}, std::array{0.5, 1.0}, {}) == doctest::Approx(4));
  std::array<double, 3> ray{};
  towards_the_middle{}(ray, {.seed = 1}, 0);
  CHECK(ray[0] + ray[1] + ray[2] == doctest::Approx(1));
  const my_gradients gradients{{3, 4, 1, 0}, 2};
  CHECK(paragon::gradient::aggregate(first_only{}, gradients).direction == std::vector<double>{3, 4});
  const auto scaled = paragon::gradient::normalised{first_only{}, largest_is_one{}};
  CHECK(paragon::gradient::aggregate(scaled, gradients).direction[0] == doctest::Approx(0.6));
}
