// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <vector>

#include <paragon/autodiff/gradient_check.hpp>
#include <paragon/hypernetwork/relaxation.hpp>

using namespace paragon::hypernetwork;
using paragon::shape;
using paragon::tensor;
namespace autodiff = paragon::autodiff;

namespace {

const std::array<std::size_t, 4> offsets{0, 2, 7, 10};  // decisions of 2, 5 and 3 choices
constexpr std::size_t choices = 10;
constexpr std::size_t decisions = 3;

tensor<double> logits_of(std::size_t rows, std::uint32_t stream, double deviation = 1) {
  tensor<double> x({rows, choices});
  for (std::size_t i = 0; i < x.size(); ++i) {
    x[i] = deviation * paragon::random_key{.seed = 41}.fork(stream).normal(i);
  }
  return x;
}

/// softmax((x + noise) / tau) of one decision, by its definition.
std::vector<double> plain_softmax(std::vector<double> x, double tau) {
  double sum = 0;
  for (double& v : x) sum += v = std::exp(v / tau);
  for (double& v : x) v /= sum;
  return x;
}

std::vector<double> decision(const double* row, std::size_t d) { return {row + offsets[d], row + offsets[d + 1]}; }

/// Every row exactly one-hot in every decision.
void check_one_hot(const double* y, std::size_t rows) {
  for (std::size_t r = 0; r < rows; ++r) {
    for (std::size_t d = 0; d < decisions; ++d) {
      double sum = 0;
      for (std::size_t i = offsets[d]; i < offsets[d + 1]; ++i) {
        REQUIRE((y[r * choices + i] == 0 || y[r * choices + i] == 1));
        sum += y[r * choices + i];
      }
      REQUIRE(sum == 1);
    }
  }
}

/// The quantile of chi-square at 1 - 1e-6 for 1, 2 and 4 degrees of freedom.
double limit(std::size_t degrees) { return degrees == 1 ? 23.93 : degrees == 2 ? 27.63 : 33.38; }

template <class R>
void check_frequencies(const R& relaxation) {
  constexpr std::size_t rows = 20000;
  const auto key = paragon::random_key{.seed = 42}.fork(3);
  INFO("seed " << key.seed);
  const auto one = logits_of(1, 1);
  tensor<double> x({rows, choices});
  for (std::size_t r = 0; r < rows; ++r) std::copy(one.span().begin(), one.span().end(), x.row(r).begin());
  autodiff::evaluation<double> context;
  const auto y = relaxation(context.constant(x), offsets, key);
  check_one_hot(y.data(), rows);
  for (std::size_t d = 0; d < decisions; ++d) {
    const auto p = plain_softmax(decision(one.data(), d), 1);
    double statistic = 0;
    for (std::size_t i = 0; i < p.size(); ++i) {
      double count = 0;
      for (std::size_t r = 0; r < rows; ++r) count += y.data()[r * choices + offsets[d] + i];
      const double expected = p[i] * static_cast<double>(rows);
      REQUIRE(expected > 5);
      statistic += (count - expected) * (count - expected) / expected;
    }
    CAPTURE(d);
    CHECK(statistic < limit(p.size() - 1));
  }
  // Decisions are drawn independently: the pairs of the first and the last have the product's frequencies.
  const auto p = plain_softmax(decision(one.data(), 0), 1);
  const auto q = plain_softmax(decision(one.data(), 2), 1);
  double statistic = 0;
  for (std::size_t i = 0; i < 2; ++i) {
    for (std::size_t j = 0; j < 3; ++j) {
      double count = 0;
      for (std::size_t r = 0; r < rows; ++r) count += y.data()[r * choices + i] * y.data()[r * choices + 7 + j];
      const double expected = p[i] * q[j] * static_cast<double>(rows);
      statistic += (count - expected) * (count - expected) / expected;
    }
  }
  CHECK(statistic < 35.89);  // 5 degrees of freedom
}

template <class R>
void check_rows_do_not_depend_on_the_batch(const R& relaxation) {
  const auto x = logits_of(5, 2);
  const paragon::random_key key{.seed = 43};
  autodiff::tape<double> many;
  const auto all = many.input(x);
  const auto y = relaxation(all, offsets, key);
  many.backward(y, x.data(), 1);
  for (std::size_t rows = 1; rows <= 5; ++rows) {
    autodiff::tape<double> few;
    const auto part = few.input(x.data(), {rows, choices});
    const auto z = relaxation(part, offsets, key);
    few.backward(z, x.data(), 1);
    for (std::size_t i = 0; i < rows * choices; ++i) {
      REQUIRE(z.data()[i] == y.data()[i]);
      REQUIRE(few.gradient(part)[i] == many.gradient(all)[i]);
    }
  }
}

}  // namespace

