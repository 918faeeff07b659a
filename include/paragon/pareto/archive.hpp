// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "archive_bound.hpp"
#include "archive_entry.hpp"
#include "detail/archive_index.hpp"
#include "detail/archive_iterator.hpp"
#include "detail/archive_keys.hpp"
#include "detail/archive_twins.hpp"
#include "detail/nearest_few.hpp"
#include "dominance.hpp"
#include "filter.hpp"

namespace paragon::inline PARAGON_ISA::pareto {

/// Points none of which dominates another, each with a payload: what a search has found so far.
///
/// A point is inserted if no element is as good in every objective, and erases the elements that it dominates. Works on
/// any number type, exactly on integers; infinities are legal. It is a `point_set`, so `filter`, `hypervolume`, `select`
/// and all indicators take it without a copy, and the indices that they return are its own.
///
/// \code
/// paragon::pareto::archive<double, std::string> best({minimise, maximise});
/// best.insert({12.5, 0.93}, "wide");
/// if (auto done = best.insert({11.0, 0.94}, "deep")) std::printf("in place of %zu\n", done.erased);
/// for (auto [point, name] : best) std::printf("%g %g %s\n", point[0], point[1], name.c_str());
/// \endcode
///
/// **Parameters.** `Payload`: any type that moves without throwing, or void for none; payloads are moved, never copied,
/// and one that is offered with a point that is not inserted is left untouched. `Objectives`: their number, or
/// `dynamic_objectives`: then the constructor is told. Policies in any order: `keep_first` (default: an equal point is
/// not inserted) or `keep_all`; `nan_error` (default) or `nan_worst` (a NaN is stored as the worst value); `unbounded`
/// (default) or an `archive_bound`, such as `crowding_bound`, `contribution_bound`, `epsilon_grid`.
///
/// **Order.** Elements have positions 0 ... size() - 1, in order of insertion as long as nothing is erased. When an
/// insertion erases, the new element takes the lowest place that became free; any other, from the highest down, is taken
/// by the element that is then last. The order depends on the sequence of calls alone.
///
/// **Invalidation.** `insert`, `erase`, `merge`, `clear` invalidate iterators, spans and references, as for a vector.
///
/// **Cost.** Two objectives: O(log n), plus what is erased. More: a tree of boxes, sub-linear in practice; the exponent
/// over n is measured in `bench/pareto/archive.cpp`. About twice the memory of the points.
///
/// **Threads.** Const members may run at the same time. See also `concurrent_archive`.
///
/// **Errors.** A wrong number of objectives, and NaN under `nan_error`, throw `paragon::error`. `insert` either succeeds
/// or changes nothing.
template <objective_value T, class Payload = void, std::size_t Objectives = dynamic_objectives, class... P>
  requires archive_policies<T, P...>
class archive {
  static_assert(std::is_void_v<Payload> ||
                    (std::is_nothrow_move_constructible_v<Payload> && std::is_nothrow_move_assignable_v<Payload>),
                "the payload of an archive has to move without throwing");

public:
  using number = T;
  using payload_type = Payload;
  using bound_type = typename detail::bound_among<T, P...>::type;
  using iterator = detail::archive_iterator<archive>;
  using const_iterator = detail::archive_iterator<const archive>;
  using entry = archive_entry<T, Payload, Objectives>;
  using const_entry = archive_entry<T, const Payload, Objectives>;

  /// All objectives minimised.
  archive()
    requires(Objectives != dynamic_objectives && std::same_as<bound_type, unbounded>)
      : archive(bound_type{}) {}
  explicit archive(bound_type bound)
    requires(Objectives != dynamic_objectives)
      : archive(Objectives, directions{}, std::move(bound)) {}
  explicit archive(std::size_t objectives)
    requires(Objectives == dynamic_objectives && std::same_as<bound_type, unbounded>)
      : archive(objectives, bound_type{}) {}
  archive(std::size_t objectives, bound_type bound)
    requires(Objectives == dynamic_objectives)
      : archive(objectives, directions{}, std::move(bound)) {}

