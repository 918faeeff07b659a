// expect: a search space needs .choices\(std::size_t d\) const -> std::size_t.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The graph of any space is one of a search space, and says what a type lacks of that.
#include <paragon/space/decision_graph.hpp>

struct no_choices {
  using architecture = int;
  std::size_t decisions() const { return 1; }
};

int main() { return static_cast<int>(paragon::space::decision_graph(no_choices{}).nodes()); }
