// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <new>
#include <stdexcept>
#include <string_view>

#include "error.hpp"

namespace paragon::inline PARAGON_ISA {

/// The result of `read`, which takes memory as its input asks for it: where there is not so much, an error with a place.
/// \throws error instead of `std::bad_alloc` and `std::length_error`
template <class Read>
decltype(auto) within_memory(std::string_view place, Read&& read) {
  try {
    return read();
  } catch (const std::bad_alloc&) {
    throw error(place, "does not fit into memory", "a smaller input or more memory");
  } catch (const std::length_error&) {
    throw error(place, "does not fit into memory", "a smaller input or more memory");
  }
}

}  // namespace paragon
