// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <paragon/core/compiler_flags.hpp>
#include <paragon/core/error.hpp>
#include <set>
#include <string>

#define TEXT(x) TEXT_OF(x)
#define TEXT_OF(x) #x

TEST_CASE("core: the name of the instruction set says its level") {
  const std::string name = TEXT(PARAGON_ISA);
  CAPTURE(name);
#if defined(__AVX512F__) && defined(__AVX512VL__) && defined(__FMA__)
  CHECK(name.find("x86_64_v4") == 0);
#elif defined(__AVX2__) && defined(__FMA__)
  CHECK(name.find("x86_64_v3") == 0);
#elif defined(__SSE4_2__)
  CHECK(name.find("x86_64_v2") == 0);
#elif defined(__x86_64__)
  CHECK(name.find("x86_64_v1") == 0);
#elif defined(__aarch64__)
  CHECK(name.find("arm8_n") == 0);
#endif
#if defined(__NO_MATH_ERRNO__)
  CHECK(name.back() == 'r');
#endif
}

TEST_CASE("core: all of paragon but its errors stands in the namespace of the instruction set") {
  namespace fs = std::filesystem;
  const fs::path include = fs::path(PARAGON_EXAMPLES_SOURCE).parent_path() / "include";
  std::set<std::string> others;
  std::size_t spaces = 0;
  for (const auto& entry : fs::recursive_directory_iterator(include)) {
    if (!entry.is_regular_file()) continue;
    std::ifstream file(entry.path());
    for (std::string line; std::getline(file, line);) {
      if (!line.starts_with("namespace paragon")) continue;
      ++spaces;
      if (!line.starts_with("namespace paragon::inline PARAGON_ISA")) {
        others.insert(entry.path().lexically_relative(include).string() + ": " + line);
      }
    }
  }
  CHECK(spaces > 300);
  CHECK(others == std::set<std::string>{"paragon/core/error.hpp: namespace paragon {",
                                        "paragon/backend/cpu/blas.hpp: namespace paragon::blas_state {"});
}
