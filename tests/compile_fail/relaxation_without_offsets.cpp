// expect: a relaxation needs .operator\(\)\(autodiff::variable<C> logits, std::span<const std::size_t> offsets
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A relaxation that does not read where decisions begin is refused where objectives are relaxed by it.
#include <paragon/search/estimators.hpp>

struct as_they_are {
  template <class C>
  auto operator()(paragon::autodiff::variable<C> logits) const {
    return logits;
  }
};
struct losses {};

int main() { const paragon::search::relaxed_objectives<losses, as_they_are> estimate({}, {0, 2}); }