TEST_CASE("hypernetwork: sampled choices have the frequencies of their softmax") {
  check_frequencies(reinmax{});
  check_frequencies(reinmax{.temperature = 2});  // the temperature is the gradient's alone
  check_frequencies(gumbel_softmax{});
  check_frequencies(gumbel_softmax{.temperature = 0.3});
}

TEST_CASE("hypernetwork: the row of a relaxation does not depend on the batch it is in") {
  check_rows_do_not_depend_on_the_batch(reinmax{.temperature = 1.5});
  check_rows_do_not_depend_on_the_batch(gumbel_softmax{.temperature = 0.7});
  check_rows_do_not_depend_on_the_batch(mean_field{});
}

TEST_CASE("hypernetwork: another key samples other choices, the same key the same") {
  const auto x = logits_of(50, 4);
  autodiff::evaluation<double> context;
  const auto draw = [&](std::uint64_t seed) {
    const auto y = reinmax{}(context.constant(x), offsets, {.seed = seed});
    return std::vector<double>(y.data(), y.data() + y.size());
  };
  CHECK(draw(1) == draw(1));
  CHECK(draw(1) != draw(2));
}

TEST_CASE("hypernetwork: the mean over samples of ReinMax's gradient is exact for quadratic functions") {
  // f(D) = <a, D> + <D, B D> / 2 over one-hot D of three decisions; all 30 samples are enumerated with their probability.
  const auto x = logits_of(1, 5);
  const auto a = logits_of(1, 6);
  const auto b = logits_of(choices, 7);
  const auto value = [&](const std::vector<double>& d) {
    double f = 0;
    for (std::size_t i = 0; i < choices; ++i) {
      f += a[i] * d[i];
      for (std::size_t j = 0; j < choices; ++j) f += 0.25 * (b[i * choices + j] + b[j * choices + i]) * d[i] * d[j];
    }
    return f;
  };
  const auto enumerate = [&](const tensor<double>& at, auto&& visit) {
    const auto p = plain_softmax(decision(at.data(), 0), 1);
    const auto q = plain_softmax(decision(at.data(), 1), 1);
    const auto r = plain_softmax(decision(at.data(), 2), 1);
    for (std::uint32_t i = 0; i < 2; ++i) {
      for (std::uint32_t j = 0; j < 5; ++j) {
        for (std::uint32_t k = 0; k < 3; ++k) {
          std::vector<double> d(choices, 0.0);
          d[i] = d[2 + j] = d[7 + k] = 1;
          visit(p[i] * q[j] * r[k], d, std::vector<std::uint32_t>{i, j, k});
        }
      }
    }
  };
  std::vector<double> mean(choices, 0.0);
  enumerate(x, [&](double probability, const std::vector<double>& d, const std::vector<std::uint32_t>& drawn) {
    std::vector<double> slope(choices);
    for (std::size_t i = 0; i < choices; ++i) {
      slope[i] = a[i];
      for (std::size_t j = 0; j < choices; ++j) slope[i] += 0.5 * (b[i * choices + j] + b[j * choices + i]) * d[j];
    }
    autodiff::tape<double> tape;
    const auto input = tape.input(x);
    const auto y = reinmax_drawn(input, offsets, drawn, 1.0);
    tape.backward(y, slope.data(), 1);
    for (std::size_t i = 0; i < choices; ++i) mean[i] += probability * tape.gradient(input)[i];
  });
  for (std::size_t i = 0; i < choices; ++i) {
    const auto expectation = [&](double step) {
      tensor<double> moved = x;
      moved[i] += step;
      double f = 0;
      enumerate(moved,
                [&](double probability, const std::vector<double>& d, const auto&) { f += probability * value(d); });
      return f;
    };
    CHECK(mean[i] == doctest::Approx((expectation(1e-5) - expectation(-1e-5)) / 2e-5).epsilon(1e-7));
  }
}

TEST_CASE("hypernetwork: ReinMax samples as its drawn form would") {
  const auto x = logits_of(6, 8);
  const auto upstream = logits_of(6, 9);
  autodiff::tape<double> tape;
  const auto one = tape.input(x);
  const auto sampled = reinmax{.temperature = 1.3}(one, offsets, {.seed = 44});
  std::vector<std::uint32_t> drawn;
  for (std::size_t r = 0; r < 6; ++r) {
    for (std::size_t d = 0; d < decisions; ++d) {
      for (std::size_t i = offsets[d]; i < offsets[d + 1]; ++i) {
        if (sampled.data()[r * choices + i] == 1) drawn.push_back(static_cast<std::uint32_t>(i - offsets[d]));
      }
    }
  }
  tape.backward(sampled, upstream.data(), 1);
  const std::vector<double> expected(tape.gradient(one), tape.gradient(one) + x.size());
  tape.clear();
  const auto two = tape.input(x);
  tape.backward(reinmax_drawn(two, offsets, drawn, 1.3), upstream.data(), 1);
  for (std::size_t i = 0; i < x.size(); ++i) CHECK(tape.gradient(two)[i] == expected[i]);
}

