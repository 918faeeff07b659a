// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <doctest/doctest.h>

#include <algorithm>
#include <paragon/gradient/concepts.hpp>
#include <paragon/gradient/views.hpp>
#include <paragon/gradient/weigh.hpp>
#include <span>
#include <vector>

namespace gradient = paragon::gradient;

namespace {

struct smallest_weighting {
  gradient::status operator()(gradient::gram_view, std::span<double> weights) const {
    std::ranges::fill(weights, 0.25);
    return {.converged = true};
  }
};
static_assert(gradient::weighting<smallest_weighting>);
static_assert(gradient::weighting<const smallest_weighting&>);
static_assert(!gradient::stateful_weighting<smallest_weighting>);

struct counting_weighting : smallest_weighting {
  void reset() {}
};
static_assert(gradient::stateful_weighting<counting_weighting>);

struct without_call {};
static_assert(!gradient::callable_with_gram_and_weights<without_call>);
static_assert(!gradient::weighting<without_call>);

struct takes_no_weights {
  gradient::status operator()(gradient::gram_view) const { return {}; }
};
static_assert(!gradient::callable_with_gram_and_weights<takes_no_weights>);

struct returns_nothing {
  void operator()(gradient::gram_view, std::span<double>) const {}
};
static_assert(gradient::callable_with_gram_and_weights<returns_nothing>);
static_assert(!gradient::returns_status<returns_nothing>);
static_assert(!gradient::weighting<returns_nothing>);

struct only_mutable {
  gradient::status operator()(gradient::gram_view, std::span<double>) { return {}; }
};
static_assert(gradient::weighting<only_mutable>);
static_assert(!gradient::weighting<const only_mutable>);

struct smallest_normalisation {
  void operator()(gradient::gram_view, std::span<double> scales) const { std::ranges::fill(scales, 2.0); }
};
static_assert(gradient::normalisation<smallest_normalisation>);
static_assert(!gradient::normalisation<smallest_weighting>);

struct smallest_jacobian {
  using value_type = float;
  float value = 1;
  [[nodiscard]] std::size_t rows() const { return 1; }
  [[nodiscard]] std::size_t columns() const { return 1; }
  [[nodiscard]] const float* row(std::size_t) const { return &value; }
  [[nodiscard]] std::ptrdiff_t column_stride() const { return 1; }
};
static_assert(gradient::jacobian<smallest_jacobian>);
static_assert(gradient::jacobian<gradient::matrix_view<const float>>);
static_assert(gradient::jacobian<gradient::row_list<double>>);
static_assert(gradient::matrix_source<smallest_jacobian>);
static_assert(!gradient::jacobian<gradient::matrix_view<const int>>);
static_assert(!gradient::jacobian<std::vector<double>>);
static_assert(!gradient::matrix_source<std::vector<double>>);
static_assert(gradient::vector_source<std::vector<double>>);
static_assert(gradient::vector_source<std::span<const float>>);
static_assert(!gradient::vector_source<int>);

}  // namespace

TEST_CASE("gradient: the smallest model of a weighting can be used") {
  const std::vector<double> gram(16, 1.0);
  std::vector<float> weights(4);
  const auto status = gradient::weigh(smallest_weighting{}, gradient::matrix_view(std::span(gram), 4, 4), weights);
  CHECK(status.converged);
  CHECK(weights == std::vector<float>(4, 0.25F));
}