  /// \param way  one direction for each objective; points keep the objectives to ignore, but are not compared in them
  explicit archive(directions way)
    requires std::same_as<bound_type, unbounded>
      : archive(way, bound_type{}) {}
  archive(directions way, bound_type bound)
      : archive(Objectives != dynamic_objectives ? Objectives : way.size(), way, std::move(bound)) {}

  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  [[nodiscard]] bool empty() const noexcept { return size_ == 0; }
  [[nodiscard]] std::size_t objectives() const noexcept { return keys_.objectives(); }
  [[nodiscard]] directions way() const noexcept { return keys_.way(); }
  [[nodiscard]] const bound_type& bound() const noexcept { return bound_; }

  /// All points, row by row in order of their positions.
  [[nodiscard]] points<T> view() const noexcept {
    return {values_.data(), size_, objectives(), static_cast<std::ptrdiff_t>(objectives())};
  }

  /// \pre i < size()
  [[nodiscard]] entry operator[](std::size_t i) noexcept { return entry_at<entry>(*this, i); }
  [[nodiscard]] const_entry operator[](std::size_t i) const noexcept { return entry_at<const_entry>(*this, i); }

  [[nodiscard]] iterator begin() noexcept { return {*this, 0}; }
  [[nodiscard]] iterator end() noexcept { return {*this, size_}; }
  [[nodiscard]] const_iterator begin() const noexcept { return {*this, 0}; }
  [[nodiscard]] const_iterator end() const noexcept { return {*this, size_}; }

  /// Offers a point. The payload is made from `payload` if the point is inserted, and not touched otherwise.
  template <class Value = Payload>
    requires(!std::is_void_v<Payload> && std::constructible_from<Payload, Value>)
  insertion insert(list_view<T> point, Value&& payload) {
    require_length(point);
    return offer(point.data(), [&] { return slot{Payload(std::forward<Value>(payload))}; });
  }
  insertion insert(list_view<T> point)
    requires std::is_void_v<Payload>
  {
    require_length(point);
    return offer(point.data(), [] { return slot{}; });
  }

  /// Offers the first front of a set; the other points could not stay. Returns how many were inserted. An empty archive
  /// without a bound is built in one go: O(n m log n) after the filter.
  /// \param payload_of  called with the row of each point that is inserted
  template <point_set Set, class F>
    requires(!std::is_void_v<Payload> && std::same_as<value_of<Set>, T> &&
             std::constructible_from<Payload, std::invoke_result_t<F&, std::size_t>>)
  std::size_t insert_all(const Set& set, F&& payload_of) {
    return offer_all(set, [&](std::size_t row) { return slot{Payload(payload_of(row))}; });
  }
  template <point_set Set>
    requires(std::is_void_v<Payload> && std::same_as<value_of<Set>, T>)
  std::size_t insert_all(const Set& set) {
    return offer_all(set, [](std::size_t) { return slot{}; });
  }

  /// Offers the elements of another archive in their order; payloads move. Returns how many were inserted.
  ///
  /// Without a bound this archive is the front of both afterwards. Pass `std::move(other)`, or copy by passing `other`.
  std::size_t merge(archive other) {
    if (other.objectives() != objectives()) refuse_length(other.objectives());
    std::size_t inserted = 0;
    for (std::size_t i = 0; i < other.size(); ++i) {
      if (offer(other.row(i), [&] { return std::move(other.slots_[i]); })) ++inserted;
    }
    return inserted;
  }

  /// Erases an element; the last takes its place. Returns the iterator to that place.
  iterator erase(const_iterator where) {
    erase_at(where.index());
    return {*this, where.index()};
  }
  /// Erases the elements that are equal to a point in every objective that is compared; returns their number.
  std::size_t erase(list_view<T> point) {
    std::size_t count = 0;
    for (auto i = find(point); i != end(); i = find(point), ++count) erase(i);
    return count;
  }

  void clear() noexcept {
    with_index([](auto& index) { index.clear(); });
    values_.clear();
    slots_.clear();
    twins_.clear();
    size_ = 0;
  }

  /// An element that is equal to a point in every objective that is compared, or end().
  [[nodiscard]] iterator find(list_view<T> point) { return {*this, position_of(point)}; }
  [[nodiscard]] const_iterator find(list_view<T> point) const { return {*this, position_of(point)}; }
  [[nodiscard]] bool contains(list_view<T> point) const { return position_of(point) != size_; }

