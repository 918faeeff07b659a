// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <malloc.h>

#include <new>
#include <numeric>
#include <paragon/pareto/archive.hpp>
#include <paragon/pareto/contributions.hpp>
#include <paragon/pareto/filter.hpp>
#include <paragon/pareto/hypervolume.hpp>
#include <paragon/pareto/rank.hpp>

#include "driver.hpp"

namespace pareto = paragon::pareto;

namespace {

std::size_t bytes_now = 0;
std::size_t bytes_most = 0;

template <std::size_t M>
double insert_all(const matrix& data) {
  pareto::archive<double, void, M> front;
  for (std::size_t i = 0; i < data.n; ++i) front.insert(std::span(data.values).subspan(i * data.m, data.m));
  return static_cast<double>(front.size());
}

}  // namespace

// Counted, for what the system reports as resident depends on what else runs.
void* operator new(std::size_t size) {
  void* memory = std::malloc(size);
  if (memory == nullptr) throw std::bad_alloc();
  bytes_now += malloc_usable_size(memory);
  bytes_most = std::max(bytes_most, bytes_now);
  return memory;
}
void operator delete(void* memory) noexcept {
  bytes_now -= malloc_usable_size(memory);
  std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept { operator delete(memory); }

int main(int count, char** arguments) {
  if (count != 4) return 2;
  const std::string task = arguments[1];
  const matrix data = read_matrix(arguments[2]);
  const double seconds = std::atof(arguments[3]);
  const pareto::points<double> set(data.values, data.m);
  const std::vector<double> reference(data.m, 1.1);
  if (task == "filter") {
    report(seconds, [&] { return static_cast<double>(pareto::filter(set).size()); });
  } else if (task == "rank") {
    report(seconds, [&] {
      const auto ranks = pareto::rank(set);
      return static_cast<double>(std::accumulate(ranks.begin(), ranks.end(), std::size_t{0}));
    });
  } else if (task == "hypervolume") {
    report(seconds, [&] { return pareto::hypervolume(set, reference).value; });
  } else if (task == "contributions") {
    report(seconds, [&] {
      const auto volumes = pareto::contributions(set, reference);
      return std::accumulate(volumes.begin(), volumes.end(), 0.0);
    });
  } else if (task == "archive") {
    report(seconds, [&] {
      switch (data.m) {
        case 2: return insert_all<2>(data);
        case 3: return insert_all<3>(data);
        case 4: return insert_all<4>(data);
        default: return insert_all<5>(data);
      }
    });
  } else if (task == "memory") {  // bytes for each point on top of the input
    const std::size_t before = bytes_now;
    report(0, [&] {
      bytes_most = before;
      const auto front = pareto::filter(set);
      return static_cast<double>(bytes_most - before) / static_cast<double>(data.n);
    });
  } else {
    return 2;
  }
}
