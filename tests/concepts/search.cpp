// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The smallest models of the concepts of a search, as docs/concepts.md quotes them.
#include <doctest/doctest.h>

#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

#include <paragon/autodiff/columns.hpp>
#include <paragon/autodiff/reduce.hpp>
#include <paragon/autodiff/softmax.hpp>
#include <paragon/core/progress.hpp>
#include <paragon/hypernetwork/concepts.hpp>
#include <paragon/hypernetwork/relaxation.hpp>
#include <paragon/nn/linear.hpp>
#include <paragon/search/decode.hpp>
#include <paragon/search/modnas.hpp>
#include <paragon/search/scorer.hpp>

#include "../search/small_spaces.hpp"

namespace {

//! [hypernetwork]
/// Logits that are linear in preference and device.
struct straight {
  paragon::nn::linear layer;

  template <class C>
  auto operator()(const paragon::nn::bound<C>& theta, paragon::autodiff::variable<C> preference,
                  paragon::autodiff::variable<C> device) const {
    return layer(theta, paragon::autodiff::concatenate(preference, device));
  }
};
static_assert(paragon::hypernetwork::hypernetwork<straight>);
//! [hypernetwork]

//! [relaxation]
/// Probabilities that are uniform whatever the logits: lets no gradient through.
struct undecided {
  template <class C>
  auto operator()(paragon::autodiff::variable<C> logits, std::span<const std::size_t> offsets,
                  paragon::random_key) const {
    using T = typename C::value_type;
    const auto y = logits.context().result(logits.shape());
    for (std::size_t r = 0; r < logits.rows(); ++r) {
      for (std::size_t d = 0; d + 1 < offsets.size(); ++d) {
        for (std::size_t c = offsets[d]; c < offsets[d + 1]; ++c) {
          y.data()[r * offsets.back() + c] = T(1) / static_cast<T>(offsets[d + 1] - offsets[d]);
        }
      }
    }
    return y;
  }
};
static_assert(paragon::hypernetwork::relaxation<undecided>);
//! [relaxation]

//! [estimator]
/// Wants all logits small.
struct small_logits {
  template <class C>
  auto operator()(paragon::autodiff::variable<C> logits, const paragon::search::batch&) {
    return paragon::autodiff::sum_columns(paragon::autodiff::square(logits));
  }
};
static_assert(paragon::search::estimator<small_logits>);
//! [estimator]

//! [decoder]
/// The same architecture, the first of everything, for each ray.
struct the_first {
  template <class Scorer>
  std::vector<typename Scorer::id> operator()(Scorer& scorer, std::size_t, std::span<const float>,
                                              std::span<const double> preferences, paragon::random_key) const {
    const std::vector<paragon::space::choice_index> zeros(scorer.space().decisions());
    return std::vector<typename Scorer::id>(preferences.size() / Scorer::objectives, scorer.intern(std::span(zeros)));
  }
};
//! [decoder]

//! [progress_observer]
struct at_most_ten_steps {
  bool operator()(std::string_view, std::size_t done, std::size_t, double) const { return done < 10; }
};
static_assert(paragon::progress_observer<at_most_ten_steps>);
//! [progress_observer]

using judge_type = paragon::search::scorer<paragon_test::boxes, paragon_test::box_table>;
static_assert(paragon::search::decoder<the_first, judge_type>);
static_assert(paragon::search::decoder<paragon::search::arg_max, judge_type>);
static_assert(paragon::search::decoder<paragon::search::pooled<>, judge_type>);
static_assert(!paragon::search::decoder<small_logits, judge_type> && !paragon::search::decoder<int, judge_type>);

}  // namespace

TEST_CASE("concepts: the smallest parts of a search are usable") {
  using namespace paragon;
  nn::parameters<float> store;
  const straight net{nn::linear(store, "layer", 2, 9, {.seed = 1})};
  search::modnas model(net, store, {.steps = 100, .rows = 2, .objectives = 1});
  const std::vector<search::device> devices{{"only", {1.0}}};
  const auto report = model.train(devices, small_logits{}, {.seed = 2}, at_most_ten_steps{});
  CHECK(report.stopped);
  CHECK(report.steps == 10);

  judge_type judge({}, 1, paragon_test::box_table::random(1, {.seed = 3}));
  const std::vector<double> rays{1, 1, 1};
  const auto picks = the_first{}(judge, 0, model.logits(devices[0], rays), rays, {});
  REQUIRE(picks.size() == 3);
  CHECK(judge.space().to_string(judge.at(picks[2])) == "0-0-0");

  autodiff::tape<float> tape;
  const std::vector<std::size_t> offsets{0, 3, 5, 9};
  const std::vector<float> logits(9, 1.0F);
  const auto p = undecided{}(tape.input(logits.data(), {1, 9}), offsets, {});
  CHECK(p.data()[3] == 0.5F);
  CHECK(p.data()[8] == 0.25F);
}
