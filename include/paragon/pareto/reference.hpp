// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <iterator>
#include <limits>
#include <string>
#include <type_traits>
#include <vector>

#include "detail/oriented.hpp"
#include "filter.hpp"

namespace paragon::inline PARAGON_ISA::pareto {

/// A range of fronts, each a `point_set` of the same type: `std::vector<std::vector<std::array<double, 2>>>`,
/// `std::array{points(a), points(b)}` for fronts of different types.
template <class Fronts>
concept front_range = !point_set<Fronts> && requires(const Fronts& fronts) {
  std::begin(fronts);
  std::end(fronts);
  requires point_set<detail::row_of<Fronts>>;
};

/// One front or a range of them.
template <class Fronts>
concept one_or_more_fronts = point_set<Fronts> || front_range<Fronts>;

namespace detail {

template <class Fronts>
struct front_of {
  using type = row_of<Fronts>;
};
template <point_set Fronts>
struct front_of<Fronts> {
  using type = Fronts;
};
template <one_or_more_fronts Fronts>
using value_of_fronts = value_of<typename front_of<Fronts>::type>;

template <class Fronts, class F>
void for_each_front(const Fronts& fronts, F&& f) {
  if constexpr (point_set<Fronts>) {
    f(fronts);
  } else {
    for (const auto& front : fronts) f(front);
  }
}

/// The least and the greatest value of each objective, minimised; of the finite values alone if told so.
template <class T>
struct value_ranges {
  std::vector<T> least;
  std::vector<T> greatest;
  std::vector<char> seen;

  void add(T value, std::size_t k) {
    least[k] = seen[k] == 0 ? value : std::min(least[k], value);
    greatest[k] = seen[k] == 0 ? value : std::max(greatest[k], value);
    seen[k] = 1;
  }
};

/// Looks at fronts that have to agree in their number of objectives, and turns results to the caller's directions.
template <class T, bool NanIsWorst>
class front_survey {
public:
  front_survey(directions way, const char* place) : way_(way), place_(place) {}

  /// \param members  indices of the points to look at
  template <class Set>
  void add(const Set& set, const std::vector<std::size_t>* members, bool finite_only) {
    const auto& source = point_access<Set>::get(set);
    const points<T> where = source;
    if (where.size() == 0) return;
    const oriented<T, NanIsWorst> view(where, way_, place_);
    if (columns_.empty()) {
      objectives_ = where.objectives();
      for (std::size_t k = 0; k < view.objectives(); ++k) columns_.push_back(view.column(k));
      ranges = {std::vector<T>(columns_.size()), std::vector<T>(columns_.size()), std::vector<char>(columns_.size())};
    }
    if (where.objectives() != objectives_) {
      throw error(
          place_,
          "fronts of " + std::to_string(objectives_) + " and " + std::to_string(where.objectives()) + " objectives",
          "as many in all of them");
    }
    const std::size_t count = members == nullptr ? view.size() : members->size();
    for (std::size_t p = 0; p < count; ++p) {
      const std::size_t i = members == nullptr ? p : (*members)[p];
      view.check(i);
      for (std::size_t k = 0; k < columns_.size(); ++k) {
        const T x = view(i, k);
        const bool finite = x >= std::numeric_limits<T>::lowest() && x <= std::numeric_limits<T>::max();
        if (finite || !finite_only) ranges.add(x, k);
      }
    }
  }

  /// A point from one minimised value per objective; 0 for those that are ignored.
  [[nodiscard]] std::vector<T> turned_back(const std::vector<T>& values) const {
    if (columns_.empty()) throw error(place_, "no points", "at least one in one of the fronts");
    std::vector<T> result(objectives_, T(0));
    for (std::size_t k = 0; k < columns_.size(); ++k) {
      const std::size_t c = columns_[k];
      result[c] = values[k];
      if (!way_.empty() && way_[c] == direction::maximise) {
        if constexpr (std::is_floating_point_v<T>) {
          result[c] = -values[k];
        } else {
          result[c] = static_cast<T>(~values[k]);
        }
      }
    }
    return result;
  }

  [[nodiscard]] std::size_t column(std::size_t k) const noexcept { return columns_[k]; }