  /// Whether some element is at least as good as a point in every objective.
  [[nodiscard]] bool covers(list_view<T> point) const {
    const key_buffer key = key_of(point);
    if constexpr (!on_grid) {
      return with_index([&](const auto& index) { return index.coverer(key.data()) != none; });
    } else {
      std::vector<T> best(keys_.size(), keys_.best_key());
      bool found = false;
      visit_box(best.data(), key.data(), [&](id i) {
        const relation r = standing(row(i), point.data());
        found = found || r == relation::dominates || r == relation::equal;
      });
      return found;
    }
  }

  /// Whether `insert` would accept a point, but for a `capacity_bound`, which might give it up at once.
  [[nodiscard]] bool accepts(list_view<T> point) const {
    const key_buffer key = key_of(point);
    const id found = with_index([&](const auto& index) { return index.coverer(key.data()); });
    if (found == none) return true;
    if constexpr (on_grid)
      return has_key(found, key.data()) && standing(point.data(), row(found)) == relation::dominates;
    return keep_equal && has_key(found, key.data());
  }

  /// The positions of the elements inside a closed box, ascending. Bounds are in the objectives' own units, and those of
  /// objectives to ignore are not looked at.
  [[nodiscard]] std::vector<std::size_t> within(list_view<T> lower, list_view<T> upper) const {
    require_length(lower);
    require_length(upper);
    key_buffer low(keys_.size());
    key_buffer high(keys_.size());
    std::vector<T> best(lower.begin(), lower.end());
    std::vector<T> worst(upper.begin(), upper.end());
    for (std::size_t c = 0; c < objectives(); ++c) {
      if (way()[c] == direction::maximise) std::swap(best[c], worst[c]);
    }
    write_key(best.data(), low.data());
    write_key(worst.data(), high.data());
    std::vector<std::size_t> result;
    visit_box(low.data(), high.data(), [&](id i) {
      for (std::size_t k = 0; k < keys_.compared(); ++k) {
        const std::size_t c = keys_.column(k);
        if (!(row(i)[c] >= lower[c] && row(i)[c] <= upper[c])) return;
      }
      result.push_back(i);
    });
    std::sort(result.begin(), result.end());
    return result;
  }

  /// The positions of the `count` elements nearest to a point, nearest first, of equally near ones the lower first.
  /// Euclidean, over the objectives that are compared, in their own units; squares are summed in `long double`.
  [[nodiscard]] std::vector<std::size_t> nearest(list_view<T> point, std::size_t count = 1) const {
    const key_buffer key = key_of(point);
    const auto measured = [&](const T* low, const T* high, bool turned) {
      long double sum = 0;  // no square of a double is too large or too small for it
      for (std::size_t k = 0; k < keys_.compared(); ++k) {
        const std::size_t c = keys_.column(k);
        T a = turned ? keys_.turned(low[k], k) : low[c];
        T b = turned ? keys_.turned(high[k], k) : high[c];
        if (b < a) std::swap(a, b);
        const T x = keys_.checked(point[c], k);
        long double gap = 0;
        if (x < a) gap = static_cast<long double>(a) - static_cast<long double>(x);
        if (x > b) gap = static_cast<long double>(x) - static_cast<long double>(b);
        sum += gap * gap;
      }
      return sum;
    };
    detail::nearest_few<id> best(count);
    const auto consider = [&](id i) { best.offer(measured(row(i), row(i), false), i); };
    if (count == 0) return {};
    if constexpr (on_grid) {
      for (std::size_t i = 0; i < size_; ++i) consider(static_cast<id>(i));
    } else {
      const auto reach = [&] { return best.reach(); };
      const auto distance = [&](const T* low, const T* high) { return measured(low, high, true); };
      with_index([&](const auto& index) { index.visit_near(key.data(), distance, reach, each_twin(consider)); });
    }
    return best.take();
  }

private:
  using id = std::uint32_t;
  static constexpr id none = static_cast<id>(-1);
  using slot = detail::archive_slot<Payload>;
  using key_buffer = detail::archive_key<T, Objectives>;
  static constexpr bool keep_equal = detail::chosen<keep_all, P...>;
  static constexpr bool nan_is_worst = detail::chosen<nan_worst, P...>;
  static constexpr bool on_grid = grid_bound<bound_type, T>;
  static constexpr bool has_capacity = capacity_bound<bound_type, T>;