TEST_CASE("hypernetwork: the Gumbel gradient is that of the softmax of the perturbed logits") {
  const auto x = logits_of(3, 10);
  const auto upstream = logits_of(3, 11);
  const paragon::random_key key{.seed = 45};
  for (const double tau : {0.5, 1.0, 3.0}) {
    CAPTURE(tau);
    autodiff::tape<double> tape;
    const auto input = tape.input(x);
    const auto y = gumbel_softmax{.temperature = tau}(input, offsets, key);
    tape.backward(y, upstream.data(), 1);
    const auto soft = [&](const tensor<double>& at, bool check_largest) {
      double f = 0;
      for (std::size_t r = 0; r < 3; ++r) {
        for (std::size_t d = 0; d < decisions; ++d) {
          std::vector<double> noisy;
          for (std::size_t i = offsets[d]; i < offsets[d + 1]; ++i) {
            noisy.push_back(at[r * choices + i] + key.gumbel(r * choices + i));
          }
          const auto p = plain_softmax(noisy, tau);
          for (std::size_t i = 0; i < p.size(); ++i) f += upstream[r * choices + offsets[d] + i] * p[i];
          if (!check_largest) continue;
          for (std::size_t i = 0; i < p.size(); ++i) {
            const bool largest = std::all_of(p.begin(), p.end(), [&](double other) { return p[i] >= other; });
            CHECK(y.data()[r * choices + offsets[d] + i] == (largest ? 1 : 0));
          }
        }
      }
      return f;
    };
    static_cast<void>(soft(x, true));
    for (std::size_t i = 0; i < x.size(); ++i) {
      tensor<double> moved = x;
      moved[i] = x[i] + 1e-5;
      const double up = soft(moved, false);
      moved[i] = x[i] - 1e-5;
      CHECK(std::abs(tape.gradient(input)[i] - (up - soft(moved, false)) / 2e-5) < 1e-8);
    }
  }
}

TEST_CASE("hypernetwork: the mean field is the softmax of each decision, with its gradient") {
  const auto x = logits_of(4, 12);
  for (const double tau : {0.5, 1.0, 4.0}) {
    autodiff::evaluation<double> context;
    const auto y = mean_field{.temperature = tau}(context.constant(x), offsets);
    for (std::size_t r = 0; r < 4; ++r) {
      for (std::size_t d = 0; d < decisions; ++d) {
        const auto p = plain_softmax(decision(x.row(r).data(), d), tau);
        for (std::size_t i = 0; i < p.size(); ++i) {
          CHECK(y.data()[r * choices + offsets[d] + i] == doctest::Approx(p[i]).epsilon(1e-12));
        }
      }
    }
    CHECK(autodiff::gradient_error(
              [&](auto&, const auto& in) { return mean_field{.temperature = tau}(in[0], offsets); }, {x}) < 1e-8);
  }
}

TEST_CASE("hypernetwork: relaxations do not overflow") {
  tensor<double> x({1, choices});
  for (std::size_t i = 0; i < choices; ++i) x[i] = i % 2 == 0 ? 1e5 : -1e5;
  autodiff::tape<double> tape;
  const auto in = tape.input(x);
  for (const auto& y : {reinmax{}(in, offsets, {}), gumbel_softmax{}(in, offsets, {}), mean_field{}(in, offsets)}) {
    tape.backward(y, x.data(), 1);
    for (std::size_t i = 0; i < choices; ++i) {
      CHECK(std::isfinite(y.data()[i]));
      CHECK(std::isfinite(tape.gradient(in)[i]));
    }
  }
}

TEST_CASE("hypernetwork: relaxations refuse logits of another space") {
  const auto x = logits_of(2, 13);
  autodiff::evaluation<double> context;
  const auto in = context.constant(x);
  const std::array<std::size_t, 3> short_offsets{0, 2, 9};
  CHECK_THROWS_WITH_AS((void)mean_field{}(in, short_offsets),
                       "hypernetwork::mean_field: logits of (2, 10); expected as many columns as the space has choices",
                       paragon::error);
  CHECK_THROWS_AS((void)gumbel_softmax{}(in, short_offsets, {}), paragon::error);
  CHECK_THROWS_AS((void)reinmax_drawn(in, short_offsets, std::vector<std::uint32_t>(4), 1), paragon::error);
  CHECK_THROWS_WITH_AS((void)reinmax_drawn(in, offsets, std::vector<std::uint32_t>(5), 1),
                       "hypernetwork::reinmax: 5 choices; expected 6", paragon::error);
  CHECK_THROWS_AS((void)reinmax{}(in, short_offsets, {}), paragon::error);
}
