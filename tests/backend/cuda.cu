// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <paragon/backend/cuda.cuh>

#include "../support.hpp"
#include "generic.hpp"

namespace {

using paragon::backend::cuda;
namespace tests = paragon_test::backend_tests;

static_assert(paragon::backend::kernels<cuda, float>);
static_assert(paragon::backend::kernels<cuda, double>);

/// Runs a test where there is a device.
void on_device(void (*test)()) {
  if (!cuda::available()) {
    paragon_test::skip("no CUDA device");
    return;
  }
  test();
}

}  // namespace

TEST_CASE_TEMPLATE("backend: cuda copies and clears memory", T, float, double) { on_device(tests::memory<cuda, T>); }

TEST_CASE_TEMPLATE("backend: cuda products agree with plain sums", T, float, double) {
  on_device(tests::products<cuda, T>);
}

TEST_CASE_TEMPLATE("backend: cuda batched products agree with plain sums", T, float, double) {
  on_device(tests::batched_products<cuda, T>);
}

TEST_CASE_TEMPLATE("backend: cuda maps agree with the standard functions and their slopes", T, float, double) {
  on_device(tests::maps<cuda, T>);
}

TEST_CASE_TEMPLATE("backend: cuda maps broadcast rows and columns", T, float, double) {
  on_device(tests::broadcast_maps<cuda, T>);
  on_device(tests::index_maps<cuda, T>);
}

TEST_CASE_TEMPLATE("backend: cuda sums everything", T, float, double) { on_device(tests::sums_of_everything<cuda, T>); }

TEST_CASE_TEMPLATE("backend: cuda sums rows and columns", T, float, double) {
  on_device(tests::sums_of_rows_and_columns<cuda, T>);
}

TEST_CASE_TEMPLATE("backend: cuda sums grow beyond what a running sum in float can count", T, float, double) {
  on_device(tests::sums_that_outgrow_float<cuda, T>);
}

TEST_CASE_TEMPLATE("backend: cuda norms of rows are right where squares leave the range", T, float, double) {
  on_device(tests::norms_of_rows<cuda, T>);
}

TEST_CASE_TEMPLATE("backend: cuda softmax and its adjoints agree with extended precision", T, float, double) {
  on_device(tests::softmax<cuda, T>);
}

TEST_CASE_TEMPLATE("backend: cuda softmax of masked rows and of NaN", T, float, double) {
  on_device(tests::softmax_of_special_rows<cuda, T>);
}

TEST_CASE_TEMPLATE("backend: cuda layer normalisation agrees with extended precision", T, float, double) {
  on_device(tests::layer_norm<cuda, T>);
}

TEST_CASE_TEMPLATE("backend: cuda layer normalisation of equal numbers, far from 0 and in any unit", T, float, double) {
  on_device(tests::layer_norm_of_hard_rows<cuda, T>);
}

TEST_CASE_TEMPLATE("backend: cuda gathers and scatters rows", T, float, double) { on_device(tests::gathers<cuda, T>); }

TEST_CASE_TEMPLATE("backend: cuda keeps entries of equal index", T, float, double) { on_device(tests::masks<cuda, T>); }

TEST_CASE_TEMPLATE("backend: cuda copies and adds blocks of columns", T, float, double) {
  on_device(tests::blocks_of_columns<cuda, T>);
}

TEST_CASE_TEMPLATE("backend: cuda Adam follows the papers", T, float, double) { on_device(tests::adam<cuda, T>); }

TEST_CASE_TEMPLATE("backend: cuda SGD follows PyTorch's definition", T, float, double) {
  on_device(tests::sgd<cuda, T>);
}

namespace {

template <class T>
void repeat_every_kernel() {
  const auto want = tests::every_kernel<cuda, T>();
  const auto got = tests::every_kernel<cuda, T>();
  REQUIRE(got.size() == want.size());
  for (std::size_t kernel = 0; kernel < got.size(); ++kernel) {
    INFO("result " << kernel);
    tests::check_equal(got[kernel], want[kernel]);
  }
}

void ask_for_too_much() {
  CHECK_THROWS_AS((void)cuda::allocate(std::size_t{1} << 60), paragon::error);
  tests::memory<cuda, float>();
}

}  // namespace

TEST_CASE_TEMPLATE("backend: cuda gives the same bits twice", T, float, double) { on_device(repeat_every_kernel<T>); }

TEST_CASE("backend: cuda reports memory that it cannot have, and goes on") { on_device(ask_for_too_much); }
