// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <doctest/doctest.h>

#include <paragon/core/parallel.hpp>
#include <paragon/data/labelled_table.hpp>
#include <type_traits>
#include <utility>
#include <vector>

using paragon::data::labelled_table;

static_assert(!std::is_copy_constructible_v<labelled_table> && !std::is_copy_assignable_v<labelled_table>);

TEST_CASE("data: labels are counted once for each row") {
  const labelled_table labels("accuracy", {90, 91, 92});
  CHECK(labels.name() == "accuracy");
  CHECK(labels.size() == 3);
  CHECK(labels.labels_read() == 0);
  CHECK(labels.read(1) == 91);
  CHECK(labels.read(1) == 91);
  CHECK(labels.labels_read() == 1);
  CHECK(labels.read(0) == 90);
  CHECK(labels.labels_read() == 2);
}

TEST_CASE("data: a label that does not exist is an error and is not counted") {
  const labelled_table labels("accuracy", {90, 91, 92});
  CHECK_THROWS_WITH_AS((void)labels.read(3), "accuracy: row 3; expected below 3", paragon::error);
  CHECK(labels.labels_read() == 0);
}

TEST_CASE("data: a table that moves keeps its count") {
  labelled_table labels("accuracy", {90, 91, 92});
  (void)labels.read(2);
  const labelled_table moved = std::move(labels);
  CHECK(moved.labels_read() == 1);
}

TEST_CASE("data: labels are counted across threads") {
  const labelled_table labels("accuracy", std::vector<double>(1000, 1.0));
  paragon::thread_pool pool(4);
  pool.for_blocks(4000, 10, [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) (void)labels.read(i % 500);
  });
  CHECK(labels.labels_read() == 500);
}
