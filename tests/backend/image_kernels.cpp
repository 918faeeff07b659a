// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <paragon/backend/image_kernels.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>

#include <paragon/backend/cpu.hpp>

#include "generic/batch_norm.hpp"
#include "generic/images.hpp"

namespace {

namespace backend = paragon::backend;
namespace tests = paragon_test::backend_tests;
using backend::cpu;
using backend::image_window;
using std::size_t;

// The smallest models: each group of kernels alone, declared and never called.

struct only_convolution {
  template <class F>
  static void convolve(const backend::convolution_size&, F, const float*, const float*, float*);
  template <class F>
  static void convolve_adjoint(const backend::convolution_size&, F, const float*, const float*, const float*, float*,
                               float*);
};

struct only_batch_norm {
  static void batch_statistics(size_t, size_t, float, const float*, float*, float*, float*);
  static void batch_normalise(size_t, size_t, const float*, const float*, const float*, const float*, const float*,
                              float*);
  static void batch_normalise_sums(size_t, size_t, const float*, const float*, const float*, const float*, float*,
                                   float*);
  static void batch_normalise_adjoint(size_t, size_t, const float*, const float*, const float*, const float*,
                                      const float*, const float*, float*);
};

struct only_pooling {
  static void average_pool(image_window, const float*, float*);
  static void average_pool_adjoint(image_window, const float*, float*);
  static void global_average_pool(size_t, size_t, size_t, const float*, float*);
  static void global_average_pool_adjoint(size_t, size_t, size_t, const float*, float*);
};

struct only_depthwise {
  static void depthwise(image_window, const float*, const float*, float*);
  static void depthwise_adjoint(image_window, const float*, const float*, float*);
  static void depthwise_weight_adjoint(image_window, const float*, const float*, float*);
};

struct only_gate {
  static void gate(size_t, size_t, size_t, const float*, const float*, float*);
  static void gate_adjoint(size_t, size_t, size_t, const float*, const float*, float*);
  static void gate_gain_adjoint(size_t, size_t, size_t, const float*, const float*, float*);
};

struct only_label_losses {
  static void label_losses(size_t, size_t, float, const float*, const std::uint32_t*, float*);
  static void label_losses_adjoint(size_t, size_t, float, const float*, const std::uint32_t*, float, const float*,
                                   float*);
};

/// The global pooling lacks its adjoint.
struct half_pooling {
  static void average_pool(image_window, const float*, float*);
  static void average_pool_adjoint(image_window, const float*, float*);
  static void global_average_pool(size_t, size_t, size_t, const float*, float*);
};

static_assert(backend::has_convolution<only_convolution, float>);
static_assert(backend::has_batch_norm<only_batch_norm, float>);
static_assert(backend::has_pooling<only_pooling, float>);
static_assert(backend::has_depthwise<only_depthwise, float>);
static_assert(backend::has_gate<only_gate, float>);
static_assert(backend::has_label_losses<only_label_losses, float>);

static_assert(!backend::has_convolution<only_convolution, double>);
static_assert(!backend::has_convolution<only_depthwise, float>);
static_assert(!backend::has_batch_norm<only_batch_norm, double>);
static_assert(!backend::has_pooling<only_pooling, double>);
static_assert(!backend::has_pooling<half_pooling, float>);
static_assert(!backend::has_depthwise<only_gate, float>);
static_assert(!backend::has_gate<only_depthwise, float>);
static_assert(!backend::has_label_losses<only_label_losses, double>);
// The groups alone are no backend: they need memory, products and the other kernels beside them.
static_assert(!backend::image_kernels<only_pooling, float>);

}  // namespace

TEST_CASE("backend: the host models the kernels for images for float and double") {
  CHECK(backend::image_kernels<cpu, float>);
  CHECK(backend::image_kernels<cpu, double>);
}

TEST_CASE_TEMPLATE("backend: cpu batch normalisation agrees with extended precision", T, float, double) {
  tests::batch_norm<cpu, T>();
}

TEST_CASE_TEMPLATE("backend: cpu batch normalisation of equal numbers and of great ones", T, float, double) {
  tests::batch_norm_of_hard_columns<cpu, T>();
}

TEST_CASE_TEMPLATE("backend: cpu pooling of windows agrees with plain sums", T, float, double) {
  tests::pooling<cpu, T>();
}

TEST_CASE_TEMPLATE("backend: cpu global pooling and gates agree with plain sums", T, float, double) {
  tests::whole_images<cpu, T>();
}

TEST_CASE_TEMPLATE("backend: cpu depthwise convolution agrees with plain sums", T, float, double) {
  tests::depthwise<cpu, T>();
}

TEST_CASE_TEMPLATE("backend: cpu losses of labels agree with plain sums", T, float, double) {
  tests::label_losses<cpu, T>();
}

TEST_CASE_TEMPLATE("backend: cpu kernels for images give the same bits with 1, 2 and 3 threads", T, float, double) {
  const auto want = tests::every_image_kernel<cpu, T>();
  for (const std::size_t threads : {std::size_t{2}, std::size_t{3}}) {
    INFO("threads " << threads);
    paragon::thread_pool pool(threads);
    const cpu::use_pool kernels(pool);
    const auto got = tests::every_image_kernel<cpu, T>();
    REQUIRE(got.size() == want.size());
    for (std::size_t kernel = 0; kernel < got.size(); ++kernel) {
      INFO("result " << kernel);
      tests::check_equal(got[kernel], want[kernel]);
    }
  }
}
