// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include <paragon/core/random_key.hpp>
#include <paragon/onnx/operators.hpp>
#include <paragon/tensor/npy.hpp>

#include "../scratch.hpp"
#include "../support.hpp"
#include "python.hpp"

namespace onnx = paragon::onnx;
using paragon::shape;

namespace {

/// [n, h, w, c], channels last as our layers have them.
struct images {
  std::size_t n, h, w, c;
  std::vector<double> v;

  images(std::size_t n_, std::size_t h_, std::size_t w_, std::size_t c_)
      : n(n_), h(h_), w(w_), c(c_), v(n_ * h_ * w_ * c_) {}
  double& at(std::size_t i, std::size_t y, std::size_t x, std::size_t k) { return v[((i * h + y) * w + x) * c + k]; }
  double at(std::size_t i, std::size_t y, std::size_t x, std::size_t k) const {
    return v[((i * h + y) * w + x) * c + k];
  }
};

/// Sums over the window of each pixel of the result: body(image, y, x) for its pixels, and (fy, fx) in the window.
template <class Body>
void windows(const images& in, images& out, std::size_t k, std::size_t stride, std::size_t padding, Body body) {
  for (std::size_t i = 0; i < out.n; ++i) {
    for (std::size_t y = 0; y < out.h; ++y) {
      for (std::size_t x = 0; x < out.w; ++x) {
        for (std::size_t fy = 0; fy < k; ++fy) {
          for (std::size_t fx = 0; fx < k; ++fx) {
            const std::size_t sy = y * stride + fy;
            const std::size_t sx = x * stride + fx;
            if (sy < padding || sx < padding || sy >= in.h + padding || sx >= in.w + padding) continue;
            body(i, y, x, fy, fx, sy - padding, sx - padding);
          }
        }
      }
    }
  }
}

std::size_t halved(std::size_t n, std::size_t stride) { return (n + stride - 1) / stride; }

images convolution(const images& x, const std::vector<float>& w, std::size_t k, std::size_t stride, std::size_t out,
                   const std::vector<float>& bias = {}) {
  images y(x.n, halved(x.h, stride), halved(x.w, stride), out);
  for (std::size_t p = 0; p < y.v.size(); ++p) y.v[p] = bias.empty() ? 0 : bias[p % out];
  windows(x, y, k, stride, k / 2, [&](auto i, auto oy, auto ox, auto fy, auto fx, auto sy, auto sx) {
    for (std::size_t a = 0; a < x.c; ++a) {
      for (std::size_t b = 0; b < out; ++b) {
        y.at(i, oy, ox, b) += x.at(i, sy, sx, a) * static_cast<double>(w[((fy * k + fx) * x.c + a) * out + b]);
      }
    }
  });
  return y;
}

images depthwise(const images& x, const std::vector<float>& w, std::size_t k, std::size_t stride) {
  images y(x.n, halved(x.h, stride), halved(x.w, stride), x.c);
  windows(x, y, k, stride, k / 2, [&](auto i, auto oy, auto ox, auto fy, auto fx, auto sy, auto sx) {
    for (std::size_t a = 0; a < x.c; ++a) {
      y.at(i, oy, ox, a) += x.at(i, sy, sx, a) * static_cast<double>(w[(fy * k + fx) * x.c + a]);
    }
  });
  return y;
}

images average_pool(const images& x, std::size_t k, std::size_t stride) {
  const std::size_t p = k % 2 == 0 ? 0 : k / 2;
  images y(x.n, (x.h + 2 * p - k) / stride + 1, (x.w + 2 * p - k) / stride + 1, x.c);
  images count = y;
  windows(x, y, k, stride, p, [&](auto i, auto oy, auto ox, auto, auto, auto sy, auto sx) {
    for (std::size_t a = 0; a < x.c; ++a) {
      y.at(i, oy, ox, a) += x.at(i, sy, sx, a);
      ++count.at(i, oy, ox, a);
    }
  });
  for (std::size_t j = 0; j < y.v.size(); ++j) y.v[j] /= count.v[j];
  return y;
}

images global_average(const images& x) {
  images y(x.n, 1, 1, x.c);
  for (std::size_t i = 0; i < x.n; ++i) {
    for (std::size_t p = 0; p < x.h * x.w; ++p) {
      for (std::size_t a = 0; a < x.c; ++a) {
        y.at(i, 0, 0, a) += x.v[(i * x.h * x.w + p) * x.c + a] / static_cast<double>(x.h * x.w);
      }
    }
  }
  return y;
}

images each(images x, const std::function<double(double)>& f) {
  for (double& v : x.v) v = f(v);
  return x;
}
double rectified(double v) { return std::max(v, 0.0); }
double hard_sigmoid(double v) { return std::clamp(v + 3, 0.0, 6.0) / 6; }

/// Writes [n, c, h, w], or [n, c] where `flat`.
void save(const std::string& path, const images& x, bool flat) {
  paragon::tensor<float> t(flat ? shape{x.n, x.c} : shape{x.n, x.c, x.h, x.w});
  std::size_t k = 0;
  for (std::size_t i = 0; i < x.n; ++i) {
    for (std::size_t a = 0; a < x.c; ++a) {
      for (std::size_t y = 0; y < x.h; ++y) {
        for (std::size_t z = 0; z < x.w; ++z) t[k++] = static_cast<float>(x.at(i, y, z, a));
      }
    }
  }
  paragon::save_npy(path, t);
}

/// A model in which every operator occurs and every result is an output, with what it should give.
void write_case(const std::string& folder, std::uint64_t seed) {
  std::filesystem::create_directories(folder);
  const paragon::random_key key{.seed = seed};
  std::uint64_t draws = 0;
  const auto number = [&](std::size_t low, std::size_t high) { return low + key.below(high - low + 1, draws++); };
  const auto numbers = [&](std::size_t n, double least = -1e300) {
    std::vector<float> v(n);
    for (float& f : v) f = static_cast<float>(std::max(least, key.normal(draws++)));
    return v;
  };
  images x(3, number(5, 9), number(5, 9), number(1, 4));
  for (double& v : x.v) v = static_cast<float>(3 * key.normal(draws++));

  onnx::model m("every operator");
  const auto extent = [](std::size_t n) { return static_cast<std::int64_t>(n); };
  std::size_t outputs = 0;
  // Rounded to float, so that errors do not add up from operator to operator.
  const auto result = [&](const onnx::value& v, images expected) {
    const bool flat = v.extents.size() == 2;
    CHECK(v.extents ==
          (flat ? std::vector<std::int64_t>{onnx::batch, extent(expected.c)}
                : std::vector<std::int64_t>{onnx::batch, extent(expected.c), extent(expected.h), extent(expected.w)}));
    m.output(v);
    save(folder + "/output_" + std::to_string(outputs++) + ".npy", expected, flat);
    return std::pair(v, std::move(expected));
  };

  const auto in = m.input("image", {onnx::batch, extent(x.c), extent(x.h), extent(x.w)});
  save(folder + "/input.npy", x, false);
  const std::size_t c = number(2, 7);

  const auto w0 = numbers(9 * x.c * c);
  const auto [v0, x0] = result(onnx::convolution(m, "stem", in, w0, {.out = extent(c)}), convolution(x, w0, 3, 1, c));

  const auto mean = numbers(c);
  const auto variance = numbers(c, 0.1);
  const auto gain = numbers(c);
  const auto shift = numbers(c);
  images normal = x0;
  for (std::size_t i = 0; i < normal.v.size(); ++i) {
    normal.v[i] = (normal.v[i] - mean[i % c]) / std::sqrt(static_cast<double>(variance[i % c]) + 1e-3);
  }
  const auto [v1, x1] = result(onnx::batch_norm(m, "plain norm", v0, mean, variance, {}, {}, 1e-3F), normal);
  for (std::size_t i = 0; i < normal.v.size(); ++i) normal.v[i] = normal.v[i] * gain[i % c] + shift[i % c];
  const auto [v2, x2] = result(onnx::batch_norm(m, "norm", v0, mean, variance, gain, shift, 1e-3F), normal);
  const auto [v3, x3] = result(onnx::relu(m, "relu", v2), each(x2, rectified));

  const auto w4 = numbers(c * c);
  const auto [v4, x4] =
      result(onnx::convolution(m, "point", v3, w4, {.out = extent(c), .kernel = 1}), convolution(x3, w4, 1, 1, c));
  const auto [v5, x5] = result(onnx::average_pool(m, "pool", v3), average_pool(x3, 3, 1));
  images sum = x4;
  for (std::size_t i = 0; i < sum.v.size(); ++i) sum.v[i] += x5.v[i];
  const auto [v6, x6] = result(onnx::add(m, "sum", v4, v5), sum);

  const auto w7 = numbers(25 * c * (c + 1));
  const auto b7 = numbers(c + 1);
  const auto [v7, x7] =
      result(onnx::convolution(m, "down", v6, w7, {.out = extent(c + 1), .kernel = 5, .stride = 2}, b7),
             convolution(x6, w7, 5, 2, c + 1, b7));
  const auto [v8, x8] =
      result(onnx::average_pool(m, "pool down", v6, {.kernel = 3, .stride = 2}), average_pool(x6, 3, 2));
  const auto [v9, x9] = result(onnx::average_pool(m, "halve", v6, {.kernel = 2, .stride = 2}), average_pool(x6, 2, 2));
  const auto small = each(x7, [](double v) { return v / 8; });
  const auto [v10, x10] = result(onnx::scale(m, "eighth", v7, 0.125F), small);
  const auto [v11, x11] =
      result(onnx::hard_swish(m, "swish", v10), each(x10, [](double v) { return v * hard_sigmoid(v); }));
  const auto w12 = numbers(9 * (c + 1));
  const auto [v12, x12] = result(onnx::depthwise_convolution(m, "depthwise", v11, w12), depthwise(x11, w12, 3, 1));
  const auto w13 = numbers(49 * (c + 1));
  const auto [v13, x13] =
      result(onnx::depthwise_convolution(m, "wide", v12, w13, {.kernel = 7, .stride = 2}), depthwise(x12, w13, 7, 2));

  const auto [v14, x14] = result(onnx::global_average_pool(m, "squeeze", v13), global_average(x13));
  const auto [v15, x15] = result(onnx::hard_sigmoid(m, "gate", v14), each(x14, hard_sigmoid));
  images gated = x13;
  for (std::size_t i = 0; i < gated.n; ++i) {
    for (std::size_t p = 0; p < gated.h * gated.w; ++p) {
      for (std::size_t a = 0; a < gated.c; ++a)
        gated.v[(i * gated.h * gated.w + p) * gated.c + a] *= x15.at(i, 0, 0, a);
    }
  }
  const auto [v16, x16] = result(onnx::multiply(m, "excite", v13, v15), gated);
  const auto [v17, x17] = result(onnx::multiply(m, "square", v16, v16), each(x16, [](double v) { return v * v; }));
  const auto [v18, x18] = result(onnx::identity(m, "same", v17), x17);
  const auto [v19, x19] = result(onnx::global_average_pool(m, "mean", v18), global_average(x18));
  const auto [v20, x20] = result(onnx::flatten(m, "rows", v19), x19);
  const std::size_t classes = number(1, 10);
  const auto w21 = numbers(classes * (c + 1));
  const auto b21 = numbers(classes);
  images logits(x.n, 1, 1, classes);
  for (std::size_t i = 0; i < x.n; ++i) {
    for (std::size_t k = 0; k < classes; ++k) {
      double value = b21[k];
      for (std::size_t a = 0; a <= c; ++a) value += x20.at(i, 0, 0, a) * static_cast<double>(w21[k * (c + 1) + a]);
      logits.at(i, 0, 0, k) = value;
    }
  }
  (void)result(onnx::linear(m, "logits", v20, w21, b21), logits);
  m.save(folder + "/model.onnx");
}

std::string message(auto&& body) {
  try {
    body();
  } catch (const paragon::error& e) {
    return e.what();
  }
  return "nothing was thrown";
}

}  // namespace

