// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "../autodiff/context.hpp"
#include "../space/concepts.hpp"
#include "../space/shape.hpp"

namespace paragon::inline PARAGON_ISA::predictor {

/// Node features of a batch of relaxed architectures: x is [rows, total choices], the result [rows * nodes, features].
///
/// A copy of each entry to the place that the graph gives it, beside what is the same for every architecture; the adjoint
/// copies back. On the host.
template <class C, space::search_space S, class Graph>
  requires space::linear_graph_encoding<Graph, typename C::value_type> && C::on_host
[[nodiscard]] autodiff::variable<C> encode_graph(const S& space, const Graph& graph, autodiff::variable<C> x) {
  using T = typename C::value_type;
  const std::size_t width = space::total_choices(space);
  if (x.columns() != width) {
    throw error("predictor::encode_graph", "rows of " + std::to_string(x.columns()), std::to_string(width));
  }
  const std::size_t size = graph.nodes() * graph.features();
  C& context = x.context();
  auto* position = context.template scratch<std::size_t>(width);
  std::size_t at = 0;
  for (std::size_t d = 0; d < space.decisions(); ++d) {
    for (std::size_t c = 0; c < space.choices(d); ++c) position[at++] = graph.position(d, c);
  }
  T* fixed = context.scratch(size);
  graph.encode(space.from_choices(std::vector<space::choice_index>(space.decisions(), 0)), std::span<T>(fixed, size));
  for (std::size_t i = 0; i < width; ++i) fixed[position[i]] = T(0);

  const auto y = context.result({x.rows() * graph.nodes(), graph.features()}, x);
  for (std::size_t r = 0; r < x.rows(); ++r) {
    T* to = y.data() + r * size;
    for (std::size_t i = 0; i < size; ++i) to[i] = fixed[i];
    for (std::size_t i = 0; i < width; ++i) to[position[i]] = x.data()[r * width + i];
  }
  context.on_backward(y, [x, y, position, width, size](auto& pass) {
    const T* dy = pass.adjoint(y);
    if (T* dx = pass.adjoint(x)) {
      for (std::size_t r = 0; r < x.rows(); ++r) {
        for (std::size_t i = 0; i < width; ++i) dx[r * width + i] += dy[r * size + position[i]];
      }
    }
  });
  return y;
}

}  // namespace paragon::predictor
