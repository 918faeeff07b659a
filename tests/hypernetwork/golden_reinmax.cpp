// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <doctest/doctest.h>

#include <array>
#include <cstdint>
#include <vector>

#include <paragon/hypernetwork/relaxation.hpp>

#include "../golden.hpp"

namespace {

template <class T>
void check_reinmax(double tolerance) {
  const auto file = paragon_test::golden_file("reinmax.safetensors");
  if (!file) return;
  const auto logits = file->get<T>("input.logits");
  const auto index = file->get<std::int64_t>("input.sampled_index");
  const auto upstream = file->get<T>("upstream");
  const auto taus = file->get<double>("input.tau");
  const auto expected = file->get<double>("gradient.logits");
  const std::size_t rows = logits.rows();
  const std::size_t columns = logits.columns();
  REQUIRE(index.size() == rows);
  REQUIRE(upstream.size() == logits.size());
  REQUIRE(expected.size() == taus.size() * logits.size());
  std::vector<std::uint32_t> drawn(rows);
  for (std::size_t r = 0; r < rows; ++r) drawn[r] = static_cast<std::uint32_t>(index[r]);

  for (std::size_t t = 0; t < taus.size(); ++t) {
    CAPTURE(taus[t]);
    // Each row a batch entry of one decision; and all rows as the decisions of one entry: both have the same gradients.
    for (const bool as_decisions : {false, true}) {
      CAPTURE(as_decisions);
      std::vector<std::size_t> offsets{0};
      for (std::size_t d = 0; d < (as_decisions ? rows : 1); ++d) offsets.push_back(offsets.back() + columns);
      const paragon::shape extents = as_decisions ? paragon::shape{1, rows * columns} : paragon::shape{rows, columns};
      paragon::autodiff::tape<T> tape;
      const auto x = tape.input(logits.data(), extents);
      const auto y = paragon::hypernetwork::reinmax_drawn(x, offsets, drawn, taus[t]);
      for (std::size_t i = 0; i < y.size(); ++i) CHECK(y.data()[i] == T(i % columns == drawn[i / columns] ? 1 : 0));
      tape.backward(y, upstream.data(), 1);
      for (std::size_t r = 0; r < rows; ++r) {
        CAPTURE(r);
        CHECK(paragon_test::relative_difference(tape.gradient(x) + r * columns,
                                                expected.data() + (t * rows + r) * columns, columns) < tolerance);
      }
    }
  }
}

}  // namespace

TEST_CASE("hypernetwork: golden ReinMax gradients") { check_reinmax<double>(1e-8); }

TEST_CASE("hypernetwork: golden ReinMax gradients in float") { check_reinmax<float>(1e-4); }
