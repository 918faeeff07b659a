// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <paragon/gradient/combine.hpp>
#include <paragon/gradient/gram.hpp>
#include <paragon/gradient/min_norm.hpp>
#include <paragon/tensor/safetensors.hpp>
#include <string>
#include <vector>

#include "../support.hpp"
#include "gradients.hpp"

namespace gradient = paragon::gradient;

namespace {

/// Whether only one w gives the minimum: the gradients that touch the supporting plane are affinely independent.
bool is_unique(const std::vector<double>& gram, const std::vector<double>& w) {
  const std::size_t k = w.size();
  const double norm = paragon_test::quadratic(gram, w);
  std::vector<std::size_t> touching;
  for (std::size_t i = 0; i < k; ++i) {
    double product = 0;
    for (std::size_t j = 0; j < k; ++j) product += gram[i * k + j] * w[j];
    if (product - norm <= 1e-9 * (norm + gram[i * k + i])) touching.push_back(i);
  }
  const std::size_t m = touching.size();
  std::vector<long double> a(m * m);
  for (std::size_t i = 0; i < m; ++i) {
    for (std::size_t j = 0; j < m; ++j) a[i * m + j] = 1 + gram[touching[i] * k + touching[j]] / gram[0];
  }
  std::vector<long double> x;
  return paragon_test::solve(a, std::vector<long double>(m), x);
}

}  // namespace

TEST_CASE("gradient: golden minimum-norm points") {
  const auto folder = paragon_test::golden_folder();
  if (!folder || !std::filesystem::exists(*folder / "min_norm.safetensors")) {
    paragon_test::skip("no golden/min_norm.safetensors");
    return;
  }
  const paragon::safetensors_file file((*folder / "min_norm.safetensors").string());
  const auto names = file.names();
  std::size_t cases = 0;
  for (;; ++cases) {
    const std::string prefix = std::to_string(cases);
    if (std::find(names.begin(), names.end(), prefix + ".vectors") == names.end()) break;
    CAPTURE(cases);
    const auto vectors = file.get<double>(prefix + ".vectors");
    const auto gamma = file.get<double>(prefix + ".gamma");
    const auto norm = file.get<double>(prefix + ".squared_norm");
    const std::size_t k = vectors.rows();
    const std::size_t n = vectors.columns();
    REQUIRE(gamma.size() == k);
    const gradient::matrix_view rows(vectors.span(), k, n);
    std::vector<double> weights(k);
    const auto gram = gradient::gram(rows);
    const auto s = gradient::min_norm{}({gram, k}, weights);
    CHECK(s.converged);
    CHECK(std::abs(s.squared_norm - norm[0]) <= 1e-9 * std::max(1.0, norm[0]));
    std::vector<double> found(n);
    std::vector<double> expected(n);
    gradient::combine(weights, rows, found);
    gradient::combine(gamma.span(), rows, expected);
    for (std::size_t t = 0; t < n; ++t)
      CHECK(std::abs(found[t] - expected[t]) <= 1e-9 * std::max(1.0, std::abs(found[t])));
    if (!is_unique(gram, weights)) continue;
    for (std::size_t i = 0; i < k; ++i) CHECK(std::abs(weights[i] - gamma[i]) <= 1e-9);
  }
  CHECK(cases > 0);
}
