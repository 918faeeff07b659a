// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Bytes become points; the filter has to agree with its definition under every policy.
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <paragon/core/parallel.hpp>
#include <paragon/pareto/filter.hpp>
#include <vector>

namespace {

namespace pareto = paragon::pareto;

template <class T>
bool dominates(const T* a, const T* b, const std::vector<paragon::direction>& way) {
  bool better = false;
  for (std::size_t k = 0; k < way.size(); ++k) {
    if (way[k] == paragon::direction::ignore) continue;
    const T x = way[k] == paragon::direction::maximise ? b[k] : a[k];
    const T y = way[k] == paragon::direction::maximise ? a[k] : b[k];
    if (x > y) return false;
    better = better || x < y;
  }
  return better;
}

template <class T>
bool equal(const T* a, const T* b, const std::vector<paragon::direction>& way) {
  for (std::size_t k = 0; k < way.size(); ++k) {
    if (way[k] != paragon::direction::ignore && a[k] != b[k]) return false;
  }
  return true;
}

template <class T>
std::vector<std::size_t> plain_filter(const std::vector<T>& values, const std::vector<paragon::direction>& way,
                                      bool keep_all) {
  const std::size_t m = way.size();
  std::vector<std::size_t> front;
  for (std::size_t i = 0; i < values.size(); i += m) {
    bool stays = true;
    for (std::size_t j = 0; j < values.size() && stays; j += m) {
      stays = !dominates(&values[j], &values[i], way) && (keep_all || j >= i || !equal(&values[j], &values[i], way));
    }
    if (stays) front.push_back(i / m);
  }
  return front;
}

void require(bool condition) {
  if (!condition) std::abort();
}

template <class T, class Convert>
void check(const std::uint8_t* bytes, std::size_t size, const std::vector<paragon::direction>& way, Convert convert) {
  const std::size_t m = way.size();
  std::vector<T> values;
  for (std::size_t i = 0; i < size; ++i) values.push_back(convert(bytes[i]));
  values.resize(values.size() / m * m);
  const pareto::points<T> set(values, m);
  const auto front = plain_filter(values, way, false);
  const auto all = plain_filter(values, way, true);
  paragon::thread_pool pool(1);
  require(pareto::filter(set, way) == front);
  require(pareto::filter(set, way, pareto::keep_all{}) == all);
  require(pareto::filter(set, way, pareto::keep_all{}, pareto::threaded(pool)) == all);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 12) return 0;
  const std::size_t m = 1 + data[0] % 10;
  std::vector<paragon::direction> way(m);
  for (std::size_t k = 0; k < m; ++k) way[k] = static_cast<paragon::direction>(data[1 + k] % 3);
  way[data[11] % m] = paragon::direction::minimise;
  const std::uint8_t* const rest = data + 12;
  const std::size_t count = size - 12 < 4096 ? size - 12 : 4096;
  switch (data[0] / 10 % 4) {
    case 0: check<std::int8_t>(rest, count, way, [](std::uint8_t b) { return static_cast<std::int8_t>(b); }); break;
    case 1:
      check<double>(rest, count, way, [](std::uint8_t b) {
        // 256 doubles from all over their range, both zeros and infinities among them.
        const std::uint64_t bits = (std::uint64_t{b} & 0xC3) << 56 | (std::uint64_t{b} & 0x3C) << 49;
        double x = 0;
        std::memcpy(&x, &bits, sizeof x);
        return x == x ? x : 1.0;
      });
      break;
    case 2: check<double>(rest, count, way, [](std::uint8_t b) { return 1 + b * 0x1p-50; }); break;
    default:
      check<std::uint64_t>(rest, count, way, [](std::uint8_t b) { return std::uint64_t{b} * 0x0101010101010101; });
  }
  return 0;
}
