// expect: a sampler of paths needs .operator\(\)\(std::uint64_t step,
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A sampler of paths that takes no step is refused, and what it lacks is named.
#include <cstdint>
#include <span>

#include <paragon/supernet/path_sampler.hpp>

struct first_of_all {
  void operator()(std::span<paragon::space::choice_index> choices) const { choices[0] = 0; }
};
static_assert(paragon::supernet::require_path_sampler<first_of_all>());

int main() {}
