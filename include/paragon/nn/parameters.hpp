// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "../autodiff/context.hpp"
#include "../core/error.hpp"
#include "../core/random_key.hpp"
#include "../tensor/tensor.hpp"
#include "initialise.hpp"

namespace paragon::inline PARAGON_ISA::nn {

/// Where one parameter lies within its store. A layer is a handful of these and nothing else.
struct slot {
  std::size_t offset = 0;
  shape extents;

  friend bool operator==(const slot&, const slot&) = default;
};

/// All parameters of a model in one contiguous array, each with a name and a shape.
///
/// Optimisers, moving averages and Gram matrices see one vector; layers hold `slot`s, which stay valid when the store is
/// copied, so a model and its average run through the same layers.
/// \tparam T        float or double
/// \tparam Backend  where the array lives
template <class T, class Backend = backend::cpu>
class parameters {
public:
  struct entry {
    std::string name;
    slot where;
  };

  /// Appends a parameter; its values depend on the key and on its position alone. \throws error for a name in use
  template <class Initialiser>
  slot add(std::string name, const shape& extents, Initialiser initialiser, paragon::random_key key) {
    if (find(name) != nullptr) throw error("nn::parameters::add", "the name " + quote(name) + " twice", "a new name");
    const slot where{size(), extents};
    std::vector<T> grown = values_.to_vector();
    for (std::size_t i = 0; i < extents.size(); ++i) {
      grown.push_back(static_cast<T>(initialiser(key, where.offset + i, extents)));
    }
    values_ = tensor<T, Backend>({grown.size()}, grown);
    entries_.push_back({std::move(name), where});
    return where;
  }

  [[nodiscard]] std::size_t size() const noexcept { return values_.size(); }
  [[nodiscard]] T* data() noexcept { return values_.data(); }
  [[nodiscard]] const T* data() const noexcept { return values_.data(); }
  [[nodiscard]] tensor<T, Backend>& values() noexcept { return values_; }
  [[nodiscard]] const tensor<T, Backend>& values() const noexcept { return values_; }
  [[nodiscard]] const std::vector<entry>& entries() const noexcept { return entries_; }

  /// The entry of that name, or nullptr.
  [[nodiscard]] const entry* find(std::string_view name) const noexcept {
    const auto at = std::find_if(entries_.begin(), entries_.end(), [&](const entry& e) { return e.name == name; });
    return at == entries_.end() ? nullptr : &*at;
  }

  /// Overwrites one parameter with host values in row-major order. \throws error where their number differs
  void assign(const slot& where, std::span<const T> values) {
    if (values.size() != where.extents.size()) {
      throw error("nn::parameters::assign", std::to_string(values.size()) + " values",
                  std::to_string(where.extents.size()) + " for shape " + to_string(where.extents));
    }
    Backend::copy_from_host(data() + where.offset, values.data(), sizeof(T) * values.size());
  }

private:
  std::vector<entry> entries_;
  tensor<T, Backend> values_{shape{0}};
};

/// A store's parameters as variables of a context.
template <class Context>
class bound {
public:
  explicit bound(autodiff::variable<Context> all) : all_(all) {}

  /// The parameter in that slot.
  [[nodiscard]] autodiff::variable<Context> operator[](const slot& where) const {
    return all_.context().view(all_, where.offset, where.extents);
  }
  /// All of them as one vector: ask the context for its gradient after a backward pass.
  [[nodiscard]] autodiff::variable<Context> all() const noexcept { return all_; }
  [[nodiscard]] Context& context() const noexcept { return all_.context(); }

private:
  autodiff::variable<Context> all_;
};

/// Parameters whose gradients are wanted. The store is borrowed: it outlives the variables, and no temporary is taken.
template <class T, class Backend, bool Recording>
[[nodiscard]] bound<autodiff::context<T, Backend, Recording>> bind(autodiff::context<T, Backend, Recording>& context,
                                                                   const parameters<T, Backend>& store) {
  return bound(context.shared_input(store.data(), shape{store.size()}));
}
template <class T, class Backend, bool Recording>
bound<autodiff::context<T, Backend, Recording>> bind(autodiff::context<T, Backend, Recording>& context,
                                                     const parameters<T, Backend>&& store) = delete;

/// Parameters that stay as they are: gradients flow through the layers to their inputs alone. Borrowed as well.
template <class T, class Backend, bool Recording>
[[nodiscard]] bound<autodiff::context<T, Backend, Recording>> freeze(autodiff::context<T, Backend, Recording>& context,
                                                                     const parameters<T, Backend>& store) {
  return bound(context.constant(store.data(), shape{store.size()}));
}
template <class T, class Backend, bool Recording>
bound<autodiff::context<T, Backend, Recording>> freeze(autodiff::context<T, Backend, Recording>& context,
                                                       const parameters<T, Backend>&& store) = delete;

}  // namespace paragon::nn
