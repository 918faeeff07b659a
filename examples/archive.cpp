// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/// A search loop of one's own that keeps what it found in an archive: how wide and how deep should a network be, if it is
/// to be cheap and good? The payload is the design itself.
#include <cmath>
#include <cstdio>
#include <paragon/core/random_key.hpp>
#include <paragon/pareto/archive.hpp>
#include <paragon/pareto/hypervolume.hpp>

struct design {
  int width;
  int depth;
};

int main() {
  using enum paragon::direction;
  const paragon::random_key draw{.seed = 1};
  paragon::pareto::archive<double, design> best({minimise, maximise});  // cost, quality
  std::size_t replaced = 0;
  for (std::uint64_t trial = 0; trial < 20000; ++trial) {
    const design tried{8 + static_cast<int>(draw.below(120, 2 * trial)),
                       1 + static_cast<int>(draw.below(12, 2 * trial + 1))};
    const double cost = 1e-3 * tried.depth * tried.width * tried.width;
    const double quality = 1 - 1 / std::sqrt(tried.width) - 0.6 / (tried.depth + 1);
    if (const auto done = best.insert({cost, quality}, tried)) replaced += done.erased;
  }
  std::printf("%zu designs on the front, %zu were there for a while\n", best.size(), replaced);

  for (const std::size_t i : best.nearest({20.0, 0.8}, 3)) {
    const auto [point, found] = best[i];
    std::printf("width %3d  depth %2d  cost %7.3f  quality %.4f\n", found.width, found.depth, point[0], point[1]);
  }
  std::printf("%zu cost between 5 and 10\n", best.within({5.0, 0.0}, {10.0, 1.0}).size());
  std::printf("hypervolume %.4f\n", paragon::pareto::hypervolume(best, {200.0, 0.0}, best.way()).value);
  return best.covers({1e6, 0.0}) ? 0 : 1;
}
