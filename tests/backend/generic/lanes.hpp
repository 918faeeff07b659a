// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <vector>

#include <paragon/backend/lanes.hpp>
#include <paragon/core/error.hpp>
#include <paragon/core/random_key.hpp>
#include <paragon/tensor/tensor.hpp>

namespace paragon_test::backend_tests {

namespace lanes_detail {

inline std::vector<double> numbers(std::size_t n, std::uint32_t stream) {
  std::vector<double> out(n);
  for (std::size_t i = 0; i < n; ++i) out[i] = paragon::random_key{.seed = 31}.fork(stream).normal(i);
  return out;
}

template <class T, class B>
paragon::tensor<T, B> on(const std::vector<double>& values) {
  const std::vector<T> rounded(values.begin(), values.end());
  return paragon::tensor<T, B>(paragon::shape{values.size()}, std::span<const T>(rounded));
}

/// Rounding errors of n numbers added up, generously.
template <class T>
double tolerance(std::size_t n) {
  return 20 * static_cast<double>(n) * static_cast<double>(std::numeric_limits<T>::epsilon());
}

}  // namespace lanes_detail

template <class B, class T>
void lanes_pack() {
  using namespace lanes_detail;
  using lanes = paragon::backend::lanes<B>;
  for (const std::size_t samples : {std::size_t{1}, lanes::width - 1, std::size_t{lanes::width}}) {
    const std::size_t nodes = 3;
    const std::size_t features = 5;
    const auto x = on<T, B>(numbers(samples * nodes * features, 1));
    auto panel = on<T, B>(std::vector<double>(nodes * features * lanes::width, 9));
    lanes::pack(samples, nodes, features, T(2), x.data(), panel.data());
    const auto packed = panel.to_vector();
    const auto given = x.to_vector();
    for (std::size_t e = 0; e < nodes * features; ++e) {
      for (std::size_t s = 0; s < lanes::width; ++s) {
        REQUIRE(packed[e * lanes::width + s] == (s < samples ? T(2) * given[s * nodes * features + e] : T(0)));
      }
    }
    auto back = on<T, B>(std::vector<double>(x.size()));
    lanes::unpack(samples, nodes, features, static_cast<const T*>(panel.data()), back.data());
    const auto returned = back.to_vector();
    for (std::size_t i = 0; i < given.size(); ++i) REQUIRE(returned[i] == T(2) * given[i]);
  }
}

/// y = finish(W x + bias, y) within wider panels, for plain products and Strassen's.
template <class B, class T>
void lanes_products() {
  using namespace lanes_detail;
  using lanes = paragon::backend::lanes<B>;
  struct size {
    std::size_t out, in, nodes, levels;
  };
  for (const size s : {size{1, 1, 1, 0}, size{7, 5, 3, 0}, size{64, 64, 8, 0}, size{9, 130, 2, 0}, size{2, 2, 2, 1},
                       size{48, 20, 6, 1}, size{24, 40, 4, 2}, size{8, 8, 8, 3}, size{40, 56, 8, 3}}) {
    CAPTURE(s.out);
    CAPTURE(s.in);
    CAPTURE(s.levels);
    const std::size_t x_stride = s.in + 3;
    const std::size_t y_stride = s.out + 2;
    const auto weights = numbers(s.out * s.in, 2);
    const auto x = numbers(s.nodes * x_stride * lanes::width, 3);
    const auto y = numbers(s.nodes * y_stride * lanes::width, 4);
    const auto bias = numbers(s.nodes * s.out, 5);
    const std::vector<T> rounded(weights.begin(), weights.end());
    const typename lanes::template product<T> product(std::span<const T>(rounded), s.out, s.in, s.nodes, s.levels);
    const auto check = [&](auto finish, std::size_t bias_stride) {
      const auto from = on<T, B>(x);
      auto to = on<T, B>(y);
      const auto b = on<T, B>(bias);
      auto room = on<T, B>(std::vector<double>(product.room()));
      product(s.nodes, from.data(), x_stride, to.data(), y_stride, b.data(), bias_stride, finish, room.data());
      const auto found = to.to_vector();
      double worst = 0;
      for (std::size_t n = 0; n < s.nodes; ++n) {
        for (std::size_t r = 0; r < y_stride; ++r) {
          for (std::size_t l = 0; l < lanes::width; ++l) {
            const std::size_t at = (n * y_stride + r) * lanes::width + l;
            if (r >= s.out) {
              REQUIRE(found[at] == static_cast<T>(y[at]));  // beyond the panel's own features nothing is written
              continue;
            }
            double sum = bias[n * bias_stride + r];
            for (std::size_t k = 0; k < s.in; ++k) {
              sum += weights[r * s.in + k] * x[(n * x_stride + k) * lanes::width + l];
            }
            worst = std::fmax(worst, std::abs(static_cast<double>(found[at]) - finish(sum, y[at])));
          }
        }
      }
      CHECK(worst < tolerance<T>(s.in) * std::pow(4, static_cast<double>(s.levels)));
    };
    check(paragon::backend::lane_finish::plain{}, 0);
    check(paragon::backend::lane_finish::relu{}, 0);
    check(paragon::backend::lane_finish::elu{}, s.out);
    if (s.levels == 0) check(paragon::backend::lane_finish::residual{}, s.out);
  }
  const std::vector<T> six(6);
  CHECK_THROWS_AS((typename lanes::template product<T>(std::span<const T>(six), 2, 3, 2, 1)), paragon::error);
  CHECK_THROWS_AS((typename lanes::template product<T>(std::span<const T>(six), 2, 2, 2, 0)), paragon::error);
}

template <class B, class T>
void lanes_normalise() {
  using namespace lanes_detail;
  using lanes = paragon::backend::lanes<B>;
  const std::size_t nodes = 3;
  const std::size_t features = 11;
  const std::size_t x_stride = 12;
  const std::size_t y_stride = 15;
  const auto x = numbers(nodes * x_stride * lanes::width, 6);
  const auto from = on<T, B>(x);
  auto to = on<T, B>(std::vector<double>(nodes * y_stride * lanes::width));
  lanes::normalise(nodes, features, T(1e-5), from.data(), x_stride, to.data(), y_stride);
  const auto found = to.to_vector();
  for (std::size_t n = 0; n < nodes; ++n) {
    for (std::size_t l = 0; l < lanes::width; ++l) {
      const auto at = [&](std::size_t f) { return x[(n * x_stride + f) * lanes::width + l]; };
      double mean = 0;
      double variance = 0;
      for (std::size_t f = 0; f < features; ++f) mean += at(f) / features;
      for (std::size_t f = 0; f < features; ++f) variance += (at(f) - mean) * (at(f) - mean) / features;
      for (std::size_t f = 0; f < features; ++f) {
        const auto y = static_cast<double>(found[(n * y_stride + f) * lanes::width + l]);
        REQUIRE(std::abs(y - (at(f) - mean) / std::sqrt(variance + 1e-5)) < tolerance<T>(features));
      }
    }
  }
}

/// Lanes of equal numbers give zeros exactly; neighbours far from 0 keep their digits.
template <class B, class T>
void lanes_normalise_hard_rows() {
  using namespace lanes_detail;
  using lanes = paragon::backend::lanes<B>;
  for (const std::size_t features : {std::size_t{1}, std::size_t{7}, std::size_t{64}}) {
    std::vector<double> x(features * lanes::width);
    for (std::size_t f = 0; f < features; ++f) {
      for (std::size_t l = 0; l < lanes::width; ++l) {
        const T value = static_cast<T>(12345.678 * static_cast<double>(l + 1));
        const bool up = l % 2 == 1 && f % 2 == 1;  // an odd lane holds a number and its neighbour in turns
        x[f * lanes::width + l] =
            static_cast<double>(up ? std::nextafter(value, std::numeric_limits<T>::infinity()) : value);
      }
    }
    const auto from = on<T, B>(x);
    auto to = on<T, B>(std::vector<double>(x.size(), 9.0));
    lanes::normalise(1, features, T(0), from.data(), features, to.data(), features);
    const auto found = to.to_vector();
    for (std::size_t f = 0; f < features; ++f) {
      for (std::size_t l = 0; l < lanes::width; ++l) {
        INFO("features " << features << ", feature " << f << ", lane " << l);
        const auto y = static_cast<double>(found[f * lanes::width + l]);
        if (l % 2 == 0 || features == 1) {
          REQUIRE(y == 0);
        } else {  // a share p of ones among zeros: (x - p) / sqrt(p (1 - p))
          const double p = static_cast<double>(features / 2) / static_cast<double>(features);
          const double want = (static_cast<double>(f % 2) - p) / std::sqrt(p * (1 - p));
          REQUIRE(std::abs(y - want) < 16 * static_cast<double>(std::numeric_limits<T>::epsilon()));
        }
      }
    }
  }
}

/// With and without the class of absent rows, also where the evidence is overwhelming.
template <class B, class T>
void lanes_posterior() {
  using namespace lanes_detail;
  using lanes = paragon::backend::lanes<B>;
  const std::size_t nodes = 2;
  const std::size_t operators = 5;
  for (const std::size_t classes : {operators, operators + 1}) {
    for (const double sharpness : {0.0, 1.0, 200.0}) {
      const auto raw = numbers(nodes * classes * lanes::width, 7);
      const auto x = numbers(nodes * operators * lanes::width, 8);
      const auto logits = on<T, B>(raw);
      const auto from = on<T, B>(x);
      auto to = on<T, B>(std::vector<double>(nodes * operators * lanes::width));
      lanes::posterior(nodes, operators, classes, static_cast<T>(sharpness), logits.data(), from.data(), to.data());
      const auto found = to.to_vector();
      for (std::size_t n = 0; n < nodes; ++n) {
        for (std::size_t l = 0; l < lanes::width; ++l) {
          std::vector<double> e(classes);
          double greatest = -1e300;
          for (std::size_t c = 0; c < classes; ++c) {
            e[c] = raw[(n * classes + c) * lanes::width + l] +
                   (c < operators ? sharpness * x[(n * operators + c) * lanes::width + l] : 0.0);
            greatest = std::fmax(greatest, e[c]);
          }
          double sum = 0;
          for (double& v : e) sum += v = std::exp(v - greatest);
          for (std::size_t c = 0; c < operators; ++c) {
            const auto y = static_cast<double>(found[(n * operators + c) * lanes::width + l]);
            REQUIRE(std::abs(y - (2 * e[c] / sum - 1)) < tolerance<T>(10 + static_cast<std::size_t>(10 * sharpness)));
          }
        }
      }
    }
  }
}

/// Rows that see several, one and no other node.
template <class B, class T>
void lanes_attention() {
  using namespace lanes_detail;
  using lanes = paragon::backend::lanes<B>;
  const std::size_t nodes = 4;
  const std::size_t heads = 3;
  const std::size_t part = 2;
  const std::size_t features = heads * part;
  const std::size_t y_stride = features + 1;
  const std::vector<std::uint8_t> mask{1, 1, 1, 1, 0, 1, 0, 1, 1, 0, 0, 0, 0, 0, 0, 0};
  const typename lanes::template attention<T> attend(std::span<const std::uint8_t>(mask), nodes);
  const auto qkv = numbers(nodes * 3 * features * lanes::width, 9);
  const auto from = on<T, B>(qkv);
  auto to = on<T, B>(std::vector<double>(nodes * y_stride * lanes::width));
  auto room = on<T, B>(std::vector<double>(attend.room()));
  attend(heads, part, from.data(), to.data(), y_stride, room.data());
  const auto found = to.to_vector();
  const auto at = [&](std::size_t node, std::size_t kind, std::size_t f, std::size_t l) {
    return qkv[((node * 3 + kind) * features + f) * lanes::width + l];
  };
  for (std::size_t i = 0; i < nodes; ++i) {
    for (std::size_t h = 0; h < heads; ++h) {
      for (std::size_t l = 0; l < lanes::width; ++l) {
        std::vector<double> w(nodes);
        double sum = 0;
        for (std::size_t j = 0; j < nodes; ++j) {
          double score = 0;
          for (std::size_t c = 0; c < part; ++c) score += at(i, 0, h * part + c, l) * at(j, 1, h * part + c, l);
          const bool blind = i == 3;
          w[j] = blind ? 1 : (mask[i * nodes + j] != 0 ? std::exp(score) : 0);
          sum += w[j];
        }
        for (std::size_t c = 0; c < part; ++c) {
          double expected = 0;
          for (std::size_t j = 0; j < nodes; ++j) expected += w[j] / sum * at(j, 2, h * part + c, l);
          const auto y = static_cast<double>(found[(i * y_stride + h * part + c) * lanes::width + l]);
          REQUIRE(std::abs(y - expected) < tolerance<T>(nodes));
        }
      }
    }
  }
}

}  // namespace paragon_test::backend_tests
