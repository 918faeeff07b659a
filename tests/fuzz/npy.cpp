// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <cstddef>
#include <cstdint>
#include <paragon/tensor/npy.hpp>
#include <span>

/// Any bytes are an array or a `paragon::error`; nothing else may escape.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto bytes = std::as_bytes(std::span(data, size));
  const auto read = [&]<class T>(T) {
    try {
      const auto values = paragon::parse_npy<T>(bytes, "fuzz");
      T sum{};
      for (const T x : values.span()) sum = x;
      static volatile T sink;
      sink = sum;
    } catch (const paragon::error&) {
    }
  };
  read(float{});
  read(double{});
  read(std::uint8_t{});
  read(std::int64_t{});
  read(bool{});
  return 0;
}
