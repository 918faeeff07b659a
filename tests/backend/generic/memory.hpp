// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "support.hpp"

namespace paragon_test::backend_tests {

template <class B, class T>
void memory() {
  for (const std::size_t n : {std::size_t{0}, std::size_t{1}, std::size_t{5}, std::size_t{100001}}) {
    INFO("n " << n);
    const auto values = normals<T>(n, 1, 0);
    void* first = B::allocate(sizeof(T) * n);
    void* second = B::allocate(sizeof(T) * n);
    CHECK(reinterpret_cast<std::uintptr_t>(first) % 64 == 0);
    B::copy_from_host(first, values.data(), sizeof(T) * n);
    B::copy(second, first, sizeof(T) * n);
    B::zero(first, sizeof(T) * n);
    std::vector<T> back(n, T(1));
    B::copy_to_host(back.data(), second, sizeof(T) * n);
    check_equal(back, values);
    B::copy_to_host(back.data(), first, sizeof(T) * n);
    check_equal(back, std::vector<T>(n, T(0)));
    B::deallocate(first);
    B::deallocate(second);
  }
}

}  // namespace paragon_test::backend_tests
