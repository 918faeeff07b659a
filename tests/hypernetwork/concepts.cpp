// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <doctest/doctest.h>

#include <paragon/hypernetwork/concepts.hpp>
#include <paragon/hypernetwork/lookup_bank.hpp>
#include <paragon/hypernetwork/multilayer.hpp>
#include <paragon/hypernetwork/relaxation.hpp>

namespace hypernetwork = paragon::hypernetwork;
namespace nn = paragon::nn;
using paragon::autodiff::variable;

namespace {

/// The smallest hypernetwork: logits that ignore preference and device.
struct same_for_all {
  nn::slot logits;
  template <class C>
  variable<C> operator()(const nn::bound<C>& theta, variable<C> preference, variable<C>) const {
    return paragon::autodiff::repeat_rows(theta[logits], preference.rows());
  }
};
static_assert(hypernetwork::hypernetwork<same_for_all> && hypernetwork::hypernetwork<same_for_all, double>);
static_assert(hypernetwork::hypernetwork<hypernetwork::lookup_bank>);
static_assert(hypernetwork::hypernetwork<hypernetwork::multilayer, double>);

struct without_device {
  template <class C>
  variable<C> operator()(const nn::bound<C>&, variable<C> preference) const {
    return preference;
  }
};
struct returns_numbers {
  template <class C>
  float operator()(const nn::bound<C>&, variable<C>, variable<C>) const {
    return 0;
  }
};
static_assert(!hypernetwork::hypernetwork<without_device> && !hypernetwork::hypernetwork<returns_numbers>);
static_assert(!hypernetwork::hypernetwork<hypernetwork::mean_field>);

/// The smallest relaxation: the logits themselves.
struct unchanged {
  template <class C>
  variable<C> operator()(variable<C> logits, std::span<const std::size_t>, paragon::random_key) const {
    return logits;
  }
};
static_assert(hypernetwork::relaxation<unchanged> && hypernetwork::relaxation<unchanged, double>);
static_assert(hypernetwork::relaxation<hypernetwork::reinmax> && hypernetwork::relaxation<hypernetwork::mean_field>);
static_assert(hypernetwork::relaxation<hypernetwork::gumbel_softmax, double>);

struct without_key {
  template <class C>
  variable<C> operator()(variable<C> logits, std::span<const std::size_t>) const {
    return logits;
  }
};
static_assert(!hypernetwork::relaxation<without_key> && !hypernetwork::relaxation<same_for_all>);

}  // namespace

TEST_CASE("hypernetwork: the smallest model computes and has gradients") {
  nn::parameters<double> store;
  const same_for_all model{store.add("logits", {1, 4}, nn::normal{}, {.seed = 1})};
  const paragon::tensor<double> preference({3, 2});
  paragon::autodiff::tape<double> tape;
  const auto theta = nn::bind(tape, store);
  const auto x = tape.constant(preference);
  const auto y = model(theta, x, x);
  CHECK(y.shape() == paragon::shape{3, 4});
  tape.backward(y, nullptr, 1);
  for (std::size_t i = 0; i < 4; ++i) {
    CHECK(y.data()[4 + i] == store.data()[i]);
    CHECK(tape.gradient(theta.all())[i] == 3);
  }
}