  archive(std::size_t objectives, directions way, bound_type bound)
      : keys_(objectives, way, "pareto::archive"), index_(keys_.size()), key_(keys_.size()), row_(objectives),
        bound_(std::move(bound)) {
    if constexpr (requires { bound_.require(objectives); }) bound_.require(objectives);
    if constexpr (has_capacity) {
      if (!(bound_.most >= 1)) throw error("pareto::archive", "room for no element", "at least 1");
    }
  }

  [[noreturn]] void refuse_length(std::size_t length) const {
    throw error("pareto::archive", "a point with " + std::to_string(length) + " objectives",
                std::to_string(objectives()) + " as in the archive");
  }
  void require_length(list_view<T> point) const {
    if (point.size() != objectives()) refuse_length(point.size());
  }

  static void require_room(std::size_t size) {
    if (size >= none) throw error("pareto::archive", "no number left", "fewer than 2^32 - 1 elements");
  }

  template <class F>
  decltype(auto) with_index(F&& f) {
    return index_.with(keys_.size(), f);
  }
  template <class F>
  decltype(auto) with_index(F&& f) const {
    return index_.with(keys_.size(), f);
  }

  [[nodiscard]] const T* row(std::size_t i) const noexcept { return values_.data() + i * objectives(); }
  void write_row(std::size_t i) noexcept {
    std::copy(row_.data(), row_.data() + objectives(), values_.data() + i * objectives());
  }

  template <class Entry, class Self>
  static Entry entry_at(Self& self, std::size_t i) noexcept {
    const decltype(Entry::point) point(self.row(i), self.objectives());
    if constexpr (std::is_void_v<Payload>) {
      return {point};
    } else {
      return {point, self.slots_[i].payload};
    }
  }

  void write_key(const T* point, T* key) const {
    if constexpr (on_grid) {
      keys_.write(point, key, [this](T x, std::size_t column) { return bound_.cell(x, column); });
    } else {
      keys_.write(point, key, [](T x, std::size_t) { return x; });
    }
  }
  [[nodiscard]] key_buffer key_of(list_view<T> point) const {
    require_length(point);
    key_buffer key(keys_.size());
    write_key(point.data(), key.data());
    return key;
  }
  [[nodiscard]] bool has_key(std::size_t i, const T* key) const {
    key_buffer own(keys_.size());
    write_key(row(i), own.data());
    return std::equal(key, key + keys_.size(), own.data());
  }

  /// How two points stand to each other, whatever the grid.
  [[nodiscard]] relation standing(const T* a, const T* b) const {
    bool better = false;
    bool worse = false;
    for (std::size_t k = 0; k < keys_.compared(); ++k) {
      const T x = keys_.turned(keys_.checked(a[keys_.column(k)], k), k);
      const T y = keys_.turned(keys_.checked(b[keys_.column(k)], k), k);
      better = better || x < y;
      worse = worse || x > y;
    }
    if (better) return worse ? relation::incomparable : relation::dominates;
    return worse ? relation::dominated : relation::equal;
  }

  /// `f(i)` for an element of the index and those that are equal to it.
  template <class F>
  auto each_twin(F& f) const {
    return [this, &f](id i) {
      for (; i != none; i = twins_.next(i)) f(i);
    };
  }
  template <class F>
  void visit_box(const T* low, const T* high, F&& f) const {
    with_index([&](const auto& index) { index.visit_box(low, high, each_twin(f)); });
  }

  [[nodiscard]] std::size_t position_of(list_view<T> point) const {
    const key_buffer key = key_of(point);
    const id found = with_index([&](const auto& index) { return index.find(key.data()); });
    if (found == none) return size_;
    if (on_grid && standing(row(found), point.data()) != relation::equal) return size_;
    return found;
  }

