// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdio>
#include <optional>
#include <paragon/backend/cpu.hpp>
#include <paragon/core/atomic_file.hpp>
#include <paragon/core/interruption.hpp>
#include <paragon/core/json.hpp>
#include <paragon/core/parallel.hpp>
#include <paragon/diffusion/score_evaluator.hpp>
#include <paragon/diffusion/training.hpp>
#include <paragon/pareto/select.hpp>
#include <paragon/pareto/select/constraints.hpp>
#include <paragon/pareto/select/rules.hpp>
#include <paragon/predictor/correlation.hpp>
#include <paragon/space/sample.hpp>
#include <paragon/tune/study.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "architecture_drawings.hpp"
#include "generation.hpp"
#include "generation_options.hpp"
#include "generation_report.hpp"
#include "program.hpp"

namespace generation {

/// What a user who interrupts the program is told.
inline std::string kept(const options& o) {
  return "what was trained and tuned is in " + o.out + "; the same command goes on";
}

/// The score network: what comes along, or, where tables are given or a part of the space is asked for, one trained now.
/// A training that was interrupted goes on from its checkpoint, one that is complete is read.
template <class Space>
[[nodiscard]] auto load_or_train_score(const Space& about, const std::string& shipped, const options& o,
                                       paragon::until_interrupted& observe) {
  namespace d = paragon::diffusion;
  using model_type = d::score_model<float, typename Space::output>;
  if (!o.trains_score()) return model_type::load(shipped);
  const auto key = paragon::random_key{.seed = o.seed}.fork("score network");
  const auto architectures = about.data(o.train_fraction, key.fork("data"));
  const auto data = d::row_classes::of(typename Space::encoding{}, architectures);
  model_type model(Space::graph(), Space::network(), d::variance_exploding{}, key.fork("weights"));
  const auto status = paragon::interruption::hold(
      [&] {
        return d::train_score(model, data, {.steps = o.train_steps.value_or(Space::steps)}, key.fork("training"),
                              observe, {.path = o.out + "/score_training.safetensors"});
      },
      kept(o));
  if (status.diverged) throw paragon::error("training of the score", "a loss that is not finite", "another --seed");
  return model;
}

/// How good what was generated is, by the judge and, where the benchmark says it, in truth.
struct verdict {
  double predicted = 0;              ///< hypervolume of the generated architectures, judged; share of the box
  double predicted_all = 0;          ///< the same of the whole sample of the space
  double predicted_random = 0;       ///< the mean of 20 random sets of as many
  std::optional<double> measured{};  ///< by measurements
  std::optional<double> measured_all{};
  std::optional<double> measured_random{};
};

template <class Problem>
class marker {
public:
  using architecture = typename Problem::architecture;

  explicit marker(const Problem& problem)
      : problem_(&problem), all_(problem.everything().begin(), problem.everything().end()), judged_(problem(all_)),
        judged_box_(judged_), predicted_all_(judged_box_.hypervolume(judged_)) {
    std::vector<double> kept;
    for (const architecture& a : all_) {
      const auto row = problem.measured(a);
      if (!row) return;
      measured_.insert(measured_.end(), row->begin(), row->end());
      if (counts(*row)) kept.insert(kept.end(), row->begin(), row->end());
    }
    measured_kept_ = std::move(kept);
    measured_box_.emplace(measured_kept_);
  }

  /// By the published protocol, architectures at chance (accuracy of at most 10 %) do not count.
  [[nodiscard]] static bool counts(const std::vector<double>& row) { return row[0] > 10; }

  [[nodiscard]] double predicted(const std::vector<double>& rows) const { return judged_box_.hypervolume(rows); }

  [[nodiscard]] double predicted_all() const noexcept { return predicted_all_; }

  /// \param rows  what the problem predicts of `found`
  [[nodiscard]] verdict judge(const std::vector<architecture>& found, const std::vector<double>& rows,
                              std::size_t samples, std::uint64_t seed) const {
    verdict v;
    v.predicted = predicted(rows);
    v.predicted_all = predicted_all_;
    const auto draw = [&](std::size_t k) {
      std::vector<architecture> drawn;
      const auto key = paragon::random_key{.seed = seed}.fork("random architectures").fork(k);
      for (std::size_t i = 0; i < samples; ++i) drawn.push_back(all_[key.below(all_.size(), i)]);
      return drawn;
    };
    constexpr std::size_t draws = 20;
    for (std::size_t k = 0; k < draws; ++k) v.predicted_random += predicted((*problem_)(draw(k))) / draws;
    if (!measured_box_) return v;
    v.measured = measured(found);
    v.measured_all = measured_box_->hypervolume(measured_kept_);
    v.measured_random = 0;
    for (std::size_t k = 0; k < draws; ++k) *v.measured_random += measured(draw(k)) / draws;
    return v;
  }

