// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <paragon/autodiff/arithmetic.hpp>
#include <paragon/autodiff/columns.hpp>
#include <paragon/benchmark/nasbench201/graph.hpp>
#include <paragon/gradient/normalised.hpp>
#include <paragon/gradient/published_frank_wolfe.hpp>
#include <paragon/hypernetwork/lookup_bank.hpp>
#include <paragon/hypernetwork/relaxation.hpp>
#include <paragon/objective/normaliser.hpp>
#include <paragon/predictor/architecture_network.hpp>
#include <paragon/predictor/train_meta_predictor.hpp>
#include <paragon/preference/dirichlet.hpp>
#include <paragon/preference/rays.hpp>
#include <paragon/search/estimators.hpp>
#include <paragon/search/modnas.hpp>
#include <paragon/space/decode.hpp>
#include <paragon/space/shape.hpp>
#include <span>
#include <string>
#include <vector>

#include "nasbench201_problem.hpp"

/// MODNAS as published, on the same labels and measurements: look-up bank, ReinMax, linear scalarisation, Frank-Wolfe over
/// unit gradients, its normalisations and its optimiser, arg-max decoding.
///
/// The published accuracy signal is a supernet's cross-entropy; here it is a network trained on the labels. The published
/// cosine term has no gradient and is left out; the published start (a bank trained to give almost equal logits) is
/// replaced by small tables.
namespace nasbench201 {

/// Uniform preferences on the simplex, as published.
struct dirichlet_preferences {
  void operator()(std::span<double> ray, const paragon::random_key& key, std::uint64_t index) const {
    paragon::preference::dirichlet(ray, {1.0, 1.0}, key, index);
  }
};

/// The two predictors, trained on the problem's random labels and measurements.
class published_predictors {
public:
  template <class Observer>
  published_predictors(const problem& p, paragon::random_key key, Observer&& observe)
      : accuracy_(30, {}, key.fork("accuracy")), meta_(store_, {}, key.fork("latency")) {
    std::vector<std::size_t> order(cells);
    for (std::size_t i = 0; i < cells; ++i) order[i] = i;
    key.fork("labels").shuffle(order);
    std::vector<float> rows;
    std::vector<float> errors;
    for (std::size_t k = 0; k < p.settings().labels; ++k) {
      append(rows, p.one_hot_rows().subspan(30 * order[k], 30));
      errors.push_back(static_cast<float>(100 - p.labels().read(order[k])));
    }
    accuracy_.train(rows, errors, {}, paragon::predictor::mean_squared_error{}, observe);

    std::vector<paragon::predictor::measurements> measured;
    for (std::size_t d = 0; d < p.devices().size(); ++d) {
      features_.emplace_back();
      for (const double f : p.devices()[d].features) features_[d].push_back(static_cast<float>(0.5 * (f + 1)));
      if (d < p.training_devices()) measured.push_back(p.costs()[0].all(d, p.one_hot_rows()));
    }
    const auto training = std::span<const std::vector<float>>(features_).first(p.training_devices());
    auto settings = paragon::predictor::published_meta_training(150);
    settings.rate = 1e-3;  // ten times as published, for a tenth of the steps
    paragon::predictor::train_meta_predictor(p.space(), graph_, meta_, store_,
                                             std::span<const paragon::predictor::measurements>(measured), training,
                                             std::span<const double>{}, settings, key.fork("latency training"),
                                             paragon::predictor::mean_squared_error{}, observe);
    std::vector<float> every(p.one_hot_rows().begin(), p.one_hot_rows().end());
    for (std::size_t d = 0; d < p.devices().size(); ++d) {
      const auto predicted = paragon::predictor::predict_costs(
          p.space(), graph_, meta_, store_, std::span<const float>(every), std::span<const float>(features_[d]));
      const auto [low, high] = std::minmax_element(predicted.begin(), predicted.end());
      ranges_.push_back({static_cast<double>(*low), static_cast<double>(*high)});
    }
    adjacency_.resize(graph_.nodes() * graph_.nodes());
    graph_.adjacency(std::span<float>(adjacency_));
  }