  /// `make()` makes the payload of a point that is going to stay.
  template <class Make>
  insertion offer(const T* point, Make&& make) {
    using enum insertion::outcome;
    // Most points are rejected: where keys are the points themselves, that happens before anything is copied.
    const bool direct = !on_grid && keys_.plain() && !keys_.has_nan(point);
    if (!direct) {
      keys_.copy_checked(point, row_.data());
      write_key(row_.data(), key_.data());
    }
    const T* const offered = direct ? point : row_.data();
    const T* const key = direct ? point : key_.data();
    const id in_the_way = with_index([&](auto& index) { return index.coverer_for_insertion(key); });
    if (in_the_way != none) {
      if constexpr (on_grid) {
        const relation r = has_key(in_the_way, key) ? standing(offered, row(in_the_way)) : relation::dominated;
        if (r != relation::dominates) return {r == relation::equal ? repeated : dominated, in_the_way, 0};
        slots_[in_the_way] = make();
        write_row(in_the_way);
        return {inserted, in_the_way, 1};
      } else {
        const bool same = keys_.equal(row(in_the_way), offered);
        if (!same || !keep_equal) return {same ? repeated : dominated, in_the_way, 0};
      }
    }
    if (direct) {
      std::copy(point, point + objectives(), row_.data());
      std::copy(point, point + keys_.size(), key_.data());
    }
    reserve_one();
    if constexpr (has_capacity) {
      if (size_ == bound_.most && (in_the_way != none || !replaces_any())) return offer_in_place_of_victim(make);
    }
    slot made = make();

    erased_.clear();
    const auto note = [this](id i) { erased_.push_back(i); };
    if (in_the_way == none) {  // else it is equal, and both stay
      with_index([&](auto& index) { index.erase_covered_by(key_.data(), each_twin(note)); });
    }
    std::sort(erased_.begin(), erased_.end());
    for (std::size_t e = erased_.size(); e > 1; --e) fill_from_last(erased_[e - 1]);
    const std::size_t place = erased_.empty() ? size_ : erased_.front();
    put(place, std::move(made));
    return {inserted, place, erased_.size()};
  }

  /// Into a full archive, where the point erases nothing: the bound says who goes.
  template <class Make>
  insertion offer_in_place_of_victim(Make& make) {
    using enum insertion::outcome;
    values_.insert(values_.end(), row_.data(), row_.data() + objectives());
    std::size_t victim = size_;
    try {
      const points<T> all(values_.data(), size_ + 1, objectives(), static_cast<std::ptrdiff_t>(objectives()));
      victim = bound_.victim(all, way());
      if (victim > size_) {
        throw error("pareto::archive", "the bound gave up element " + std::to_string(victim),
                    "one of " + std::to_string(size_ + 1));
      }
    } catch (...) {
      values_.resize(size_ * objectives());
      throw;
    }
    values_.resize(size_ * objectives());
    if (victim == size_) return {crowded_out, insertion::nowhere, 0};
    slot made = make();
    take_out(victim);
    put(victim, std::move(made));
    return {inserted, victim, 1};
  }

  template <class PointSet, class Make>
  std::size_t offer_all(const PointSet& set, Make&& make) {
    const auto& source = point_access<PointSet>::get(set);
    const points<T> all = source;
    if (all.size() == 0) return 0;
    if (all.objectives() != objectives()) refuse_length(all.objectives());
    std::vector<T> point(objectives());
    const auto copy = [&](std::size_t i) {
      for (std::size_t k = 0; k < point.size(); ++k) point[k] = all(i, k);
    };
    using duplicates = std::conditional_t<keep_equal, keep_all, keep_first>;
    using nan = std::conditional_t<nan_is_worst, nan_worst, nan_error>;
    const std::vector<std::size_t> front = filter(all, way(), duplicates{}, nan{});
    std::size_t inserted = 0;
    if (empty() && std::same_as<bound_type, unbounded> && !keep_equal) {
      build(front, copy, point, make);
      return size_;
    }
    for (const std::size_t i : front) {
      copy(i);
      if (offer(point.data(), [&] { return make(i); })) ++inserted;
    }
    return inserted;
  }

