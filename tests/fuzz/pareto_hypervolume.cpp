// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <paragon/pareto/contributions.hpp>
#include <paragon/pareto/incremental_hypervolume.hpp>
#include <vector>

namespace {

using row = std::vector<int>;

bool covers(const row& p, const row& cell) {
  for (std::size_t k = 0; k < cell.size(); ++k) {
    if (p[k] > cell[k]) return false;
  }
  return true;
}

void require(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

/// The bytes are points on a small grid: volumes are numbers of its cells. In floating point the same holds to the bit,
/// as all numbers are small.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const std::size_t m = 1 + data[0] % 7;
  const int side = m <= 3 ? 7 : m <= 5 ? 4 : 3;  // grid lines; a coordinate on the last lies on the reference
  const bool among = data[1] % 2 != 0;
  std::vector<row> set;
  for (std::size_t at = 2; at + m <= size && set.size() < 150; at += m) {
    set.emplace_back();
    for (std::size_t k = 0; k < m; ++k) set.back().push_back(data[at + k] % (side + 1));
  }
  const row reference(m, side);

  std::vector<bool> counted(set.size(), true);
  for (std::size_t i = 0; among && i < set.size(); ++i) {
    for (const row& other : set) counted[i] = counted[i] && (other == set[i] || !covers(other, set[i]));
  }
  std::int64_t volume = 0;
  std::vector<std::int64_t> alone(set.size());
  for (row cell(m, 0);;) {
    std::size_t covering = 0;
    std::size_t last = 0;
    for (std::size_t i = 0; i < set.size(); ++i) {
      if (!counted[i] || !covers(set[i], cell)) continue;
      ++covering;
      last = i;
    }
    volume += covering > 0 ? 1 : 0;
    if (covering == 1) ++alone[last];
    std::size_t k = 0;
    while (k < m && ++cell[k] == side) cell[k++] = 0;
    if (k == m) break;
  }

  using namespace paragon::pareto;
  require(hypervolume(set, reference).value == volume);
  require((among ? contributions(set, reference, among_front{}) : contributions(set, reference)) == alone);

  std::vector<std::vector<double>> real;
  for (const row& r : set) real.emplace_back(r.begin(), r.end());
  const std::vector<double> corner(m, side);
  require(hypervolume(real, corner).value == static_cast<double>(volume));
  const auto shares = among ? contributions(real, corner, among_front{}) : contributions(real, corner);
  require(shares == std::vector<double>(alone.begin(), alone.end()));

  // The same in other units, whose product is 1: no sooner too large or too small than the volume itself.
  for (auto& r : real) {
    for (std::size_t k = 0; k + m % 2 < m; ++k) r[k] = std::ldexp(r[k], k % 2 == 0 ? 700 : -700);
  }
  std::vector<double> far = corner;
  for (std::size_t k = 0; k + m % 2 < m; ++k) far[k] = std::ldexp(far[k], k % 2 == 0 ? 700 : -700);
  require(hypervolume(real, far).value == static_cast<double>(volume));
  require((among ? contributions(real, far, among_front{}) : contributions(real, far)) == shares);
  incremental_hypervolume<double> growing(far);
  double grown = 0;
  for (const auto& r : real) grown += growing.insert(r);
  require(grown == static_cast<double>(volume) && growing.value() == grown);

  incremental_hypervolume<int> front(reference);
  std::int64_t gained = 0;
  for (const row& r : set) gained += front.insert(r);
  require(gained == volume && front.value() == volume);
  return 0;
}
