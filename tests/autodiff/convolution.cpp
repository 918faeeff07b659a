// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

#include <paragon/autodiff/convolution.hpp>
#include <paragon/autodiff/elementwise.hpp>
#include <paragon/autodiff/gradient_check.hpp>
#include <paragon/nn/convolution.hpp>

#include "random_tensor.hpp"

using namespace paragon::autodiff;
using paragon::backend::convolution_size;
using paragon_test::away_from_zero;
using paragon_test::normal;

namespace {

/// The definition: six loops in double, with the adjoints by input and weights.
struct definition {
  std::vector<double> y;
  std::vector<double> dx;
  std::vector<double> dw;

  template <class T>
  definition(const convolution_size& s, bool relu, const T* x, const T* w, const T* dy)
      : y(s.images * s.out_height() * s.out_width() * s.out), dx(s.images * s.height * s.width * s.in),
        dw(s.weights()) {
    const auto edge = static_cast<long>(s.padding());
    for (std::size_t at = 0; at < y.size(); ++at) {
      const std::size_t o = at % s.out;
      const std::size_t column = at / s.out % s.out_width();
      const std::size_t row = at / s.out / s.out_width() % s.out_height();
      const std::size_t n = at / s.out / s.out_width() / s.out_height();
      for (std::size_t k = 0; k < s.kernel * s.kernel; ++k) {
        const long h = static_cast<long>(row * s.stride + k / s.kernel) - edge;
        const long v = static_cast<long>(column * s.stride + k % s.kernel) - edge;
        if (h < 0 || v < 0 || h >= static_cast<long>(s.height) || v >= static_cast<long>(s.width)) continue;
        for (std::size_t c = 0; c < s.in; ++c) {
          const std::size_t i =
              ((n * s.height + static_cast<std::size_t>(h)) * s.width + static_cast<std::size_t>(v)) * s.in + c;
          const std::size_t j = (k * s.in + c) * s.out + o;
          const bool open = !relu || x[i] > 0;
          const auto value = open ? static_cast<double>(x[i]) : 0.0;
          y[at] += value * static_cast<double>(w[j]);
          if (open) dx[i] += static_cast<double>(w[j]) * static_cast<double>(dy[at]);
          dw[j] += value * static_cast<double>(dy[at]);
        }
      }
    }
  }
};

/// The largest difference from the definition, in relation to the largest value.
template <class T>
double error(const convolution_size& s, bool relu, std::uint32_t stream) {
  const auto x = normal<T>({s.images, s.height, s.width, s.in}, stream);
  const auto w = normal<T>({s.kernel, s.kernel, s.in, s.out}, stream + 1);
  const auto dy = normal<T>({s.images, s.out_height(), s.out_width(), s.out}, stream + 2);
  tape<T> context;
  const auto vx = context.input(x);
  const auto vw = context.input(w);
  const auto y = relu ? relu_convolution(vx, vw, s.stride) : convolution(vx, vw, s.stride);
  REQUIRE(y.shape() == dy.shape());
  context.backward(y, dy.data(), 1);
  const definition expected(s, relu, x.data(), w.data(), dy.data());
  double worst = 0;
  const auto compare = [&](const T* got, const std::vector<double>& want) {
    double greatest = 1;
    for (const double v : want) greatest = std::max(greatest, std::abs(v));
    worst = std::max(worst, paragon_test::largest_difference(want, got, want.size()) / greatest);
  };
  compare(y.data(), expected.y);
  compare(context.gradient(vx), expected.dx);
  compare(context.gradient(vw), expected.dw);
  return worst;
}

}  // namespace

TEST_CASE_TEMPLATE("autodiff: convolutions and their adjoints agree with the definition", T, float, double) {
  const double tolerance = sizeof(T) == 4 ? 1e-5 : 1e-13;
  std::uint32_t stream = 100;
  for (const std::size_t kernel : {1U, 3U, 5U, 7U}) {
    for (const std::size_t stride : {1U, 2U}) {
      for (const auto& [in, out] :
           {std::pair<std::size_t, std::size_t>{1, 1}, {3, 16}, {16, 16}, {17, 40}, {32, 5}, {33, 34}}) {
        for (const auto& [height, width] :
             {std::pair<std::size_t, std::size_t>{1, 1}, {2, 3}, {4, 4}, {5, 9}, {7, 16}}) {
          const convolution_size s{3, height, width, in, out, kernel, stride};
          CAPTURE(kernel);
          CAPTURE(stride);
          CAPTURE(in);
          CAPTURE(out);
          CAPTURE(height);
          CAPTURE(width);
          CHECK(error<T>(s, stride == 1, stream += 3) < tolerance);
        }
      }
    }
  }
}

