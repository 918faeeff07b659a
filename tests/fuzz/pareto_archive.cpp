// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <paragon/pareto/archive.hpp>
#include <utility>
#include <vector>

// Bytes are read as a number of objectives, directions, and a sequence of insertions, erasures and queries, which an
// archive and a plain vector carry out side by side.

namespace {

using namespace paragon::pareto;
using paragon::direction;

struct byte_stream {
  const std::uint8_t* data;
  std::size_t size;
  std::size_t at = 0;
  std::uint8_t next() { return at < size ? data[at++] : std::uint8_t{0}; }
  [[nodiscard]] bool more() const { return at < size; }
};

void require(bool holds) {
  if (!holds) std::abort();
}

template <class T>
struct element {
  std::vector<T> point;
  std::uint32_t name;
};

template <class T>
struct plain_archive {
  std::vector<direction> way;
  bool keep_equal;
  std::vector<element<T>> elements;

  /// -1: a is at least as good and somewhere better; 0: equal; 1: neither
  int compare(const std::vector<T>& a, const std::vector<T>& b) const {
    bool better = false;
    for (std::size_t k = 0; k < way.size(); ++k) {
      if (way[k] == direction::ignore || a[k] == b[k]) continue;
      if ((a[k] < b[k]) != (way[k] == direction::minimise)) return 1;
      better = true;
    }
    return better ? -1 : 0;
  }
  void erase(std::size_t i) {
    elements[i] = elements.back();
    elements.pop_back();
  }
  bool insert(const std::vector<T>& point, std::uint32_t name) {
    std::vector<std::size_t> gone;
    for (std::size_t i = 0; i < elements.size(); ++i) {
      const int how = compare(elements[i].point, point);
      if (how < 0 || (how == 0 && !keep_equal)) return false;
      if (compare(point, elements[i].point) < 0) gone.push_back(i);
    }
    for (std::size_t g = gone.size(); g > 1; --g) erase(gone[g - 1]);
    if (gone.empty()) {
      elements.push_back({point, name});
    } else {
      elements[gone[0]] = {point, name};
    }
    return true;
  }
};

template <class T, std::size_t M, class... P>
void run(byte_stream bytes, std::size_t m, const std::vector<direction>& way) {
  archive<T, std::uint32_t, M, P...> tested(way);
  plain_archive<T> expected{way, (std::is_same_v<P, keep_all> || ...), {}};
  std::vector<T> point(m);
  std::vector<T> other(m);
  for (std::uint32_t name = 0; bytes.more(); ++name) {
    const std::uint8_t order = bytes.next();
    const unsigned spread = order & 16U ? 255U : 7U;  // few values: many ties
    for (auto& x : point) x = static_cast<T>(static_cast<std::int8_t>(bytes.next() & spread));
    if (order % 16 < 12) {
      if (order & 32U) {  // on a diagonal front, so that many survive
        int sum = 0;
        for (std::size_t k = 0; k + 1 < m; ++k)
          sum += static_cast<int>(way[k] == direction::maximise ? -point[k] : point[k]);
        point[m - 1] = static_cast<T>(std::clamp(way[m - 1] == direction::maximise ? sum : -sum, -128, 127));
      }
      require(static_cast<bool>(tested.insert(point, name)) == expected.insert(point, name));
    } else if (order % 16 == 12 && !expected.elements.empty()) {
      const std::size_t i = bytes.next() % expected.elements.size();
      tested.erase(tested.begin() + static_cast<std::ptrdiff_t>(i));
      expected.erase(i);
    } else if (order % 16 == 13) {
      bool there = false;
      bool covered = false;
      for (const auto& e : expected.elements) {
        there = there || expected.compare(e.point, point) == 0;
        covered = covered || expected.compare(e.point, point) <= 0;
      }
      require(tested.contains(point) == there);
      require(tested.covers(point) == covered);
    } else if (order % 16 == 14) {
      for (std::size_t k = 0; k < m; ++k) {
        other[k] = static_cast<T>(static_cast<std::int8_t>(bytes.next() & spread));
        if (other[k] < point[k]) std::swap(other[k], point[k]);
      }
      std::vector<std::size_t> inside;
      for (std::size_t i = 0; i < expected.elements.size(); ++i) {
        bool in = true;
        for (std::size_t k = 0; k < m; ++k) {
          const T x = expected.elements[i].point[k];
          in = in && (way[k] == direction::ignore || (x >= point[k] && x <= other[k]));
        }
        if (in) inside.push_back(i);
      }
      require(tested.within(point, other) == inside);
    } else {
      std::vector<std::pair<int, std::size_t>> near;
      for (std::size_t i = 0; i < expected.elements.size(); ++i) {
        int sum = 0;
        for (std::size_t k = 0; k < m; ++k) {
          const int gap = static_cast<int>(expected.elements[i].point[k]) - static_cast<int>(point[k]);
          if (way[k] != direction::ignore) sum += gap * gap;
        }
        near.emplace_back(sum, i);
      }
      std::sort(near.begin(), near.end());
      const std::size_t count = bytes.next() % 8;
      const auto found = tested.nearest(point, count);
      require(found.size() == std::min<std::size_t>(count, near.size()));
      for (std::size_t i = 0; i < found.size(); ++i) require(found[i] == near[i].second);
    }
    require(tested.size() == expected.elements.size());
  }
  for (std::size_t i = 0; i < tested.size(); ++i) {
    require(tested[i].payload == expected.elements[i].name);
    require(std::equal(tested[i].point.begin(), tested[i].point.end(), expected.elements[i].point.begin()));
  }
}

}  // namespace

/// Any sequence of operations leaves an archive and a plain vector with the same elements in the same places.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  byte_stream bytes{data, size};
  const std::uint8_t kind = bytes.next();
  const std::size_t m = 1 + bytes.next() % 6;
  std::vector<direction> way(m);
  for (auto& d : way) d = static_cast<direction>(bytes.next() % 3);
  if (std::all_of(way.begin(), way.end(), [](direction d) { return d == direction::ignore; })) return 0;
  if (kind % 4 == 0) run<std::int8_t, dynamic_objectives>(bytes, m, way);
  if (kind % 4 == 1) run<std::int32_t, dynamic_objectives, keep_all>(bytes, m, way);
  if (kind % 4 == 2 && m == 3) run<float, 3>(bytes, m, way);
  if (kind % 4 == 3 && m == 4) run<double, 4, keep_all>(bytes, m, way);
  return 0;
}