  [[nodiscard]] bool has_measurements() const noexcept { return measured_box_.has_value(); }
  [[nodiscard]] const std::vector<double>& measured_rows() const noexcept { return measured_kept_; }
  [[nodiscard]] const std::vector<double>& judged_rows() const noexcept { return judged_; }

  /// Rank correlation of prediction and measurement over the whole space, by objective.
  [[nodiscard]] double spearman(std::size_t objective) const {
    std::vector<double> a;
    std::vector<double> b;
    for (std::size_t i = objective; i < judged_.size(); i += objectives) {
      a.push_back(judged_[i]);
      b.push_back(measured_[i]);
    }
    return paragon::predictor::spearman(a, b);
  }

private:
  [[nodiscard]] double measured(const std::vector<architecture>& found) const {
    std::vector<double> rows;
    for (const architecture& a : found) {
      const auto row = problem_->measured(a);
      if (counts(*row)) rows.insert(rows.end(), row->begin(), row->end());
    }
    return measured_box_->hypervolume(rows);
  }

  const Problem* problem_;
  std::vector<architecture> all_;
  std::vector<double> judged_;
  box judged_box_;
  double predicted_all_;
  std::vector<double> measured_;
  std::vector<double> measured_kept_;
  std::optional<box> measured_box_;
};

/// The picks of POMONAG among the candidates: numbers of candidates by name.
///
/// *accuracy* has the best accuracy; *balanced* the largest ratio of accuracy to latency among those with at least the
/// median accuracy of the front; *efficient* the least latency among those with at least its lower quartile. Without
/// these limits both would be the smallest network of the space, which is useless.
inline std::vector<std::pair<std::string, std::size_t>> pick(const std::vector<double>& rows,
                                                             const std::vector<std::size_t>& front, const options& o) {
  namespace pareto = paragon::pareto;
  const pareto::points<double> set(rows, objectives);
  std::vector<double> accuracy;
  for (const std::size_t i : front) accuracy.push_back(rows[objectives * i]);
  std::sort(accuracy.begin(), accuracy.end());
  const double median = accuracy[accuracy.size() / 2];
  const double quartile = accuracy[accuracy.size() / 4];
  const double none = std::numeric_limits<double>::infinity();
  const auto most = [&](std::size_t k) { return pareto::at_most{k, o.at_most.empty() ? none : o.at_most[k - 1]}; };
  std::vector<std::pair<std::string, std::size_t>> picks;
  const auto add = [&](const std::string& name, const auto& rule, double least) {
    const auto found = pareto::select(set, rule, way, pareto::at_least{0, least}, most(1), most(2), most(3));
    if (found) picks.emplace_back(name, *found);
  };
  add("accuracy", pareto::most_accurate{.quality = 0}, -none);
  add("balanced", pareto::balanced{.quality = 0, .cost = 3}, median);
  add("efficient", pareto::most_efficient{.cost = 3, .quality = 0}, quartile);
  if (!o.preference.empty()) add("preferred", pareto::nearest_to_ray{o.preference}, -none);
  return picks;
}

/// What was tuned: the history is kept in a file, and a run that was interrupted goes on.
template <class Run>
[[nodiscard]] std::vector<double> tune_scales(const options& o, const guidance_plan& start, const Run& predicted_volume,
                                              paragon::thread_pool& pool, paragon::until_interrupted& observe) {
  namespace tune = paragon::tune;
  std::vector<tune::axis> axes;
  const scales& centre = start.accurate;
  for (std::size_t k = 0; k < objectives; ++k) {
    axes.push_back(tune::log_uniform{objective_names[k], centre[k] / 8, centre[k] * 8}.describe());
  }
  tune::study study(tune::parameter_space(std::move(axes)),
                    {.trials = o.tune, .batch = 4, .seed = o.seed, .sense = paragon::direction::maximise});
  const auto evaluate = [&](const tune::candidate& c) {
    return predicted_volume(make_plan(o.guidance, {c.values().begin(), c.values().end()}, start.accurate));
  };
  paragon::interruption::hold(
      [&] {
        study.keep_in(o.out + "/tune.json");
        study.run(evaluate, pool, observe);
      },
      kept(o));
  return study.best().values;
}

/// The same program for every space.
template <class Problem, class Space>
int run(const options& o, Problem& problem, const Space& about, const std::string& shipped_score) {
  using namespace paragon;
  using architecture = typename Problem::architecture;
  using clock = std::chrono::steady_clock;
  const auto seconds_since = [](clock::time_point t) {
    return std::chrono::duration<double>(clock::now() - t).count();
  };
  program::make_folder(o.out);
  const std::string result_path = o.out + "/result.json";
  thread_pool pool(o.threads);
  const backend::cpu::use_pool kernels(pool);
  until_interrupted observe;

  const auto start = clock::now();
  const auto model = load_or_train_score(about, shipped_score, o, observe);
  problem.learn(observe);
  const double learning = seconds_since(start);
  const marker<Problem> mark(problem);
  const auto generate_by = [&](any_score& score, const guidance_plan& plan) {
    const generator g(problem, score);
    return with_solver(o.solver, o.steps,
                       [&](const auto& solver) { return g.run(plan, solver, o.samples, o.minimum, o.seed); });
  };
  const auto generate = [&](const guidance_plan& plan) {
    diffusion::score_evaluator<float, typename Space::output> network(model.network(), model.weights(),
                                                                      model.graph().mask);
    any_score score(network);
    return generate_by(score, plan);
  };

  guidance_plan plan = make_plan(o.guidance, o.scale, Problem::balanced_scales);
  heat_maps sensitivity;
  if (o.tune > 0) {
    const auto volume = [&](const guidance_plan& p) { return mark.predicted(generate(p).objectives); };
    plan = make_plan(o.guidance, tune_scales(o, plan, volume, pool, observe), Problem::balanced_scales);
    std::size_t done = 0;
    for (std::size_t k = 0; k < objectives; ++k) {
      for (const double factor : heat_maps::factors) {
        guidance_plan changed = plan;
        changed.efficient[k] *= factor;
        changed.accurate[k] *= factor;
        const auto found = generate(changed);
        sensitivity.quality.push_back(mark.predicted(found.objectives) / mark.predicted_all());
        sensitivity.diversity.push_back(static_cast<double>(found.candidates.size()) / static_cast<double>(o.samples));
        observe("sensitivity", ++done, objectives * heat_maps::factors.size(), sensitivity.quality.back());
      }
    }
  }

  const auto before = clock::now();
  const auto found = generate(plan);
  const double sampling = seconds_since(before);
  const verdict v = mark.judge(found.candidates, found.objectives, o.samples, o.seed);
  // No model: the same guidance, solver and number of samples on the exact score of a uniform draw.
  auto exact = problem.choices();
  any_score uniform(exact);
  const auto without = generate_by(uniform, plan);
  const verdict no_model = mark.judge(without.candidates, without.objectives, o.samples, o.seed);
  const auto picks = pick(found.objectives, found.front, o);
  const std::size_t evaluations =
      with_solver(o.solver, o.steps, [](const auto& solver) { return solver.evaluations(); });

  // result.json
  const auto name = [&](const architecture& a) { return problem.space().to_string(a); };
  const auto predicted = [&](std::size_t i) {
    json::object row;
    for (std::size_t k = 0; k < objectives; ++k)
      row.emplace_back(objective_keys[k], found.objectives[objectives * i + k]);
    return row;
  };
  const auto entry = [&](std::size_t i) {
    json::object e{{"architecture", name(found.candidates[i])}, {"objectives", predicted(i)}};
    if (const auto row = problem.measured(found.candidates[i])) {
      json::object truth;
      for (std::size_t k = 0; k < objectives; ++k) truth.emplace_back(objective_keys[k], (*row)[k]);
      e.emplace_back("measured", std::move(truth));
    }
    return e;
  };
  const auto entries = [&](const std::vector<std::size_t>& which) {
    json::array list;
    for (const std::size_t i : which) list.emplace_back(entry(i));
    return list;
  };
  json::array architectures;
  for (const architecture& a : found.generated.architectures) architectures.emplace_back(name(a));
  json::object selected;
  for (const auto& [key, i] : picks) selected.emplace_back(key, entry(i));
  const auto spearman = problem.spearman(mark);
  json::object correlation;
  for (const auto& [key, value] : spearman) correlation.emplace_back(key, value);
  const auto volume = [](double part, double all, double random) {
    return json::object{{"found", part}, {"all", all}, {"random", random}};
  };
  const std::vector<double> related = objective_correlation(found.objectives);
  json::object result{
      {"algorithm", "pomonag"},
      {"space", Problem::name},
      {"benchmark", o.data.empty() ? "shipped" : "tables"},
      {"dataset", o.dataset},
      {"device", o.device},
      {"seed", o.seed},
      {"guidance", o.guidance},
      {"scales", json::object{{"efficient", to_json(plan.efficient)}, {"accurate", to_json(plan.accurate)}}},
      {"solver", o.solver},
      {"steps", with_solver(o.solver, o.steps, [](const auto& s) { return s.steps; })},
      {"network_evaluations", evaluations},
      {"generated", found.generated.architectures.size()},
      {"raw_valid", found.generated.raw_valid},
      {"unique", found.candidates.size()},
      {"labels_read", problem.labels_read()},
      {"seconds_learning", learning},
      {"seconds_sampling", sampling},
      {"spearman", std::move(correlation)},
      {"hypervolume_predicted", volume(v.predicted, v.predicted_all, v.predicted_random)}};
  result.emplace_back("no_model", json::object{{"hypervolume_predicted", no_model.predicted},
                                               {"hypervolume", no_model.measured ? json(*no_model.measured) : json()}});
  if (v.measured) result.emplace_back("hypervolume", volume(*v.measured, *v.measured_all, *v.measured_random));
  result.emplace_back("objective_correlation", json::array(related.begin(), related.end()));
  result.emplace_back("selected", std::move(selected));
  result.emplace_back("front", entries(found.front));
  result.emplace_back("stretched", entries(found.stretched));
  result.emplace_back("architectures", std::move(architectures));
  // report.html
  report_input page{.title = "POMONAG on " + std::string(Problem::name),
                    .lead = std::to_string(o.samples) + " architectures" +
                            (o.dataset.empty() ? "" : " for " + o.dataset) + " on " + o.device + ", guidance " +
                            o.guidance + ", seed " + std::to_string(o.seed) +
                            ". Accuracy: " + problem.describe_accuracy() + "."};
  page.predicted = found.objectives;
  page.front = found.front;
  for (const auto& candidate : found.candidates) page.names.push_back(name(candidate));
  page.everything = mark.has_measurements() ? mark.measured_rows() : mark.judged_rows();
  page.everything_measured = mark.has_measurements();
  if (mark.has_measurements()) {
    for (const architecture& a : found.candidates) {
      const auto row = *problem.measured(a);
      page.shown.insert(page.shown.end(), row.begin(), row.end());
    }
  } else {
    page.shown = found.objectives;
  }
  for (const auto& [key, i] : picks)
    page.picks.push_back({key, i, name(found.candidates[i]), drawings::draw(found.candidates[i])});
  page.related = related;
  page.sensitivity = sensitivity;
  page.facts = {{"Generated", std::to_string(o.samples), ""},
                {"Valid as they are", std::to_string(found.generated.raw_valid), ""},
                {"Different", std::to_string(found.candidates.size()), ""},
                {"Network evaluations", std::to_string(evaluations), "a sample"},
                {"Sampling", report::format_number(sampling, 3), "s"}};
  if (v.measured) {
    page.facts.insert(page.facts.begin(),
                      {"Hypervolume", report::format_number(*v.measured / *v.measured_all, 4), "of true"});
  }
  const std::string report_path = o.out + "/report.html";
  interruption::hold(
      [&] {
        if (o.trains_score()) model.save(o.out + "/score.safetensors");
        write_file(result_path, json(std::move(result)).dump(1) + "\n");
        write_file(report_path, to_html(page));
      },
      "all is written to " + o.out);

  // What was found, in a few lines.
  std::printf("POMONAG on %s%s%s, %s, seed %llu, %s\n", std::string(Problem::name).c_str(),
              o.dataset.empty() ? "" : ", ", o.dataset.c_str(), o.device.c_str(),
              static_cast<unsigned long long>(o.seed), o.data.empty() ? "what comes along" : "benchmark tables");
  std::printf("%zu samples, %zu valid as they are, %zu different; %zu evaluations each, %.2f s (learning %.1f s)\n",
              found.generated.architectures.size(), found.generated.raw_valid, found.candidates.size(), evaluations,
              sampling, learning);
  for (const auto& [key, value] : spearman) std::printf("%s: Spearman %.3f\n", key.c_str(), value);
  if (v.measured) {
    std::printf("hypervolume of four objectives: %.4f of the true front (no model: %.4f, random: %.4f)\n",
                *v.measured / *v.measured_all, *no_model.measured / *v.measured_all,
                *v.measured_random / *v.measured_all);
  }
  std::printf("by prediction: %.4f of %zu architectures of the space (no model: %.4f, random: %.4f)\n",
              v.predicted / v.predicted_all, problem.everything().size(), no_model.predicted / v.predicted_all,
              v.predicted_random / v.predicted_all);
  for (const auto& [key, i] : picks) {
    const double* row = found.objectives.data() + objectives * i;
    std::printf("%-9s %s\n          predicted %.2f %%, %.3f M, %.0f M, %.2f ms", key.c_str(),
                name(found.candidates[i]).c_str(), row[0], row[1], row[2], row[3]);
    if (const auto truth = problem.measured(found.candidates[i])) {
      std::printf("; measured %.2f %%, %.2f ms", (*truth)[0], (*truth)[3]);
    }
    std::printf("\n");
  }
  if (picks.empty()) std::printf("no architecture that was generated satisfies --at-most\n");
  std::printf("result   %s\nreport   %s\n", result_path.c_str(), report_path.c_str());
  return 0;
}

}  // namespace generation
