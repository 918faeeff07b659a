// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The fronts of https://github.com/alandefreitas/pareto, one container after another.
#include <pareto/front.h>
#include <pareto/implicit_tree.h>
#include <pareto/kd_tree.h>
#include <pareto/quad_tree.h>
#include <pareto/r_star_tree.h>
#include <pareto/r_tree.h>

#include "driver.hpp"

namespace {

template <class Container>
double insert_all(const matrix& data) {
  using front = pareto::front<double, Container::number_of_compile_dimensions, unsigned, Container>;
  front found;
  typename front::key_type point(data.m);
  for (std::size_t i = 0; i < data.n; ++i) {
    for (std::size_t k = 0; k < data.m; ++k) point[k] = data.values[i * data.m + k];
    found.insert({point, 0U});
  }
  return static_cast<double>(found.size());
}

template <std::size_t M>
int run(const std::string& kind, double seconds, const matrix& data) {
  if (kind == "kd") {
    report(seconds, [&] { return insert_all<pareto::kd_tree<double, M, unsigned>>(data); });
  } else if (kind == "r") {
    report(seconds, [&] { return insert_all<pareto::r_tree<double, M, unsigned>>(data); });
  } else if (kind == "r_star") {
    report(seconds, [&] { return insert_all<pareto::r_star_tree<double, M, unsigned>>(data); });
  } else if (kind == "quad") {
    report(seconds, [&] { return insert_all<pareto::quad_tree<double, M, unsigned>>(data); });
  } else if (kind == "implicit") {
    report(seconds, [&] { return insert_all<pareto::implicit_tree<double, M, unsigned>>(data); });
  } else {
    return 2;
  }
  return 0;
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 4) return 2;
  const matrix data = read_matrix(arguments[2]);
  const double seconds = std::atof(arguments[3]);
  switch (data.m) {
    case 2: return run<2>(arguments[1], seconds, data);
    case 3: return run<3>(arguments[1], seconds, data);
    case 4: return run<4>(arguments[1], seconds, data);
    case 5: return run<5>(arguments[1], seconds, data);
    default: return 2;
  }
}
