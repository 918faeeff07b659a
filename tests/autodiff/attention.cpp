// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <doctest/doctest.h>

#include <cmath>
#include <string>
#include <vector>

#include <paragon/autodiff/attention.hpp>
#include <paragon/autodiff/gradient_check.hpp>

#include "jacobian.hpp"
#include "random_tensor.hpp"

using namespace paragon::autodiff;
using paragon::tensor;
using paragon_test::normal;

namespace {

constexpr std::size_t sequences = 3;
constexpr std::size_t length = 4;
constexpr std::size_t width = 6;

/// Without mask, causal, and with rows that see one position, none at all, and all but themselves.
std::vector<std::vector<double>> masks() {
  return {{},
          {1, 0, 0, 0, 1, 1, 0, 0, 1, 1, 1, 0, 1, 1, 1, 1},
          {0, 1, 0, 0, 0, 0, 0, 0, 1, 1, 0, 1, 0, 0, 0, 0},
          {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}};
}

/// The definition, one output number at a time.
double plain(const tensor<double>& q, const tensor<double>& k, const tensor<double>& v, std::size_t heads,
             const std::vector<double>& mask, std::size_t row, std::size_t column) {
  const std::size_t part = width / heads;
  const std::size_t first = row / length * length;
  const std::size_t head = column / part * part;
  std::vector<double> weight(length);
  double greatest = -1e300;
  for (std::size_t j = 0; j < length; ++j) {
    double score = 0;
    for (std::size_t c = 0; c < part; ++c) score += q[row * width + head + c] * k[(first + j) * width + head + c];
    weight[j] =
        mask.empty() || mask[row % length * length + j] != 0 ? score / std::sqrt(static_cast<double>(part)) : -1e9;
    greatest = std::max(greatest, weight[j]);
  }
  double total = 0;
  for (double& w : weight) total += w = std::exp(w - greatest);
  double out = 0;
  for (std::size_t j = 0; j < length; ++j) out += weight[j] / total * v[(first + j) * width + column];
  return out;
}

}  // namespace

TEST_CASE("autodiff: attention is its definition, with and without masks") {
  const auto q = normal({sequences * length, width}, 120);
  const auto k = normal({sequences * length, width}, 121);
  const auto v = normal({sequences * length, width}, 122);
  for (const auto& mask : masks()) {
    for (const std::size_t heads : {1U, 2U, 3U, 6U}) {
      evaluation<double> context;
      const auto y = attention(context.constant(q), context.constant(k), context.constant(v), heads, length,
                               mask.empty() ? nullptr : mask.data());
      for (std::size_t r = 0; r < sequences * length; ++r) {
        for (std::size_t c = 0; c < width; ++c) {
          CHECK(y.data()[r * width + c] == doctest::Approx(plain(q, k, v, heads, mask, r, c)).epsilon(1e-12));
        }
      }
    }
  }
}

TEST_CASE("autodiff: gradients of attention, with and without masks") {
  for (const auto& mask : masks()) {
    for (const std::size_t heads : {1U, 3U}) {
      const double* m = mask.empty() ? nullptr : mask.data();
      const auto f = [m, heads](auto&, const auto& x) { return attention(x[0], x[1], x[2], heads, length, m); };
      CHECK(gradient_error(f, {normal({12, 6}, 123), normal({12, 6}, 124), normal({12, 6}, 125)}) < 1e-8);
      const auto self = [m, heads](auto&, const auto& x) { return attention(x[0], x[0], x[0], heads, length, m); };
      CHECK(gradient_error(self, {normal({12, 6}, 126)}) < 1e-8);
    }
  }
}

TEST_CASE("autodiff: attention to which only some operands need gradients") {
  const auto a = normal({8, 6}, 127);
  const auto b = normal({8, 6}, 128);
  const auto with = [&](int k) {
    return [&a, &b, k](auto& context, const auto& x) {
      const auto p = context.constant(a);
      const auto r = context.constant(b);
      return attention(k == 0 ? x[0] : p, k == 1 ? x[0] : r, k == 2 ? x[0] : p, 2, 4, nullptr);
    };
  };
  for (int k = 0; k < 3; ++k) CHECK(gradient_error(with(k), {normal({8, 6}, 129)}) < 1e-8);
}

TEST_CASE("autodiff: <J v, u> = <v, J' u> for attention of the size of a score network") {
  std::vector<double> mask(64);
  for (std::size_t i = 0; i < 8; ++i) {
    for (std::size_t j = i + 1; j < 8; ++j) mask[i * 8 + j] = (i + j) % 3 != 0 ? 1 : 0;
  }
  const auto f = [&](auto&, const auto& x) { return attention(x[0], x[1], x[2], 8, 8, mask.data()); };
  CHECK(paragon_test::dot_product_error(
            f, {normal({64 * 8, 64}, 130), normal({64 * 8, 64}, 131), normal({64 * 8, 64}, 132)}) < 1e-9);
  const auto g = [&](auto&, const auto& x) { return attention(x[0], x[1], x[2], 2, 50, nullptr); };  // BLAS inside
  CHECK(paragon_test::dot_product_error(
            g, {normal({4 * 50, 64}, 133), normal({4 * 50, 64}, 134), normal({4 * 50, 64}, 135)}) < 1e-9);
}

TEST_CASE("autodiff: attention in float follows attention in double") {
  const auto q = normal({32, 16}, 136);
  const auto q_float = normal<float>({32, 16}, 136);
  const auto seed = normal({32, 16}, 137);
  const auto seed_float = normal<float>({32, 16}, 137);
  tape<double> exact;
  tape<float> rough;
  const auto x = exact.input(q);
  const auto y = rough.input(q_float);
  const auto p = attention(x, x, x, 4, 8, nullptr);
  const auto r = attention(y, y, y, 4, 8, nullptr);
  exact.backward(p, seed.data(), 1);
  rough.backward(r, seed_float.data(), 1);
  CHECK(paragon_test::largest_difference(p.data(), r.data(), p.size()) < 1e-5);
  CHECK(paragon_test::largest_difference(exact.gradient(x), rough.gradient(y), x.size()) < 1e-4);
}

TEST_CASE("autodiff: attention refuses shapes that do not fit") {
  evaluation<double> context;
  const auto a = normal({12, 6}, 138);
  const auto b = normal({12, 3}, 139);
  const auto x = context.constant(a);
  const auto y = context.constant(b);
  CHECK_THROWS_WITH_AS(static_cast<void>(attention(x, x, x, 4, 4, nullptr)),
                       "autodiff::attention: (12, 6), (12, 6), (12, 6) with 4 heads and length 4; expected three equal "
                       "shapes, rows a multiple of the length, columns a multiple of the heads",
                       paragon::error);
  CHECK_THROWS_AS(static_cast<void>(attention(x, x, x, 0, 4, nullptr)), paragon::error);
  CHECK_THROWS_AS(static_cast<void>(attention(x, x, x, 2, 5, nullptr)), paragon::error);
  CHECK_THROWS_AS(static_cast<void>(attention(x, x, x, 2, 0, nullptr)), paragon::error);
  CHECK_THROWS_AS(static_cast<void>(attention(x, y, x, 1, 4, nullptr)), paragon::error);
  CHECK_THROWS_AS(static_cast<void>(attention(x, x, y, 1, 4, nullptr)), paragon::error);
}
