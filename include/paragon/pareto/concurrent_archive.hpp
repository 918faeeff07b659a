// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <mutex>
#include <utility>

#include "archive.hpp"

namespace paragon::inline PARAGON_ISA::pareto {

/// An archive that several threads insert into: one mutex around every call.
///
/// Without a bound, and as long as nothing else is called, the points in it at the end are the front of all points
/// offered, whatever the order in which the threads came; so are the payloads, except that under `keep_first` one of
/// several equal points stays, that of the thread that came first. Positions depend on the order. What a bounded archive
/// keeps depends on the order as well.
///
/// It is the plain solution on purpose: most insertions take well below a microsecond, so a lock that readers share,
/// asked first whether the point is needed, was measured to be no faster. Where threads offer points without pause, give
/// each an archive of its own and `merge` them at the end: that needs no lock at all.
///
/// \tparam Archive  an `archive`
///
/// \code
/// paragon::pareto::concurrent_archive best(paragon::pareto::archive<double, std::string, 2>{});
/// best.insert({12.5, 0.93}, "wide");  // from any thread
/// auto result = best.take();
/// \endcode
template <class Archive>
class concurrent_archive {
public:
  using number = typename Archive::number;

  /// Goes on from what `start` holds, mostly nothing.
  explicit concurrent_archive(Archive start) : archive_(std::move(start)) {}

  /// As `archive::insert`; only whether the point was inserted, as positions change under other threads' hands.
  template <class... Payload>
    requires requires(Archive& a, list_view<number> p, Payload&&... x) { a.insert(p, std::forward<Payload>(x)...); }
  bool insert(list_view<number> point, Payload&&... payload) {
    const std::lock_guard lock(mutex_);
    return static_cast<bool>(archive_.insert(point, std::forward<Payload>(payload)...));
  }

  /// As `archive::merge`.
  std::size_t merge(Archive other) {
    const std::lock_guard lock(mutex_);
    return archive_.merge(std::move(other));
  }

  [[nodiscard]] bool covers(list_view<number> point) const {
    const std::lock_guard lock(mutex_);
    return archive_.covers(point);
  }

  [[nodiscard]] std::size_t size() const {
    const std::lock_guard lock(mutex_);
    return archive_.size();
  }

  /// A copy of the archive as it is now.
  [[nodiscard]] Archive snapshot() const {
    const std::lock_guard lock(mutex_);
    return archive_;
  }

  /// Hands the archive over; an empty one of the same kind stays.
  [[nodiscard]] Archive take() {
    const std::lock_guard lock(mutex_);
    Archive fresh(archive_.way(), archive_.bound());
    return std::exchange(archive_, std::move(fresh));
  }

private:
  mutable std::mutex mutex_;
  Archive archive_;
};

}  // namespace paragon::pareto
