// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "../tensor/shape.hpp"

namespace paragon::inline PARAGON_ISA::autodiff {

/// A handle to a value in a context: a pointer and a number, cheap to copy, valid until the context is cleared.
template <class Context>
class variable {
public:
  using context_type = Context;
  using value_type = typename Context::value_type;
  using backend_type = typename Context::backend_type;

  variable() = default;
  variable(Context& context, std::uint32_t id) noexcept : context_(&context), id_(id) {}

  [[nodiscard]] Context& context() const noexcept { return *context_; }
  [[nodiscard]] std::uint32_t id() const noexcept { return id_; }
  [[nodiscard]] value_type* data() const noexcept { return context_->at(id_).value; }
  /// By value: the context's own copy moves when further variables are made.
  [[nodiscard]] paragon::shape shape() const noexcept { return context_->at(id_).extents; }
  [[nodiscard]] std::size_t size() const noexcept { return shape().size(); }
  [[nodiscard]] std::size_t rows() const noexcept { return shape().rows(); }
  [[nodiscard]] std::size_t columns() const noexcept { return shape().columns(); }
  [[nodiscard]] bool needs_gradient() const noexcept { return context_->at(id_).needs_gradient; }

  /// The values, where the host can read them.
  template <class C = Context>
    requires C::on_host
  [[nodiscard]] std::span<value_type> span() const noexcept {
    return {data(), size()};
  }

private:
  Context* context_ = nullptr;
  std::uint32_t id_ = 0;
};

}  // namespace paragon::autodiff
