// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <doctest/doctest.h>

#include <paragon/core/error.hpp>
#include <string>

TEST_CASE("core: an error says where, what and what was expected") {
  const paragon::error e("table.csv:3: column latency", "\"fast\"", "a finite number");
  CHECK(std::string(e.what()) == "table.csv:3: column latency: \"fast\"; expected a finite number");
  CHECK(e.place() == "table.csv:3: column latency");
}

TEST_CASE("core: an error without an expectation ends after the problem") {
  CHECK(std::string(paragon::error("here", "broken").what()) == "here: broken");
}

TEST_CASE("core: an error is a runtime_error") { CHECK_THROWS_AS(throw paragon::error("a", "b"), std::runtime_error); }
