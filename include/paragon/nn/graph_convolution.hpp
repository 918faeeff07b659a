// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <string>

#include "../autodiff/batched_product.hpp"
#include "../autodiff/elementwise.hpp"
#include "../autodiff/linear.hpp"
#include "parameters.hpp"

namespace paragon::inline PARAGON_ISA::nn {

/// y = A x W + b for every graph of a batch: x is [graphs * nodes, in], W is [in, out] (Kipf, Welling, ICLR 2017).
///
/// The adjacency A [nodes, nodes] is shared by all graphs, is given at the call and lies in the backend's memory. Of A x
/// and x W the one with fewer columns is formed first.
class graph_convolution {
public:
  template <class T, class B, initialiser I = glorot_uniform>
  graph_convolution(parameters<T, B>& store, const std::string& name, std::size_t in, std::size_t out,
                    paragon::random_key key, I weights = {})
      : weight_(store.add(name + ".weight", {in, out}, weights, key)),
        bias_(store.add(name + ".bias", {out}, fill{0}, key)) {}

  /// [graphs * nodes, out]
  template <class C>
  [[nodiscard]] autodiff::variable<C> operator()(const bound<C>& theta, const typename C::value_type* adjacency,
                                                 std::size_t nodes, autodiff::variable<C> x) const {
    const bool narrows = weight_.extents.columns() < weight_.extents.rows();
    const auto y = narrows ? autodiff::propagate(adjacency, nodes, autodiff::matmul(x, theta[weight_]))
                           : autodiff::matmul(autodiff::propagate(adjacency, nodes, x), theta[weight_]);
    return autodiff::add(y, theta[bias_]);
  }

  /// The rows of one node alone, [graphs, out]: what a network needs that reads a single node after its last layer.
  template <class C>
  [[nodiscard]] autodiff::variable<C> at_node(const bound<C>& theta, const typename C::value_type* adjacency,
                                              std::size_t nodes, std::size_t node, autodiff::variable<C> x) const {
    const auto seen = autodiff::propagate(adjacency + node * nodes, 1, nodes, x);
    return autodiff::add(autodiff::matmul(seen, theta[weight_]), theta[bias_]);
  }

private:
  slot weight_;
  slot bias_;
};

/// y = (relu(F x W1) + relu(G x W2)) / 2: messages along the edges and against them, without bias.
///
/// F and G [nodes, nodes] are the row-normalised adjacency with self loops and that of the reversed graph.
/// Reference: DiffusionNAG (ICLR 2024), its directed-GCN predictor; Wen et al., "Neural predictor", ECCV 2020.
class directed_graph_convolution {
public:
  template <class T, class B, initialiser I = glorot_uniform>
  directed_graph_convolution(parameters<T, B>& store, const std::string& name, std::size_t in, std::size_t out,
                             paragon::random_key key, I weights = {})
      : forward_(store.add(name + ".weight1", {in, out}, weights, key)),
        backward_(store.add(name + ".weight2", {in, out}, weights, key)) {}

  template <class C>
  [[nodiscard]] autodiff::variable<C> operator()(const bound<C>& theta, const typename C::value_type* along,
                                                 const typename C::value_type* against, std::size_t nodes,
                                                 autodiff::variable<C> x) const {
    using T = typename C::value_type;
    const auto one = autodiff::relu(autodiff::propagate(along, nodes, autodiff::matmul(x, theta[forward_])));
    const auto two = autodiff::relu(autodiff::propagate(against, nodes, autodiff::matmul(x, theta[backward_])));
    return autodiff::affine(autodiff::add(one, two), T(0.5));
  }

private:
  slot forward_;
  slot backward_;
};

}  // namespace paragon::nn
