// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <paragon/backend/image_kernels.hpp>

#include "support.hpp"

// The tests of kernels for images, against plain sums in extended precision.

namespace paragon_test::backend_tests {

using paragon::backend::image_window;

inline constexpr std::size_t channel_counts[] = {1, 3, 16, 17, 48, 65, 130};

inline std::string name(const image_window& w) {
  return std::to_string(w.images) + " x " + std::to_string(w.height) + " x " + std::to_string(w.width) + " x " +
         std::to_string(w.channels) + ", kernel " + std::to_string(w.kernel) + ", stride " + std::to_string(w.stride) +
         ", padding " + std::to_string(w.padding);
}

/// Windows of all kinds: odd sizes, strides beyond the kernel, images narrower than the window, several blocks.
template <class Body>
void for_windows(bool even, Body body) {
  for (const std::size_t channels : channel_counts) {
    for (const std::size_t kernel : {1U, 2U, 3U, 5U, 7U}) {
      if (kernel % 2 == 0 && !even) continue;
      for (const std::size_t stride : {1U, 2U, 3U}) {
        for (const auto& [height, width] : {std::pair<std::size_t, std::size_t>{5, 7}, {4, 4}, {2, 3}, {9, 12}}) {
          image_window w{2, height, width, channels, kernel, stride, kernel % 2 == 0 ? 0 : kernel / 2};
          body(w);
        }
      }
    }
    body(image_window{11, 17, 16, channels, 3, 1, 1});
    body(image_window{11, 17, 16, channels, 3, 2, 1});
    body(image_window{1, 1, 1, channels, 3, 1, 1});
    body(image_window{0, 4, 4, channels, 3, 1, 1});
  }
}

/// Calls `f(result's pixel, image's pixel, tap, pixels seen)` for all pairs that a window joins.
template <class F>
void plain_windows(const image_window& w, F f) {
  for (std::size_t n = 0; n < w.images; ++n) {
    for (std::size_t i = 0; i < w.out_height(); ++i) {
      for (std::size_t j = 0; j < w.out_width(); ++j) {
        std::vector<std::pair<std::size_t, std::size_t>> seen;
        for (std::size_t a = 0; a < w.kernel; ++a) {
          for (std::size_t b = 0; b < w.kernel; ++b) {
            const auto row = static_cast<long>(i * w.stride + a) - static_cast<long>(w.padding);
            const auto column = static_cast<long>(j * w.stride + b) - static_cast<long>(w.padding);
            if (row < 0 || column < 0 || row >= static_cast<long>(w.height) || column >= static_cast<long>(w.width)) {
              continue;
            }
            const auto pixel = static_cast<std::size_t>(row) * w.width + static_cast<std::size_t>(column);
            seen.emplace_back(n * w.height * w.width + pixel, a * w.kernel + b);
          }
        }
        for (const auto& [pixel, tap] : seen) {
          f((n * w.out_height() + i) * w.out_width() + j, pixel, tap, seen.size());
        }
      }
    }
  }
}

/// Sums, and of what size rounding errors may be: `terms` relative to the sum of magnitudes.
struct plain_sums {
  std::vector<double> value, size;
  explicit plain_sums(std::size_t n) : value(n), size(n) {}
  template <class T>
  explicit plain_sums(const std::vector<T>& start) : value(start.begin(), start.end()), size(start.size()) {
    for (std::size_t i = 0; i < size.size(); ++i) size[i] = std::abs(value[i]);
  }
  void add(std::size_t i, double term) {
    value[i] += term;
    size[i] += std::abs(term);
  }
  template <class T>
  void check(const std::vector<T>& got, double roundings) const {
    std::vector<double> bound(size);
    for (double& b : bound) b *= roundings * unit<T>;
    check_within(got, value, bound);
  }
};

template <class B, class T>
void pooling() {
  for_windows(true, [](const image_window& w) {
    if (w.kernel % 2 == 0 && (w.height < w.kernel || w.width < w.kernel)) return;
    INFO("seed 31, " << name(w));
    const std::size_t c = w.channels;
    const std::size_t in = w.images * w.height * w.width * c;
    const std::size_t out = w.images * w.out_height() * w.out_width() * c;
    const auto x = normals<T>(in, 31, 1);
    const auto dy = normals<T>(out, 31, 2);
    const auto start = normals<T>(in, 31, 3);
    plain_sums y(out);
    plain_sums dx(start);
    plain_windows(w, [&](std::size_t to, std::size_t from, std::size_t, std::size_t seen) {
      for (std::size_t k = 0; k < c; ++k) {
        y.add(to * c + k, static_cast<double>(x[from * c + k]) / static_cast<double>(seen));
        dx.add(from * c + k, static_cast<double>(dy[to * c + k]) / static_cast<double>(seen));
      }
    });
    const auto on_x = upload<B>(x);
    const auto on_dy = upload<B>(dy);
    auto on_y = upload<B>(std::vector<T>(out, T(9)));
    auto on_dx = upload<B>(start);
    B::average_pool(w, on_x.data(), on_y.data());
    B::average_pool_adjoint(w, on_dy.data(), on_dx.data());
    y.check(on_y.to_vector(), 16);
    dx.check(on_dx.to_vector(), 16);
  });
}

/// Global pooling and gates.
template <class B, class T>
void whole_images() {
  for (const std::size_t c : channel_counts) {
    for (const auto& [images, pixels] :
         {std::pair<std::size_t, std::size_t>{1, 1}, {3, 35}, {2, 64}, {5, 289}, {40, 64}, {0, 4}}) {
      INFO("seed 32, " << images << " images of " << pixels << " pixels, " << c << " channels");
      const auto x = normals<T>(images * pixels * c, 32, 1);
      const auto dy = normals<T>(x.size(), 32, 2);
      const auto start = normals<T>(x.size(), 32, 3);
      const auto g = normals<T>(images * c, 32, 4);
      plain_sums mean(images * c), spread(start), product(x.size()), dx(start), dg(g);
      for (std::size_t i = 0; i < x.size(); ++i) {
        const std::size_t to = i / (pixels * c) * c + i % c;
        const auto a = static_cast<double>(x[i]);
        const auto d = static_cast<double>(dy[i]);
        mean.add(to, a / static_cast<double>(pixels));
        spread.add(i, static_cast<double>(g[to]) / static_cast<double>(pixels));
        product.add(i, a * static_cast<double>(g[to]));
        dx.add(i, d * static_cast<double>(g[to]));
        dg.add(to, a * d);
      }
      const auto on_x = upload<B>(x);
      const auto on_dy = upload<B>(dy);
      const auto on_g = upload<B>(g);
      auto on_mean = upload<B>(std::vector<T>(images * c, T(9)));
      auto on_spread = upload<B>(start);
      auto on_product = upload<B>(std::vector<T>(x.size(), T(9)));
      auto on_dx = upload<B>(start);
      auto on_dg = upload<B>(g);
      B::global_average_pool(images, pixels, c, on_x.data(), on_mean.data());
      B::global_average_pool_adjoint(images, pixels, c, on_g.data(), on_spread.data());
      B::gate(images, pixels, c, on_x.data(), on_g.data(), on_product.data());
      B::gate_adjoint(images, pixels, c, on_dy.data(), on_g.data(), on_dx.data());
      B::gate_gain_adjoint(images, pixels, c, on_x.data(), on_dy.data(), on_dg.data());
      mean.check(on_mean.to_vector(), 40);
      spread.check(on_spread.to_vector(), 4);
      product.check(on_product.to_vector(), 1);
      dx.check(on_dx.to_vector(), 2);
      dg.check(on_dg.to_vector(), 40);
    }
  }
}

template <class B, class T>
void depthwise() {
  for_windows(false, [](const image_window& w) {
    INFO("seed 33, " << name(w));
    const std::size_t c = w.channels;
    const std::size_t in = w.images * w.height * w.width * c;
    const std::size_t out = w.images * w.out_height() * w.out_width() * c;
    const auto x = normals<T>(in, 33, 1);
    const auto dy = normals<T>(out, 33, 2);
    const auto start = normals<T>(in, 33, 3);
    const auto weight = normals<T>(w.kernel * w.kernel * c, 33, 4);
    plain_sums y(out), dx(start), dw(weight);
    plain_windows(w, [&](std::size_t to, std::size_t from, std::size_t tap, std::size_t) {
      for (std::size_t k = 0; k < c; ++k) {
        const auto a = static_cast<double>(x[from * c + k]);
        const auto d = static_cast<double>(dy[to * c + k]);
        const auto f = static_cast<double>(weight[tap * c + k]);
        y.add(to * c + k, f * a);
        dx.add(from * c + k, f * d);
        dw.add(tap * c + k, a * d);
      }
    });
    const auto on_x = upload<B>(x);
    const auto on_dy = upload<B>(dy);
    const auto on_weight = upload<B>(weight);
    auto on_y = upload<B>(std::vector<T>(out, T(9)));
    auto on_dx = upload<B>(start);
    auto on_dw = upload<B>(weight);
    B::depthwise(w, on_x.data(), on_weight.data(), on_y.data());
    B::depthwise_adjoint(w, on_weight.data(), on_dy.data(), on_dx.data());
    B::depthwise_weight_adjoint(w, on_x.data(), on_dy.data(), on_dw.data());
    y.check(on_y.to_vector(), 50);
    dx.check(on_dx.to_vector(), 50);
    dw.check(on_dw.to_vector(), 30);
  });
}

template <class B, class T>
void label_losses() {
  for (const auto& [rows, classes] : {std::pair<std::size_t, std::size_t>{1, 1}, {3, 10}, {40, 17}, {2000, 100}}) {
    for (const double smoothing : {0.0, 0.1, 1.0}) {
      INFO("seed 35, " << rows << " rows, " << classes << " classes, smoothing " << smoothing);
      const auto s = static_cast<double>(static_cast<T>(smoothing));
      auto y = normals<T>(rows * classes, 35, 1);
      for (T& v : y) v = -std::abs(v);
      const auto label = indices(rows, 35, classes);
      const auto start = normals<T>(y.size(), 35, 2);
      const T dy = T(-1.5);
      const T share = T(0.25);
      plain_sums loss(rows), dx(start);
      for (std::size_t i = 0; i < y.size(); ++i) {
        const std::size_t r = i / classes;
        const double target = s / static_cast<double>(classes) + (label[r] == i % classes ? 1 - s : 0.0);
        loss.add(r, -target * static_cast<double>(y[i]));
        dx.add(i, -0.375 * std::exp(static_cast<double>(y[i])));
        dx.add(i, 0.375 * target);
      }
      const auto on_y = upload<B>(y);
      const auto on_dy = upload<B>(std::vector<T>{dy});
      auto* on_label = static_cast<std::uint32_t*>(B::allocate(sizeof(std::uint32_t) * rows));
      B::copy_from_host(on_label, label.data(), sizeof(std::uint32_t) * rows);
      auto on_loss = upload<B>(std::vector<T>(rows, T(9)));
      auto on_dx = upload<B>(start);
      B::label_losses(rows, classes, static_cast<T>(smoothing), on_y.data(), on_label, on_loss.data());
      B::label_losses_adjoint(rows, classes, static_cast<T>(smoothing), on_y.data(), on_label, share, on_dy.data(),
                              on_dx.data());
      B::deallocate(on_label);
      loss.check(on_loss.to_vector(), 20);
      dx.check(on_dx.to_vector(), 8);
    }
  }
}

/// The results of all kernels for images, on sizes that make several blocks.
template <class B, class T>
std::vector<std::vector<T>> every_image_kernel() {
  std::vector<std::vector<T>> results;
  for (const std::size_t c : {3U, 16U, 50U}) {
    for (const std::size_t stride : {1U, 2U}) {
      const image_window w{33, 19, 18, c, 3, stride, 1};
      const std::size_t rows = w.images * w.height * w.width;
      const auto x = upload<B>(normals<T>(rows * c, 36, 1));
      const auto dy = upload<B>(normals<T>(rows * c, 36, 2));
      const auto weight = upload<B>(normals<T>(9 * c, 36, 3));
      const auto g = upload<B>(normals<T>(w.images * c, 36, 4));
      auto y = upload<B>(std::vector<T>(rows * c, T(0)));
      auto dx = dy;
      auto pooled = y;
      auto mean = upload<B>(std::vector<T>(c, T(0)));
      auto variance = mean;
      auto scale = mean;
      auto sum = mean;
      auto inner = mean;
      auto dw = weight;
      auto dg = g;
      const auto keep = [&](auto&... tensors) { (results.push_back(tensors.to_vector()), ...); };
      B::batch_statistics(rows, c, T(1e-5), x.data(), mean.data(), variance.data(), scale.data());
      B::batch_normalise(rows, c, mean.data(), scale.data(), weight.data(), weight.data() + c, x.data(), y.data());
      B::batch_normalise_sums(rows, c, mean.data(), scale.data(), x.data(), dy.data(), sum.data(), inner.data());
      B::batch_normalise_adjoint(rows, c, mean.data(), scale.data(), weight.data(), sum.data(), inner.data(), x.data(),
                                 dx.data());
      keep(mean, variance, scale, sum, inner, y, dx);
      B::average_pool(w, x.data(), pooled.data());
      B::average_pool_adjoint(w, dy.data(), dx.data());
      keep(pooled, dx);
      B::depthwise(w, x.data(), weight.data(), y.data());
      B::depthwise_adjoint(w, weight.data(), dy.data(), dx.data());
      B::depthwise_weight_adjoint(w, x.data(), dy.data(), dw.data());
      keep(y, dx, dw);
      B::gate(w.images, w.height * w.width, c, x.data(), g.data(), y.data());
      B::gate_adjoint(w.images, w.height * w.width, c, dy.data(), g.data(), dx.data());
      B::gate_gain_adjoint(w.images, w.height * w.width, c, x.data(), dy.data(), dg.data());
      keep(y, dx, dg);
      B::global_average_pool(w.images, w.height * w.width, c, x.data(), dg.data());
      B::global_average_pool_adjoint(w.images, w.height * w.width, c, dg.data(), dx.data());
      keep(dg, dx);
    }
  }
  return results;
}

}  // namespace paragon_test::backend_tests