  value_ranges<T> ranges;

private:
  directions way_;
  const char* place_;
  std::size_t objectives_ = 0;
  std::vector<std::size_t> columns_;
};

/// `worst` moved by a part of its distance to `best`; see `shared_reference`.
template <class T>
T beyond(T worst, T best, double size_of_worst, double margin) {
  double unit = static_cast<double>(worst) - static_cast<double>(best);
  if (unit == 0) unit = size_of_worst == 0 ? 1 : size_of_worst;
  constexpr T most = std::numeric_limits<T>::max();
  if constexpr (std::is_floating_point_v<T>) {
    const T moved = std::min(static_cast<T>(worst + static_cast<T>(margin * unit)), most);
    return margin > 0 && moved == worst ? std::nextafter(worst, most) : moved;
  } else {
    const double step = std::ceil(margin * unit);
    if (step >= static_cast<double>(most) - static_cast<double>(worst)) return most;
    return static_cast<T>(worst + static_cast<T>(step));
  }
}

}  // namespace detail

/// The best value of each objective over all points of all fronts. O(n m).
///
/// \param fronts  one `point_set` or a range of them; empty ones say nothing
/// \param way     one direction per objective; empty: all minimised. Ignored objectives get 0.
/// Policies: `nan_error` (default) or `nan_worst`
/// Throws `paragon::error` where there are no points, for NaN, for fronts of different numbers of objectives.
///
/// \code
/// paragon::pareto::ideal(front, {minimise, maximise});  // a vector of two numbers
/// \endcode
template <one_or_more_fronts Fronts, class... P>
  requires measure_policies<P...>
[[nodiscard]] std::vector<detail::value_of_fronts<Fronts>> ideal(const Fronts& fronts, directions way, P...) {
  using T = detail::value_of_fronts<Fronts>;
  detail::front_survey<T, detail::chosen<nan_worst, P...>> survey(way, "pareto::ideal");
  detail::for_each_front(fronts, [&](const auto& front) { survey.add(front, nullptr, false); });
  return survey.turned_back(survey.ranges.least);
}

/// The same with all objectives minimised.
template <one_or_more_fronts Fronts, class... P>
  requires measure_policies<P...>
[[nodiscard]] auto ideal(const Fronts& fronts, P... policies) {
  return ideal(fronts, directions{}, policies...);
}

/// The worst value of each objective among the points that are best: each front's own non-dominated points.
///
/// Of one front this is the nadir point as it is usually defined; points that are dominated within their own front say
/// nothing. A front that another one dominates altogether still counts, so that all fronts fit between `ideal` and
/// `nadir`. Called as `ideal`. Cost: a `filter` of every front.
template <one_or_more_fronts Fronts, class... P>
  requires measure_policies<P...>
[[nodiscard]] std::vector<detail::value_of_fronts<Fronts>> nadir(const Fronts& fronts, directions way, P... policies) {
  using T = detail::value_of_fronts<Fronts>;
  detail::front_survey<T, detail::chosen<nan_worst, P...>> survey(way, "pareto::nadir");
  detail::for_each_front(fronts, [&](const auto& front) {
    const std::vector<std::size_t> members = filter(front, way, policies...);
    survey.add(front, &members, false);
  });
  return survey.turned_back(survey.ranges.greatest);
}

/// The same with all objectives minimised.
template <one_or_more_fronts Fronts, class... P>
  requires measure_policies<P...>
[[nodiscard]] auto nadir(const Fronts& fronts, P... policies) {
  return nadir(fronts, directions{}, policies...);
}

/// One reference point for the hypervolumes of several fronts that are to be compared.
///
/// Volumes compare only if they share their reference: a point derived from each front by itself rewards bad fronts. So
/// give all fronts at once, keep the point, and use it for every one of them.
///
/// The rule, in each objective: the worst value among each front's own non-dominated points, moved away from the best
/// by `margin` times the difference. So with a positive margin every such point is inside, the extreme ones too.
/// - Where all values are equal, the difference counts as the value's size; as 1 where that is 0.
/// - Infinite values say nothing.
/// - Integers are moved by a whole number, rounded up, and floating-point values at least to their neighbour; at the
///   limit of the type they stay there.
///
/// \param fronts  one `point_set` or a range of them; empty ones say nothing
/// \param margin  at least 0; 0.1 is usual. 0 gives `nadir`, where extreme points contribute nothing
/// \param way     one direction per objective; empty: all minimised. Ignored objectives get 0.
/// Policies: `nan_error` (default) or `nan_worst`
/// Throws `paragon::error` where an objective has no finite value, for NaN, for fronts of different numbers of
/// objectives, for a negative margin.
///
/// \code
/// const std::array fronts{paragon::pareto::points(ours), paragon::pareto::points(theirs)};
/// const auto reference = paragon::pareto::shared_reference(fronts, 0.1);
/// hypervolume(ours, reference).value < hypervolume(theirs, reference).value;
/// \endcode
template <one_or_more_fronts Fronts, class... P>
  requires measure_policies<P...>
[[nodiscard]] std::vector<detail::value_of_fronts<Fronts>> shared_reference(const Fronts& fronts, double margin,
                                                                            directions way, P... policies) {
  constexpr const char* place = "pareto::shared_reference";
  using T = detail::value_of_fronts<Fronts>;
  if (!(margin >= 0 && margin <= std::numeric_limits<double>::max())) {
    throw error(place, "a margin of " + number_text(margin), "a finite number of at least 0");
  }
  detail::front_survey<T, detail::chosen<nan_worst, P...>> survey(way, place);
  detail::for_each_front(fronts, [&](const auto& front) {
    const std::vector<std::size_t> members = filter(front, way, policies...);
    survey.add(front, &members, true);
  });
  auto& [best, worst, seen] = survey.ranges;
  const std::vector<T> given = survey.turned_back(worst);
  for (std::size_t k = 0; k < worst.size(); ++k) {
    if (seen[k] == 0) {
      throw error(place, "no finite value in column " + std::to_string(survey.column(k)), "at least one");
    }
    worst[k] = detail::beyond(worst[k], best[k], std::abs(static_cast<double>(given[survey.column(k)])), margin);
  }
  return survey.turned_back(worst);
}

/// The same with all objectives minimised.
template <one_or_more_fronts Fronts, class... P>
  requires measure_policies<P...>
[[nodiscard]] auto shared_reference(const Fronts& fronts, double margin, P... policies) {
  return shared_reference(fronts, margin, directions{}, policies...);
}

}  // namespace paragon::pareto