TEST_CASE("onnx: other programs compute from a file what our layers' definitions say") {
  if (!paragon_test::evaluates_onnx()) {
    return paragon_test::skip("no Python with onnx or onnxruntime (PARAGON_PYTHON names one)");
  }
  const paragon_test::scratch_folder folder;
  std::string cases;
  for (const std::uint64_t seed : {1U, 2U, 3U, 4U}) {
    CAPTURE(seed);
    write_case(folder / std::to_string(seed), seed);
    cases.append(" ").append(folder / std::to_string(seed));
  }
  CHECK(std::system(paragon_test::evaluate_command("2e-5" + cases).c_str()) == 0);
  // The comparison can fail: with an output that is another one's.
  std::filesystem::copy_file((folder / "1") + "/output_3.npy", (folder / "1") + "/output_2.npy",
                             std::filesystem::copy_options::overwrite_existing);
  CHECK(std::system((paragon_test::evaluate_command("2e-5 " + (folder / "1")) + " > /dev/null").c_str()) != 0);
}

TEST_CASE("onnx: the extents of results are worked out for any size") {
  const paragon_test::scratch_folder folder;
  for (std::uint64_t seed = 10; seed < 30; ++seed) {
    CAPTURE(seed);
    write_case(folder / std::to_string(seed), seed);  // checks them
  }
}

