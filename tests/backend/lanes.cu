// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <paragon/backend/cuda/lanes.cuh>

#include "../support.hpp"
#include "generic/lanes.hpp"

namespace {

using paragon::backend::cuda;
namespace tests = paragon_test::backend_tests;

static_assert(paragon::backend::lanes_of<cuda, float>);
static_assert(paragon::backend::lanes_of<cuda, double>);

/// Runs a test where there is a device.
void on_device(void (*test)()) {
  if (!cuda::available()) {
    paragon_test::skip("no CUDA device");
    return;
  }
  test();
}

}  // namespace

TEST_CASE_TEMPLATE("backend: cuda lanes are packed and unpacked", T, float, double) {
  on_device(tests::lanes_pack<cuda, T>);
}

TEST_CASE_TEMPLATE("backend: cuda lane products agree with plain sums", T, float, double) {
  on_device(tests::lanes_products<cuda, T>);
}

TEST_CASE_TEMPLATE("backend: cuda lanes are normalised", T, float, double) {
  on_device(tests::lanes_normalise<cuda, T>);
}

TEST_CASE_TEMPLATE("backend: cuda lanes of equal numbers and far from 0 are normalised", T, float, double) {
  on_device(tests::lanes_normalise_hard_rows<cuda, T>);
}

TEST_CASE_TEMPLATE("backend: cuda lane posteriors agree with Bayes' rule", T, float, double) {
  on_device(tests::lanes_posterior<cuda, T>);
}

TEST_CASE_TEMPLATE("backend: cuda lane attention agrees with the formula", T, float, double) {
  on_device(tests::lanes_attention<cuda, T>);
}
