// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "error.hpp"

namespace paragon::inline PARAGON_ISA {

/// A fixed set of worker threads that run index ranges.
///
/// Results must not depend on the number of threads, so `for_blocks` cuts the range into blocks of a size that the caller
/// gives, never of a size derived from the thread count: a reduction kept per block is then the same for any pool.
/// `thread_pool{1}` starts no thread and runs everything inline. Calls from inside a block run inline as well.
class thread_pool {
public:
  /// \param threads  the number that work at once, the caller included; 0 means as many as the machine has
  /// \throws error where the system refuses a thread or memory for it; those that had started have ended then
  explicit thread_pool(std::size_t threads = 1) {
    if (threads == 0) threads = std::max(1U, std::thread::hardware_concurrency());
    std::string refusal;
    try {
      workers_.reserve(threads - 1);
      while (workers_.size() + 1 < threads) workers_.emplace_back([this] { serve(); });
      return;
    } catch (const std::exception& e) {  // std::system_error, std::bad_alloc, std::length_error
      refusal = e.what();
    }
    const std::size_t started = size();
    join();
    throw error("thread_pool",
                "of " + std::to_string(threads) + " threads the system allows " + std::to_string(started) + " (" +
                    refusal + ")",
                "fewer threads, or higher limits of processes and memory");
  }

  thread_pool(const thread_pool&) = delete;
  thread_pool& operator=(const thread_pool&) = delete;

  ~thread_pool() { join(); }

  [[nodiscard]] std::size_t size() const noexcept { return workers_.size() + 1; }

  /// Calls `body(begin, end)` for consecutive blocks of [0, n) of at most `block` indices, in any order, and returns when
  /// all are done. The first exception thrown by a block is rethrown here. Where another thread is using the pool already,
  /// the blocks run on the calling thread alone.
  /// \pre block > 0
  template <class Body>
  void for_blocks(std::size_t n, std::size_t block, Body&& body) {
    const std::size_t blocks = (n + block - 1) / block;
    const auto run = [&](std::size_t b) { body(b * block, std::min(n, (b + 1) * block)); };
    std::unique_lock turn(turn_, std::defer_lock);
    if (workers_.empty() || blocks <= 1 || blocks >= remaining_mask || inside_ || !turn.try_lock()) {
      for (std::size_t b = 0; b < blocks; ++b) run(b);
      return;
    }
    job_ = {[](const void* f, std::size_t b) { (*static_cast<const decltype(run)*>(f))(b); }, &run, blocks};
    failure_ = nullptr;
    pending_.store(blocks, std::memory_order_relaxed);
    state_.store(((state_.load(std::memory_order_relaxed) | remaining_mask) + 1) | blocks, std::memory_order_release);
    state_.notify_all();
    inside_ = true;
    drain();
    inside_ = false;
    for (std::size_t left = pending_.load(std::memory_order_acquire); left != 0;
         left = pending_.load(std::memory_order_acquire)) {
      await_change(pending_, left);
    }
    if (failure_) std::rethrow_exception(failure_);
  }

private:
  /// The number of the call in the upper half, the number of its blocks that nobody has begun in the lower one.
  using state = std::uint64_t;
  static constexpr state remaining_mask = 0xffffffff;
  static constexpr state stop = ~state{0};

  struct job {
    void (*call)(const void*, std::size_t) = nullptr;
    const void* body = nullptr;
    std::size_t blocks = 0;
  };

  /// Returns when `value` is no longer `old`. Kernels follow each other within microseconds, and to sleep and be woken
  /// takes longer than many of them: so it looks for a while before it sleeps.
  template <class T>
  static void await_change(const std::atomic<T>& value, T old) {
    for (int i = 0; i < 4000; ++i) {
      if (value.load(std::memory_order_relaxed) != old) return;
      pause();
    }
    value.wait(old);
  }

  static void pause() noexcept {
#if defined(__GNUC__) && defined(__x86_64__)
    __builtin_ia32_pause();
#else
    std::this_thread::yield();
#endif
  }

  void join() noexcept {
    state_.store(stop);
    state_.notify_all();
    for (auto& worker : workers_) worker.join();
  }

  void serve() {
    inside_ = true;
    for (;;) {
      const state now = state_.load(std::memory_order_acquire);
      if (now == stop) return;
      if ((now & remaining_mask) == 0) {
        await_change(state_, now);
      } else {
        drain();
      }
    }
  }

  void drain() {
    state now = state_.load(std::memory_order_acquire);
    while (now != stop && (now & remaining_mask) != 0) {
      // Only who has taken a block of a call may read its job: it is not replaced before that block is done.
      if (!state_.compare_exchange_weak(now, now - 1, std::memory_order_acq_rel, std::memory_order_acquire)) continue;
      try {
        job_.call(job_.body, job_.blocks - (now & remaining_mask));
      } catch (...) {
        const std::lock_guard lock(failing_);
        if (!failure_) failure_ = std::current_exception();
      }
      if (pending_.fetch_sub(1, std::memory_order_acq_rel) == 1) pending_.notify_one();
      now = state_.load(std::memory_order_acquire);
    }
  }

  inline static thread_local bool inside_ = false;

  /// Bytes that one core holds at a time: what other threads write must not share them.
  static constexpr std::size_t cache_line = 64;

  std::vector<std::thread> workers_;
  std::mutex turn_;                                           // held by the caller whose blocks are running
  alignas(cache_line) job job_;                               // written once a call
  alignas(cache_line) std::atomic<state> state_ = 0;          // written as a block begins
  alignas(cache_line) std::atomic<std::size_t> pending_ = 0;  // blocks that are not done; written as a block ends
  alignas(cache_line) std::mutex failing_;
  std::exception_ptr failure_;
};

}  // namespace paragon
