// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Bytes become small points, directions and policies; stretching and selection keep what they promise.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <limits>
#include <paragon/pareto/filter.hpp>
#include <paragon/pareto/select.hpp>
#include <paragon/pareto/stretch.hpp>
#include <vector>

namespace {

using paragon::direction;
using namespace paragon::pareto;
using indices = std::vector<std::size_t>;

void require(bool promised) {
  if (!promised) std::abort();
}

/// Whether row j dominates row i.
bool dominates(const points<double>& set, const std::vector<direction>& way, std::size_t j, std::size_t i) {
  bool better = false;
  for (std::size_t k = 0; k < way.size(); ++k) {
    if (way[k] == direction::ignore) continue;
    const double sign = way[k] == direction::maximise ? -1 : 1;
    if (sign * set(j, k) > sign * set(i, k)) return false;
    better = better || sign * set(j, k) < sign * set(i, k);
  }
  return better;
}

template <class... P>
void check_stretch(const points<double>& set, const std::vector<direction>& way, std::size_t minimum,
                   const P&... policies) {
  const indices first = stretch(set, 0, way, policies...);
  const indices kept = stretch(set, minimum, way, policies...);
  require(std::is_sorted(kept.begin(), kept.end()));
  require(std::adjacent_find(kept.begin(), kept.end()) == kept.end());
  require(kept.empty() || kept.back() < set.size());
  require(kept.size() == std::max(first.size(), std::min(minimum, set.size())));
  require(std::includes(kept.begin(), kept.end(), first.begin(), first.end()));
}

void check_select(const points<double>& set, const std::vector<direction>& way, const auto& rule, at_most limit) {
  const auto pick = select(set, rule, way, limit);
  bool any = false;
  for (std::size_t i = 0; i < set.size(); ++i) {
    if (!(set(i, limit.column) <= limit.value)) continue;
    any = true;
    if (pick) require(!dominates(set, way, i, *pick));
  }
  require(pick.has_value() == any);
  if (pick) require(set(*pick, limit.column) <= limit.value);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 12) return 0;
  const std::size_t m = 1 + data[0] % 4;
  const std::size_t minimum = data[1] % 64;
  std::vector<direction> way(m);
  for (std::size_t k = 0; k < m; ++k) way[k] = static_cast<direction>((data[2] >> (2 * k)) % 3);
  way[data[3] % m] = data[3] % 2 == 0 ? direction::minimise : direction::maximise;
  std::size_t quality = 0;
  std::size_t active = 0;
  for (std::size_t k = 0; k < m; ++k) {
    if (way[k] == direction::ignore) continue;
    quality = k;
    ++active;
  }
  std::vector<double> rays(2 * m);
  std::vector<double> corner(m);
  for (std::size_t k = 0; k < m; ++k) {
    rays[k] = data[4 + k];
    rays[m + k] = 1;
    corner[k] = data[8 + k] % 16;
  }
  rays[quality] += 1;
  std::vector<double> values;
  for (std::size_t i = 12; i < size && values.size() < 60 * m; ++i) {
    const int byte = data[i] % 20;
    const double infinity = std::numeric_limits<double>::infinity();
    values.push_back(byte == 17 ? infinity : byte == 18 ? -infinity : byte == 19 ? 1e300 : byte - 4);
  }
  values.resize(values.size() / m * m);
  const points<double> set(values, m);

  check_stretch(set, way, minimum);
  check_stretch(set, way, minimum, by_rays{points<double>(rays, m)});
  if (set.size() > 0) require(stretch(set, 0, way) == filter(set, way));
  try {
    check_stretch(set, way, minimum, by_contribution{corner});
  } catch (const paragon::error&) {  // a volume that cannot be held
  }
  if (active > 1) {
    check_stretch(set, way, minimum, per_metric_union{quality});
    check_stretch(set, way, minimum, per_metric_intersection{quality});
  }
  const at_most limit{data[3] % m, static_cast<double>(data[1] % 16)};
  check_select(set, way, most_accurate{quality}, limit);
  check_select(set, way, most_efficient{quality, quality}, limit);
  check_select(set, way, knee{}, limit);
  check_select(set, way, nearest_to_ray{{rays.begin(), rays.begin() + static_cast<std::ptrdiff_t>(m)}}, limit);
  return 0;
}
