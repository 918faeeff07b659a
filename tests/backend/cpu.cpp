// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <condition_variable>
#include <mutex>
#include <set>
#include <thread>

#include <paragon/backend/cpu.hpp>

#include "generic.hpp"

namespace {

using paragon::backend::cpu;
namespace tests = paragon_test::backend_tests;

static_assert(paragon::backend::kernels<cpu, float>);
static_assert(paragon::backend::kernels<cpu, double>);

}  // namespace

TEST_CASE_TEMPLATE("backend: cpu copies and clears memory", T, float, double) { tests::memory<cpu, T>(); }

TEST_CASE_TEMPLATE("backend: cpu products agree with plain sums", T, float, double) { tests::products<cpu, T>(); }

TEST_CASE_TEMPLATE("backend: cpu batched products agree with plain sums", T, float, double) {
  tests::batched_products<cpu, T>();
}

TEST_CASE_TEMPLATE("backend: cpu maps agree with the standard functions and their slopes", T, float, double) {
  tests::maps<cpu, T>();
}

TEST_CASE_TEMPLATE("backend: cpu maps broadcast rows and columns", T, float, double) {
  tests::broadcast_maps<cpu, T>();
  tests::index_maps<cpu, T>();
}

TEST_CASE_TEMPLATE("backend: cpu sums everything", T, float, double) { tests::sums_of_everything<cpu, T>(); }

TEST_CASE_TEMPLATE("backend: cpu sums rows and columns", T, float, double) {
  tests::sums_of_rows_and_columns<cpu, T>();
}

TEST_CASE_TEMPLATE("backend: cpu sums grow beyond what a running sum in float can count", T, float, double) {
  tests::sums_that_outgrow_float<cpu, T>();
}

TEST_CASE_TEMPLATE("backend: cpu norms of rows are right where squares leave the range", T, float, double) {
  tests::norms_of_rows<cpu, T>();
}

TEST_CASE_TEMPLATE("backend: cpu softmax and its adjoints agree with extended precision", T, float, double) {
  tests::softmax<cpu, T>();
}

TEST_CASE_TEMPLATE("backend: cpu softmax of masked rows and of NaN", T, float, double) {
  tests::softmax_of_special_rows<cpu, T>();
}

TEST_CASE_TEMPLATE("backend: cpu layer normalisation agrees with extended precision", T, float, double) {
  tests::layer_norm<cpu, T>();
}

TEST_CASE_TEMPLATE("backend: cpu layer normalisation of equal numbers, far from 0 and in any unit", T, float, double) {
  tests::layer_norm_of_hard_rows<cpu, T>();
}

TEST_CASE_TEMPLATE("backend: cpu gathers and scatters rows", T, float, double) { tests::gathers<cpu, T>(); }

TEST_CASE_TEMPLATE("backend: cpu keeps entries of equal index", T, float, double) { tests::masks<cpu, T>(); }

TEST_CASE_TEMPLATE("backend: cpu copies and adds blocks of columns", T, float, double) {
  tests::blocks_of_columns<cpu, T>();
}

TEST_CASE_TEMPLATE("backend: cpu Adam follows the papers", T, float, double) { tests::adam<cpu, T>(); }

TEST_CASE_TEMPLATE("backend: cpu SGD follows PyTorch's definition", T, float, double) { tests::sgd<cpu, T>(); }

TEST_CASE_TEMPLATE("backend: cpu gives the same bits with 1, 2 and 3 threads", T, float, double) {
  const auto want = tests::every_kernel<cpu, T>();
  for (const std::size_t threads : {std::size_t{2}, std::size_t{3}}) {
    INFO("threads " << threads);
    paragon::thread_pool pool(threads);
    const cpu::use_pool kernels(pool);
    CHECK(cpu::thread_count() == threads);
    const auto got = tests::every_kernel<cpu, T>();
    REQUIRE(got.size() == want.size());
    for (std::size_t kernel = 0; kernel < got.size(); ++kernel) {
      INFO("result " << kernel);
      tests::check_equal(got[kernel], want[kernel]);
    }
  }
}

TEST_CASE("backend: kernels of the host use the pool that their caller lends, until its block ends") {
  CHECK(cpu::thread_count() == 1);
  paragon::thread_pool two(2), three(3);
  const auto on_threads = [] {
    std::mutex mutex;
    std::set<std::thread::id> seen;
    std::condition_variable arrived;
    const std::size_t threads = cpu::thread_count();
    cpu::for_range(threads, 1, [&](std::size_t, std::size_t) {
      std::unique_lock lock(mutex);
      seen.insert(std::this_thread::get_id());
      arrived.notify_all();
      // Each block waits for the others to begin, so that no thread takes two.
      arrived.wait(lock, [&] { return seen.size() == threads; });
    });
    return seen.size();
  };
  CHECK(on_threads() == 1);
  {
    const cpu::use_pool outer(two);
    CHECK(on_threads() == 2);
    {
      const cpu::use_pool inner(three);
      CHECK(on_threads() == 3);
      std::thread([] { CHECK(cpu::thread_count() == 1); }).join();  // lent to the thread that calls, not to others
    }
    CHECK(on_threads() == 2);
  }
  CHECK(cpu::thread_count() == 1);
}
