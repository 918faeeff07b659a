// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Matrix products of the shapes that networks of this library have: what paragon::backend::cpu chooses beside BLAS,
// Eigen and a plain loop. `product::plain_below` is where BLAS overtakes the plain loop here.
#include <benchmark/benchmark.h>
#include <cblas.h>

#include <Eigen/Core>
#include <array>
#include <cstddef>
#include <string>
#include <type_traits>
#include <vector>

#include <paragon/backend/cpu.hpp>

namespace {

using paragon::backend::cpu;
using paragon::backend::transposed;

struct sizes {
  std::size_t m, n, k;
};

constexpr std::array<sizes, 23> shapes{
    {{1, 8, 8},      {1, 32, 32},     {1, 64, 64},     {1, 256, 256},   {4, 4, 4},       {8, 8, 8},
     {9, 9, 9},      {9, 9, 100},     {12, 12, 12},    {16, 16, 16},    {13, 30, 50},    {13, 100, 100},
     {100, 100, 13}, {117, 100, 100}, {208, 128, 128}, {128, 128, 208}, {256, 256, 256}, {1872, 100, 100},
     {1, 1000, 4},   {100, 1, 100},   {1872, 1, 100},  {5, 5, 5},       {2, 4, 8}}};

template <class T>
void own(transposed t, sizes s, const T* a, const T* b, T* c) {
  cpu::gemm(transposed::no, t, s.m, s.n, s.k, T(1), a, s.k, b, t == transposed::no ? s.n : s.k, T(0), c, s.n);
}

template <class T>
void blas(transposed t, sizes s, const T* a, const T* b, T* c) {
  const auto i = [](std::size_t x) { return static_cast<int>(x); };
  const auto op = t == transposed::no ? CblasNoTrans : CblasTrans;
  const int ldb = i(t == transposed::no ? s.n : s.k);
  if constexpr (std::is_same_v<T, float>) {
    cblas_sgemm(CblasRowMajor, CblasNoTrans, op, i(s.m), i(s.n), i(s.k), 1, a, i(s.k), b, ldb, 0, c, i(s.n));
  } else {
    cblas_dgemm(CblasRowMajor, CblasNoTrans, op, i(s.m), i(s.n), i(s.k), 1, a, i(s.k), b, ldb, 0, c, i(s.n));
  }
}

template <class T>
void eigen(transposed t, sizes s, const T* a, const T* b, T* c) {
  using matrix = Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  const auto i = [](std::size_t x) { return static_cast<Eigen::Index>(x); };
  const Eigen::Map<const matrix> left(a, i(s.m), i(s.k));
  Eigen::Map<matrix> out(c, i(s.m), i(s.n));
  if (t == transposed::no) {
    out.noalias() = left * Eigen::Map<const matrix>(b, i(s.k), i(s.n));
  } else {
    out.noalias() = left * Eigen::Map<const matrix>(b, i(s.n), i(s.k)).transpose();
  }
}

template <class T>
void plain(transposed t, sizes s, const T* a, const T* b, T* c) {
  for (std::size_t i = 0; i < s.m; ++i) {
    T* out = c + i * s.n;
    if (t == transposed::no) {
      for (std::size_t j = 0; j < s.n; ++j) out[j] = 0;
      for (std::size_t p = 0; p < s.k; ++p) {
        const T factor = a[i * s.k + p];
        for (std::size_t j = 0; j < s.n; ++j) out[j] += factor * b[p * s.n + j];
      }
    } else {
      for (std::size_t j = 0; j < s.n; ++j) {
        T sum = 0;
        for (std::size_t p = 0; p < s.k; ++p) sum += a[i * s.k + p] * b[j * s.k + p];
        out[j] = sum;
      }
    }
  }
}

template <class T, void (*multiply)(transposed, sizes, const T*, const T*, T*)>
void run(benchmark::State& state, transposed t, sizes s) {
  std::vector<T> a(s.m * s.k, T(0.5)), b(s.k * s.n, T(0.25)), c(s.m * s.n);
  openblas_set_num_threads(1);  // all contenders use one thread
  for (auto _ : state) {
    multiply(t, s, a.data(), b.data(), c.data());
    benchmark::DoNotOptimize(c.data());
    benchmark::ClobberMemory();
  }
  state.counters["FLOP"] =
      benchmark::Counter(2.0 * static_cast<double>(s.m * s.n * s.k), benchmark::Counter::kIsIterationInvariantRate);
}

template <class T>
void all(const std::string& type) {
  for (const auto t : {transposed::no, transposed::yes}) {
    for (const auto s : shapes) {
      const std::string name = "product/" + type + (t == transposed::yes ? "/transposed/" : "/") + std::to_string(s.m) +
                               "x" + std::to_string(s.n) + "x" + std::to_string(s.k);
      benchmark::RegisterBenchmark((name + "/paragon").c_str(), run<T, own<T>>, t, s);
      benchmark::RegisterBenchmark((name + "/blas").c_str(), run<T, blas<T>>, t, s);
      benchmark::RegisterBenchmark((name + "/eigen").c_str(), run<T, eigen<T>>, t, s);
      benchmark::RegisterBenchmark((name + "/plain").c_str(), run<T, plain<T>>, t, s);
    }
  }
}

const bool registered = [] {
  all<float>("float");
  all<double>("double");
  return true;
}();

}  // namespace
