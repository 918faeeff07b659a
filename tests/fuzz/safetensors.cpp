// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <paragon/tensor/safetensors.hpp>
#include <string>
#include <utility>

namespace {

void read(std::string bytes) {
  try {
    const paragon::safetensors_file file(std::move(bytes), "fuzz");
    for (const auto& name : file.names()) {
      try {
        (void)file.get<float>(name);
      } catch (const paragon::error&) {
      }
      try {
        (void)file.get<std::int64_t>(name, file.shape(name));
      } catch (const paragon::error&) {
      }
    }
  } catch (const paragon::error&) {
  }
}

}  // namespace

/// Any bytes are a file of tensors or a `paragon::error`; nothing else may escape. The input is tried as it is and as a
/// header (up to the first zero byte) with its elements, so that the fuzzer need not guess the length of the header.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string input(reinterpret_cast<const char*>(data), size);
  read(input);
  const std::size_t header = input.find('\0');
  const std::uint64_t length = header == std::string::npos ? size : header;
  std::string file(sizeof length, '\0');
  std::memcpy(file.data(), &length, sizeof length);
  file += input.substr(0, header);
  if (header != std::string::npos) file += input.substr(header + 1);
  read(std::move(file));
  return 0;
}