  /// Fills an empty archive with rows that are a front.
  template <class Copy, class Make>
  void build(const std::vector<std::size_t>& front, const Copy& copy, const std::vector<T>& point, Make& make) {
    require_room(front.size());
    archive fresh(objectives(), way(), bound_);
    std::vector<T> keys(front.size() * keys_.size());
    fresh.values_.resize(front.size() * objectives());
    fresh.slots_.reserve(front.size());
    for (std::size_t i = 0; i < front.size(); ++i) {
      copy(front[i]);
      keys_.copy_checked(point.data(), fresh.values_.data() + i * objectives());
      write_key(point.data(), keys.data() + i * keys_.size());
      fresh.slots_.push_back(make(front[i]));
    }
    fresh.with_index([&](auto& index) { index.build(keys); });
    fresh.size_ = front.size();
    *this = std::move(fresh);
  }

  /// After this an insertion does not throw.
  void reserve_one() {
    require_room(size_ + 1);
    if (slots_.size() == slots_.capacity()) slots_.reserve(2 * slots_.size() + 8);
    values_.reserve(slots_.capacity() * objectives() + objectives());
    erased_.reserve(slots_.capacity());
    twins_.reserve_one();
    with_index([this](auto& index) { index.reserve_one(key_.data()); });
  }

  /// Whether the point on offer would erase an element. \pre none is equal to it
  [[nodiscard]] bool replaces_any() const {
    const std::vector<T> worst(keys_.size(), keys_.worst_key());
    bool any = false;
    visit_box(key_.data(), worst.data(), [&](id) { any = true; });
    return any;
  }

  /// Writes the point on offer to a place that no element has: a free one, or the end.
  void put(std::size_t place, slot&& made) noexcept {
    if (place == size_) {
      values_.resize(values_.size() + objectives());
      slots_.push_back(std::move(made));
      twins_.append();
      ++size_;
    } else {
      slots_[place] = std::move(made);
      twins_.make_alone(place);
    }
    write_row(place);
    with_index([&](auto& index) {
      const id twin = keep_equal ? index.find(key_.data()) : none;
      if (twin != none) {
        twins_.link_after(twin, place);
      } else {
        index.insert(key_.data(), static_cast<id>(place));
      }
    });
  }

  /// Takes an element out of the index and its chain; its place is free then.
  void take_out(std::size_t i) {
    key_buffer key(keys_.size());
    write_key(row(i), key.data());
    const id next = twins_.next(i);
    if (twins_.is_first(i)) {
      with_index([&](auto& index) {
        if (next == none) {
          index.erase(key.data());
        } else {
          index.rename(key.data(), next);
        }
      });
    }
    twins_.unlink(i);
  }

  /// The last element moves to a free place, or, where that is the last, the place goes.
  void fill_from_last(std::size_t place) {
    const std::size_t last = size_ - 1;
    if (place != last) {
      if (twins_.is_first(last)) {
        key_buffer key(keys_.size());
        write_key(row(last), key.data());
        with_index([&](auto& index) { index.rename(key.data(), static_cast<id>(place)); });
      }
      std::copy(row(last), row(last) + objectives(), values_.data() + place * objectives());
      slots_[place] = std::move(slots_[last]);
      twins_.move(last, place);
    }
    values_.resize(last * objectives());
    slots_.pop_back();
    twins_.pop_back();
    size_ = last;
  }

  void erase_at(std::size_t i) {
    take_out(i);
    fill_from_last(i);
  }

  detail::archive_keys<T, Objectives, nan_is_worst> keys_;
  detail::archive_index<T, Objectives> index_;  // of the positions, by key; of twins, the first
  std::vector<T> values_;                       // the points as they came, row by row
  std::vector<slot> slots_;
  detail::archive_twins<keep_equal> twins_;
  std::vector<id> erased_;  // positions that an insertion frees
  key_buffer key_;          // of the point that is offered
  key_buffer row_;          // the point itself
  bound_type bound_;
  std::size_t size_ = 0;
};

/// An archive is a point set: its points lie row by row.
template <class T, class Payload, std::size_t Objectives, class... P>
struct point_access<archive<T, Payload, Objectives, P...>> {
  using value_type = T;
  static constexpr std::size_t objectives = Objectives;
  static points<T> get(const archive<T, Payload, Objectives, P...>& source) noexcept { return source.view(); }
};

}  // namespace paragon::pareto
