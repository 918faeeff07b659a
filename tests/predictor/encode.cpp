// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <doctest/doctest.h>

#include <array>
#include <vector>

#include <paragon/autodiff/gradient_check.hpp>
#include <paragon/benchmark/nasbench201/space.hpp>
#include <paragon/predictor/encode.hpp>
#include <paragon/space/one_hot.hpp>

using namespace paragon;

namespace {

template <class Graph>
void check_cells(const Graph& graph) {
  const benchmark::nasbench201 cells;
  std::vector<std::uint64_t> indices;
  for (std::uint64_t i = 0; i < cells.size(); i += 97) indices.push_back(i);
  tensor<double> rows({indices.size(), 30});
  for (std::size_t r = 0; r < indices.size(); ++r) space::one_hot<double>(cells, cells.at(indices[r]), rows.row(r));
  autodiff::evaluation<double> context;
  const auto x = predictor::encode_graph(cells, graph, context.constant(rows));
  const std::size_t size = graph.nodes() * graph.features();
  REQUIRE(x.shape() == shape{indices.size() * graph.nodes(), graph.features()});
  std::vector<double> expected(size);
  for (std::size_t r = 0; r < indices.size(); ++r) {
    graph.encode(cells.at(indices[r]), std::span<double>(expected));
    REQUIRE(std::equal(expected.begin(), expected.end(), x.data() + r * size));
  }
}

}  // namespace

TEST_CASE("predictor: encoding one-hot rows is encoding the cells") {
  check_cells(benchmark::nasbench201_predictor_graph{});
  check_cells(benchmark::nasbench201_diffusion_graph<>{});
}

TEST_CASE("predictor: encoding is affine in the row: a mixture of cells becomes the mixture of their graphs") {
  const benchmark::nasbench201 cells;
  const benchmark::nasbench201_predictor_graph graph;
  tensor<double> rows({3, 30});
  space::one_hot<double>(cells, cells.at(123), rows.row(0));
  space::one_hot<double>(cells, cells.at(15000), rows.row(1));
  for (std::size_t i = 0; i < 30; ++i) rows[60 + i] = 0.25 * rows[i] + 0.75 * rows[30 + i];
  autodiff::evaluation<double> context;
  const auto x = predictor::encode_graph(cells, graph, context.constant(rows));
  for (std::size_t i = 0; i < 72; ++i) CHECK(x.data()[144 + i] == 0.25 * x.data()[i] + 0.75 * x.data()[72 + i]);
}

TEST_CASE("predictor: gradients of encoded graphs") {
  const benchmark::nasbench201 cells;
  tensor<double> rows({3, 30});
  for (std::size_t i = 0; i < rows.size(); ++i) rows[i] = paragon::random_key{.seed = 5}.uniform(i);
  const auto check = [&](const auto& graph) {
    return autodiff::gradient_error([&](auto&, const auto& x) { return predictor::encode_graph(cells, graph, x[0]); },
                                    {rows});
  };
  CHECK(check(benchmark::nasbench201_predictor_graph{}) < 1e-8);
  CHECK(check(benchmark::nasbench201_diffusion_graph<>{}) < 1e-8);
}

TEST_CASE("predictor: encoding refuses rows of another space") {
  const benchmark::nasbench201 cells;
  const tensor<float> rows({2, 29});
  autodiff::evaluation<float> context;
  CHECK_THROWS_WITH_AS(
      (void)predictor::encode_graph(cells, benchmark::nasbench201_predictor_graph{}, context.constant(rows)),
      "predictor::encode_graph: rows of 29; expected 30", paragon::error);
}