  /// The scaled objectives of relaxed cells, [rows, 2]: error by the range seen so far in this epoch, latency by the range
  /// of the predictor's output on the device.
  template <class C>
  paragon::autodiff::variable<C> operator()(paragon::autodiff::variable<C> relaxed, const paragon::search::batch& b) {
    using namespace paragon::autodiff;
    C& context = relaxed.context();
    const std::size_t rows = relaxed.rows();
    if (b.step % steps_per_epoch == 0) error_range_.reset();
    const auto error = accuracy_(paragon::nn::freeze(context, accuracy_.parameters()), relaxed);
    float* device = context.scratch(rows * 10);
    float* slopes = context.scratch(2 * rows);
    float* offsets = context.scratch(2 * rows);
    for (std::size_t r = 0; r < rows; ++r) {
      const std::size_t d = b.devices[r / b.rows_per_instance];
      std::copy_n(features_[d].data(), 10, device + 10 * r);
      const double e = static_cast<double>(error.data()[r]);
      const double slope = error_range_.slope(e);
      slopes[2 * r] = static_cast<float>(slope);
      offsets[2 * r] = static_cast<float>(error_range_(e) - slope * e);
      error_range_.update(e);
      slopes[2 * r + 1] = static_cast<float>(ranges_[d].slope(0));
      offsets[2 * r + 1] = static_cast<float>(ranges_[d](0));
    }
    const auto latency =
        meta_(paragon::nn::freeze(context, store_), adjacency_.data(), graph_.nodes(),
              paragon::predictor::encode_graph(space_, graph_, relaxed), context.constant(device, {rows, 10}));
    const auto both = concatenate(error, latency);
    return both * context.constant(slopes, {rows, 2}) + context.constant(offsets, {rows, 2});
  }

private:
  static constexpr std::uint32_t steps_per_epoch = 98;

  static void append(std::vector<float>& rows, std::span<const double> row) {
    for (const double x : row) rows.push_back(static_cast<float>(x));
  }

  paragon::benchmark::nasbench201 space_;
  paragon::benchmark::nasbench201_predictor_graph graph_;
  paragon::predictor::architecture_network<float> accuracy_;
  paragon::nn::parameters<float> store_;
  paragon::predictor::meta_predictor meta_;
  std::vector<std::vector<float>> features_;             ///< by device, scaled to [0, 1]
  std::vector<paragon::objective::fixed_range> ranges_;  ///< of the predicted latency, by device
  std::vector<float> adjacency_;
  paragon::objective::running_range error_range_;
};

/// \tparam Choice  has by_device, evaluations, steps, weights
/// \param steps  of the training, of which the rate is constant
template <class Choice, class Observer>
Choice search_published(const problem& p, std::uint64_t seed, const paragon::preference::rays& rays, std::size_t steps,
                        Observer& observe) {
  using namespace paragon;
  const auto key = paragon::random_key{.seed = seed}.fork("published modnas");
  published_predictors predictors(p, key.fork("predictors"), observe);
  nn::parameters<float> store;
  const hypernetwork::lookup_bank bank(store, {.choices = space::total_choices(p.space())}, key.fork("bank"));
  const auto tables = store.find("tables")->where;
  std::vector<float> small(store.data() + tables.offset, store.data() + tables.offset + tables.extents.size());
  for (float& x : small) x *= 0.1F;
  store.assign(tables, small);

  using weighting = gradient::normalised<gradient::published_frank_wolfe, gradient::unit_length>;
  const double rate = 3e-4 * static_cast<double>(p.training_devices());
  search::modnas<hypernetwork::lookup_bank, weighting, dirichlet_preferences> modnas(
      bank, store,
      {.steps = steps,
       .rows = 1,
       .rate = {.peak = rate, .last = rate, .warmup = 0, .steps = steps},
       .adam = {.beta1 = 0.5, .beta2 = 0.999, .l2 = 0.09}});
  search::relaxed_objectives estimate([&](auto relaxed, const search::batch& b) { return predictors(relaxed, b); },
                                      space::choice_offsets(p.space()), hypernetwork::reinmax{.temperature = 1});
  Choice result;
  std::vector<search::device> devices = p.devices();
  for (auto& d : devices) {
    for (double& f : d.features) f = 0.5 * (f + 1);
  }
  result.steps =
      modnas.train(std::span(devices).first(p.training_devices()), estimate, key.fork("training"), observe).steps;
  result.evaluations = result.steps * p.training_devices();
  result.weights = modnas.store();
  // The published rays lie on the circle, and the bank reads the first weight only.
  const auto circle = preference::circle(rays.size(), preference::unit_length{});
  for (const auto& d : devices) {
    const auto logits = modnas.logits(d, circle.values());
    result.by_device.emplace_back();
    for (std::size_t r = 0; r < rays.size(); ++r) {
      const auto cell = space::decode<float>(p.space(), std::span<const float>(logits).subspan(30 * r, 30));
      result.by_device.back().push_back(benchmark::nasbench201_api_index(cell));
    }
  }
  return result;
}

}  // namespace nasbench201
