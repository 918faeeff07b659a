// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <doctest/doctest.h>

#include <paragon/report/mark.hpp>
#include <set>
#include <string>

#include "sample.hpp"

using paragon::report::draw_mark;
using paragon::report::mark;

TEST_CASE("report: each kind of mark has a shape of its own, and its title is escaped") {
  std::set<std::string> shapes;
  for (const mark shape : {mark::disc, mark::cross, mark::diamond, mark::star}) {
    const std::string plain = draw_mark(shape, 10, 20, 4, "kind");
    CHECK(paragon_test::markup_fault(plain, true) == "");
    CHECK(plain.find("class=\"kind\"") != std::string::npos);
    shapes.insert(plain);
    const std::string titled = draw_mark(shape, 10, 20, 4, "kind", "a < b");
    CHECK(paragon_test::markup_fault(titled, true) == "");
    CHECK(titled.find("<title>a &lt; b</title>") != std::string::npos);
  }
  CHECK(shapes.size() == 4);
  CHECK(draw_mark(mark::diamond, 10, 20, 4, "kind") == "<path class=\"kind\" d=\"M10 16l4 4 -4 4 -4 -4z\"/>");
}
