// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The smallest models of the concepts of supernets, as docs/concepts.md quotes them.
#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <paragon/autodiff/columns.hpp>
#include <paragon/autodiff/elementwise.hpp>
#include <paragon/autodiff/linear.hpp>
#include <paragon/data/image_batches.hpp>
#include <paragon/space/choice_notation.hpp>
#include <paragon/supernet/batch_source.hpp>
#include <paragon/supernet/concepts.hpp>
#include <paragon/supernet/mixing.hpp>
#include <paragon/supernet/path_sampler.hpp>
#include <paragon/supernet/supernet.hpp>
#include <paragon/supernet/weight_trainer.hpp>

namespace autodiff = paragon::autodiff;
namespace nn = paragon::nn;
namespace supernet = paragon::supernet;

namespace {

/// One decision: which nonlinearity.
struct nonlinearities {
  using architecture = paragon::space::choice_index;
  std::string_view name() const { return "nonlinearities"; }
  std::size_t decisions() const { return 1; }
  std::size_t choices(std::size_t) const { return 2; }
  std::size_t choice(paragon::space::choice_index a, std::size_t) const { return a; }
  paragon::space::choice_index from_choices(std::span<const paragon::space::choice_index> row) const {
    paragon::space::require_choices(*this, row);
    return row[0];
  }
  std::string to_string(paragon::space::choice_index a) const { return paragon::space::write_choices(*this, a); }
  paragon::space::choice_index parse(std::string_view text) const { return paragon::space::read_choices(*this, text); }
};

//! [supernet_network]
struct one_layer {
  nn::slot weight;  // [classes, pixels]

  nonlinearities space() const { return {}; }
  std::size_t classes() const { return weight.extents[0]; }

  template <class C, class Norm, class Mix>
  autodiff::variable<C> operator()(const nn::bound<C>& theta, autodiff::variable<C> images, const Norm&,
                                   const Mix& mix) const {
    const auto operation = [](const auto&, auto x, std::size_t choice) {
      return supernet::output<typename decltype(x)::context_type>(choice == 0 ? autodiff::relu(x) : autodiff::tanh(x));
    };
    const std::size_t n = images.shape()[0];
    const auto pixels = autodiff::reshape(images, {n, images.size() / n});
    return *mix(0, theta, autodiff::linear(pixels, theta[weight]), operation);
  }
};
static_assert(supernet::supernet_network<one_layer>);
//! [supernet_network]

//! [mixture]
struct first_choice {
  static constexpr bool off_path = false;
  std::size_t choice(std::size_t) const { return 0; }

