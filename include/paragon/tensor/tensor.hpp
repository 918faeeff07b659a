// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <algorithm>
#include <cstddef>
#include <initializer_list>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "../backend/cpu.hpp"
#include "../core/error.hpp"
#include "shape.hpp"

namespace paragon::inline PARAGON_ISA {

/// A dense row-major array in the memory of a backend; owns its elements, aligned to 64 bytes.
///
/// Parameters of networks, data sets and results live in tensors; values that only a step needs live on a tape. On the
/// CPU the elements are a span; `tensor/eigen.hpp` and `tensor/xtensor.hpp` view the same memory without a copy.
/// \tparam T        float, double or an integer
/// \tparam Backend  where the elements live
template <class T, class Backend = backend::cpu>
  requires std::is_trivially_copyable_v<T>
class tensor {
public:
  using value_type = T;
  using backend_type = Backend;
  static constexpr bool on_host = std::is_same_v<Backend, backend::cpu>;

  tensor() = default;

  /// Elements are zero.
  explicit tensor(paragon::shape s) : shape_(s), data_(allocate(s.size())) {
    Backend::zero(data_, sizeof(T) * s.size());
  }
  tensor(paragon::shape s, std::span<const T> values) : tensor(s) { assign(values); }
  tensor(paragon::shape s, std::initializer_list<T> values)
      : tensor(s, std::span<const T>(values.begin(), values.size())) {}

  tensor(const tensor& other) : shape_(other.shape_), data_(allocate(other.size())) {
    Backend::copy(data_, other.data_, sizeof(T) * size());
  }
  tensor(tensor&& other) noexcept
      : shape_(std::exchange(other.shape_, paragon::shape{0})), data_(std::exchange(other.data_, nullptr)) {}
  tensor& operator=(tensor other) noexcept {
    swap(*this, other);
    return *this;
  }
  ~tensor() {
    if (data_ != nullptr) Backend::deallocate(data_);
  }
  friend void swap(tensor& a, tensor& b) noexcept {
    std::swap(a.shape_, b.shape_);
    std::swap(a.data_, b.data_);
  }

  [[nodiscard]] const paragon::shape& shape() const noexcept { return shape_; }
  [[nodiscard]] std::size_t size() const noexcept { return data_ == nullptr ? 0 : shape_.size(); }
  [[nodiscard]] std::size_t rows() const noexcept { return shape_.rows(); }
  [[nodiscard]] std::size_t columns() const noexcept { return shape_.columns(); }
  [[nodiscard]] T* data() noexcept { return data_; }
  [[nodiscard]] const T* data() const noexcept { return data_; }

  [[nodiscard]] std::span<T> span() noexcept
    requires on_host
  {
    return {data_, size()};
  }
  [[nodiscard]] std::span<const T> span() const noexcept
    requires on_host
  {
    return {data_, size()};
  }
  [[nodiscard]] std::span<T> row(std::size_t r) noexcept
    requires on_host
  {
    return {data_ + r * columns(), columns()};
  }
  [[nodiscard]] std::span<const T> row(std::size_t r) const noexcept
    requires on_host
  {
    return {data_ + r * columns(), columns()};
  }
  [[nodiscard]] T& operator[](std::size_t i) noexcept
    requires on_host
  {
    return data_[i];
  }
  [[nodiscard]] const T& operator[](std::size_t i) const noexcept
    requires on_host
  {
    return data_[i];
  }

  /// Copies host values in. \throws error where their number is not `size()`
  void assign(std::span<const T> values) {
    if (values.size() != size()) {
      throw error("tensor::assign", std::to_string(values.size()) + " values for shape " + to_string(shape_),
                  std::to_string(size()));
    }
    Backend::copy_from_host(data_, values.data(), sizeof(T) * size());
  }

  /// A copy of the elements on the host.
  [[nodiscard]] std::vector<T> to_vector() const {
    std::vector<T> values(size());
    Backend::copy_to_host(values.data(), data_, sizeof(T) * size());
    return values;
  }

  /// The same elements under another shape. \throws error where the sizes differ
  void reshape(paragon::shape s) {
    if (s.size() != size()) {
      throw error("tensor::reshape", to_string(shape_) + " to " + to_string(s), "the same number of elements");
    }
    shape_ = s;
  }

private:
  static T* allocate(std::size_t n) {
    return static_cast<T*>(Backend::allocate(sizeof(T) * std::max<std::size_t>(n, 1)));
  }

  paragon::shape shape_{0};
  T* data_ = nullptr;
};

}  // namespace paragon