TEST_CASE("autodiff: convolutions of many images, in several blocks and groups") {
  CHECK(error<float>({37, 4, 4, 16, 16, 3, 1}, true, 900) < 1e-5);
  CHECK(error<float>({70, 8, 8, 16, 32, 3, 2}, false, 910) < 1e-5);
  CHECK(error<float>({33, 16, 16, 3, 16, 3, 1}, false, 920) < 1e-5);
}

TEST_CASE("autodiff: gradients of convolutions") {
  for (const std::size_t stride : {1U, 2U}) {
    const auto f = [stride](auto&, const auto& x) { return convolution(x[0], x[1], stride); };
    CHECK(gradient_error(f, {normal({2, 5, 4, 3}, 1), normal({3, 3, 3, 2}, 2)}) < 1e-8);
    const auto g = [stride](auto&, const auto& x) { return relu_convolution(x[0], x[1], stride); };
    CHECK(gradient_error(g, {away_from_zero({2, 5, 4, 3}, 3), normal({3, 3, 3, 2}, 4)}) < 1e-8);
    CHECK(gradient_error(g, {away_from_zero({2, 4, 4, 9}, 5), normal({1, 1, 9, 17}, 6)}) < 1e-8);
  }
}

TEST_CASE("autodiff: a 1x1 convolution with the centre of 3x3 weights adds to their gradient there alone") {
  const auto f = [](auto& context, const auto& x) {
    return convolution(x[0], context.view(x[1], 4 * 3 * 2, {1, 1, 3, 2}));
  };
  CHECK(gradient_error(f, {normal({2, 4, 4, 3}, 7), normal({3, 3, 3, 2}, 8)}) < 1e-8);
}

TEST_CASE("autodiff: convolutions give the same bits for any number of threads") {
  const auto x = normal<float>({40, 8, 8, 16}, 11);
  const auto w = normal<float>({3, 3, 16, 32}, 12);
  std::vector<std::vector<float>> results;
  for (const std::size_t threads : {1U, 2U, 3U}) {
    paragon::thread_pool pool(threads);
    const paragon::backend::cpu::use_pool kernels(pool);
    tape<float> context;
    const auto vx = context.input(x);
    const auto vw = context.input(w);
    const auto y = relu_convolution(vx, vw, 2);
    context.backward(y, nullptr, 1);
    std::vector<float> all(y.span().begin(), y.span().end());
    all.insert(all.end(), context.gradient(vx), context.gradient(vx) + x.size());
    all.insert(all.end(), context.gradient(vw), context.gradient(vw) + w.size());
    results.push_back(all);
  }
  CHECK(results[0] == results[1]);
  CHECK(results[0] == results[2]);
}

TEST_CASE("autodiff: an image's convolution does not depend on the others") {
  const auto x = normal<float>({9, 5, 5, 16}, 13);
  const auto w = normal<float>({3, 3, 16, 16}, 14);
  evaluation<float> context;
  const auto all = convolution(context.constant(x), context.constant(w));
  for (std::size_t n = 0; n < 9; ++n) {
    const auto one = convolution(context.constant(x.data() + n * 400, {1, 5, 5, 16}), context.constant(w));
    CHECK(std::equal(one.span().begin(), one.span().end(), all.data() + n * 400));
  }
}

TEST_CASE("autodiff: convolutions say what does not fit") {
  evaluation<float> context;
  const auto images = context.constant(nullptr, {2, 4, 4, 3});
  CHECK_THROWS_WITH_AS((void)convolution(images, context.constant(nullptr, {3, 3, 4, 8})),
                       doctest::Contains("images (2, 4, 4, 3) and weights (3, 3, 4, 8) with stride 1"), paragon::error);
  CHECK_THROWS_AS((void)convolution(images, context.constant(nullptr, {2, 2, 3, 8})), paragon::error);
  CHECK_THROWS_AS((void)convolution(images, context.constant(nullptr, {13, 13, 3, 8})), paragon::error);
  CHECK_THROWS_AS((void)convolution(images, context.constant(nullptr, {3, 3, 3, 8}), 3), paragon::error);
  CHECK_THROWS_AS((void)convolution(context.constant(nullptr, {4, 4, 3}), context.constant(nullptr, {3, 3, 3, 8})),
                  paragon::error);
}