  template <class C, class Operation>
  supernet::output<C> operator()(std::size_t, const nn::bound<C>& theta, autodiff::variable<C> x,
                                 const Operation& apply) const {
    return apply(theta, x, 0);
  }
};
static_assert(supernet::mixture<first_choice, autodiff::tape<float>>);
//! [mixture]

//! [mixing]
struct always_the_first {
  template <class C>
  first_choice operator()(autodiff::variable<C>, std::span<const std::size_t>) const {
    return {};
  }
};
static_assert(supernet::mixing<always_the_first>);
//! [mixing]

//! [path_sampler]
struct each_in_turn {
  void operator()(std::uint64_t step, std::span<paragon::space::choice_index> choices) const {
    choices[0] = static_cast<paragon::space::choice_index>(step % 2);
  }
};
static_assert(supernet::path_sampler<each_in_turn>);
//! [path_sampler]

//! [batch_source]
struct bright_and_dark {
  paragon::shape extents() const { return {2, 1, 3, 1}; }
  void fill(std::uint64_t, std::span<float> images, std::span<std::uint32_t> labels) const {
    for (std::size_t i = 0; i < 6; ++i) images[i] = i < 3 ? 1.0F : -1.0F;
    labels[0] = 0;
    labels[1] = 1;
  }
};
static_assert(supernet::batch_source<bright_and_dark>);
//! [batch_source]

struct without_extents {
  void fill(std::uint64_t, std::span<float>, std::span<std::uint32_t>) const {}
};
static_assert(!supernet::batch_source<without_extents> && !supernet::batch_source<bright_and_dark, double>);
static_assert(!supernet::path_sampler<bright_and_dark>);
static_assert(supernet::path_sampler<supernet::uniform_paths<nonlinearities>>);
static_assert(supernet::path_sampler<supernet::even_capacity_paths<nonlinearities>>);
static_assert(supernet::batch_source<paragon::data::image_batches<paragon::data::crop_and_flip>>);

static_assert(supernet::mixture<supernet::path, autodiff::evaluation<double>>);
static_assert(supernet::mixing<supernet::sampled> && supernet::mixing<supernet::published_mixing, double>);
static_assert(supernet::mixing<supernet::exact_mixing<float>>);
static_assert(!supernet::mixing<supernet::exact_mixing<float>, double>);
static_assert(supernet::supernet_network<one_layer, double>);

struct without_off_path {
  std::size_t choice(std::size_t) const { return 0; }
  template <class C, class Operation>
  supernet::output<C> operator()(std::size_t, const nn::bound<C>& theta, autodiff::variable<C> x,
                                 const Operation& apply) const {
    return apply(theta, x, 0);
  }
};
struct gives_always {
  static constexpr bool off_path = false;
  std::size_t choice(std::size_t) const { return 0; }
  template <class C, class Operation>
  autodiff::variable<C> operator()(std::size_t, const nn::bound<C>&, autodiff::variable<C> x, const Operation&) const {
    return x;
  }
};
static_assert(!supernet::mixture<without_off_path, autodiff::tape<float>>);
static_assert(!supernet::mixture<gives_always, autodiff::tape<float>>);
static_assert(!supernet::mixing<first_choice> && !supernet::mixing<int>);

struct without_classes {
  nonlinearities space() const { return {}; }
  template <class C, class Norm, class Mix>
  autodiff::variable<C> operator()(const nn::bound<C>&, autodiff::variable<C> x, const Norm&, const Mix&) const {
    return x;
  }
};
struct without_norm {
  nonlinearities space() const { return {}; }
  std::size_t classes() const { return 2; }
  template <class C, class Mix>
  autodiff::variable<C> operator()(const nn::bound<C>&, autodiff::variable<C> x, const Mix&) const {
    return x;
  }
};
static_assert(!supernet::supernet_network<without_classes> && !supernet::supernet_network<without_norm>);
static_assert(!supernet::supernet_network<nonlinearities>);

}  // namespace

TEST_CASE("concepts: the smallest network and mixing are usable") {
  nn::parameters<double> store;
  const one_layer network{store.add("weight", {2, 3}, nn::normal{}, {.seed = 1})};
  const supernet::supernet<one_layer, double> net(network, store, {});
  const std::vector<double> images{1, 2, 3, -1, -2, -3};
  const std::vector<double> row{0, 1};
  autodiff::evaluation<double> context;
  const auto theta = nn::freeze(context, net.store());
  const auto x = context.constant(images.data(), {2, 1, 3, 1});
  const auto first = net.logits(theta, x, paragon::space::choice_index{0});
  const auto alpha = context.constant(row.data(), {1, 2});
  const auto mixed = net.logits(theta, x, alpha, always_the_first{});
  const auto second = net.logits(theta, x, alpha, supernet::sampled{});
  for (std::size_t i = 0; i < 4; ++i) {
    CHECK(mixed.data()[i] == first.data()[i]);
    CHECK(std::abs(second.data()[i]) < 1);
  }
}

TEST_CASE("concepts: the smallest source and sampler train the smallest network") {
  nn::parameters<float> store;
  const one_layer network{store.add("weight", {2, 3}, nn::normal{}, {.seed = 2})};
  bright_and_dark images;
  supernet::weight_trainer<float> trainer({.steps = 40, .rate = {.peak = 0.5, .warmup = 1}});
  std::vector<paragon::space::choice_index> choices(1);
  float first = 0;
  float last = 0;
  while (trainer.done() < 40) {
    each_in_turn{}(trainer.done(), choices);
    last = trainer.step(network, store, images, choices);
    if (trainer.done() == 1) first = last;
  }
  CHECK(last < first);
}