TEST_CASE("onnx: weights that do not fit the tensors are errors that name the node") {
  onnx::model m;
  const auto x = m.input("x", {onnx::batch, 3, 8, 4});
  const auto rows = m.input("rows", {onnx::batch, 6});
  const std::vector<float> w(54);
  const std::vector<float> three(3);
  CHECK(message([&] { (void)onnx::convolution(m, "a", x, w, {.out = 3}); }) ==
        "onnx::convolution \"a\": 54 values of weights; expected 81");
  CHECK(message([&] { (void)onnx::convolution(m, "a", x, w, {.out = 2}, three); }) ==
        "onnx::convolution \"a\": 3 values of bias; expected 2");
  CHECK(message([&] { (void)onnx::convolution(m, "a", x, w, {.out = 2, .kernel = 2}); }) ==
        "onnx::convolution \"a\": a kernel of 2; expected an odd number");
  CHECK(message([&] { (void)onnx::convolution(m, "a", x, w, {.out = 2, .stride = 0}); }) ==
        "onnx::convolution \"a\": a kernel of 3 and a stride of 0 over (N, 3, 8, 4); expected a kernel that fits, and "
        "both above 0");
  CHECK(message([&] { (void)onnx::convolution(m, "a", x, w, {}); }) ==
        "onnx::convolution \"a\": 0 channels out; expected at least 1");
  CHECK(message([&] { (void)onnx::convolution(m, "a", rows, w, {.out = 2}); }) ==
        "onnx::convolution \"a\": reads (N, 6); expected images, (N, C, H, W)");
  CHECK(message([&] { (void)onnx::depthwise_convolution(m, "a", x, w); }) ==
        "onnx::depthwise_convolution \"a\": 54 values of weights; expected 27");
  CHECK(message([&] { (void)onnx::batch_norm(m, "a", x, three, w); }) ==
        "onnx::batch_norm \"a\": 54 values of variance; expected 3");
  CHECK(message([&] { (void)onnx::batch_norm(m, "a", x, three, three, three); }) ==
        "onnx::batch_norm \"a\": 0 values of bias; expected 3");
  CHECK(message([&] { (void)onnx::average_pool(m, "a", x, {.kernel = 6}); }) ==
        "onnx::average_pool \"a\": a kernel of 6 and a stride of 1 over (N, 3, 8, 4); expected a kernel that fits, and "
        "both above 0");
  CHECK(message([&] { (void)onnx::flatten(m, "a", x); }) ==
        "onnx::flatten \"a\": reads (N, 3, 8, 4); expected images of one pixel");
  CHECK(message([&] { (void)onnx::linear(m, "a", rows, w, three); }) ==
        "onnx::linear \"a\": 54 values of weights; expected 18");
  CHECK(message([&] { (void)onnx::linear(m, "a", x, w, three); }) ==
        "onnx::linear \"a\": reads (N, 3, 8, 4); expected rows, (N, in)");
  CHECK(message([&] { (void)onnx::add(m, "a", x, rows); }) ==
        "onnx::add \"a\": adds (N, 6) to (N, 3, 8, 4); expected the same");
  CHECK(message([&] { (void)onnx::multiply(m, "a", rows, x); }) ==
        "onnx::multiply \"a\": multiplies (N, 6) by (N, 3, 8, 4); expected the same, or a number for each channel");
  // None of these has taken the name.
  CHECK(onnx::relu(m, "a", x).name == "a");
}
