// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "../autodiff/gather.hpp"
#include "parameters.hpp"

namespace paragon::inline PARAGON_ISA::nn {

/// Rows of a table by number: "NAME.weight" of [count, width].
class embedding {
public:
  template <class T, class B, initialiser I = normal>
  embedding(parameters<T, B>& store, const std::string& name, std::size_t count, std::size_t width,
            paragon::random_key key, I values = {})
      : table_(store.add(name + ".weight", {count, width}, values, key)) {}

  /// [index.size(), width]. \throws error for an index that is not below `count`
  template <class C>
  [[nodiscard]] autodiff::variable<C> operator()(const bound<C>& theta, std::span<const std::uint32_t> index) const {
    return autodiff::gather(theta[table_], index);
  }

private:
  slot table_;
};

}  // namespace paragon::nn
