// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <algorithm>
#include <condition_variable>
#include <cstddef>
#include <exception>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace paragon {

/// A fixed set of worker threads that run index ranges.
///
/// Results must not depend on the number of threads, so `for_blocks` cuts the range into blocks of a size that the caller
/// gives, never of a size derived from the thread count: a reduction kept per block is then the same for any pool.
/// `thread_pool{1}` starts no thread and runs everything inline. Calls from inside a block run inline as well.
class thread_pool {
public:
  /// \param threads  the number that work at once, the caller included; 0 means as many as the machine has
  explicit thread_pool(std::size_t threads = 1) {
    if (threads == 0) threads = std::max(1U, std::thread::hardware_concurrency());
    for (std::size_t i = 1; i < threads; ++i) workers_.emplace_back([this] { serve(); });
  }

  thread_pool(const thread_pool&) = delete;
  thread_pool& operator=(const thread_pool&) = delete;

  ~thread_pool() {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    wake_.notify_all();
    for (auto& worker : workers_) worker.join();
  }

  [[nodiscard]] std::size_t size() const noexcept { return workers_.size() + 1; }

  /// Calls `body(begin, end)` for consecutive blocks of [0, n) of at most `block` indices, in any order, and returns when
  /// all are done. The first exception thrown by a block is rethrown here. Where another thread is using the pool already,
  /// the blocks run on the calling thread alone.
  /// \pre block > 0
  template <class Body>
  void for_blocks(std::size_t n, std::size_t block, Body&& body) {
    const std::size_t blocks = (n + block - 1) / block;
    std::unique_lock turn(turn_, std::defer_lock);
    if (workers_.empty() || blocks <= 1 || inside_ || !turn.try_lock()) {
      for (std::size_t b = 0; b < blocks; ++b) body(b * block, std::min(n, (b + 1) * block));
      return;
    }
    const std::function<void(std::size_t)> run = [&](std::size_t b) { body(b * block, std::min(n, (b + 1) * block)); };
    {
      const std::lock_guard lock(mutex_);
      run_ = &run;
      next_ = 0;
      blocks_ = blocks;
      pending_ = blocks;
      failure_ = nullptr;
    }
    wake_.notify_all();
    inside_ = true;
    drain();
    inside_ = false;
    std::unique_lock lock(mutex_);
    done_.wait(lock, [this] { return pending_ == 0; });
    run_ = nullptr;
    blocks_ = 0;
    if (failure_) std::rethrow_exception(failure_);
  }

private:
  void serve() {
    inside_ = true;
    for (;;) {
      {
        std::unique_lock lock(mutex_);
        wake_.wait(lock, [this] { return stopping_ || next_ < blocks_; });
        if (stopping_) return;
      }
      drain();
    }
  }

  void drain() {
    for (;;) {
      std::size_t b = 0;
      const std::function<void(std::size_t)>* run = nullptr;
      {
        const std::lock_guard lock(mutex_);
        if (next_ >= blocks_) return;
        b = next_++;
        run = run_;
      }
      std::exception_ptr failure;
      try {
        (*run)(b);
      } catch (...) {
        failure = std::current_exception();
      }
      const std::lock_guard lock(mutex_);
      if (failure && !failure_) failure_ = failure;
      if (--pending_ == 0) done_.notify_all();
    }
  }

  inline static thread_local bool inside_ = false;

  std::vector<std::thread> workers_;
  std::mutex turn_;  // held by the caller whose blocks are running
  std::mutex mutex_;
  std::condition_variable wake_;
  std::condition_variable done_;
  const std::function<void(std::size_t)>* run_ = nullptr;
  std::size_t next_ = 0;
  std::size_t blocks_ = 0;
  std::size_t pending_ = 0;
  std::exception_ptr failure_;
  bool stopping_ = false;
};

}  // namespace paragon
