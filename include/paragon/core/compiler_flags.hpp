// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

/// What the compiler's flags mean for paragon. Every header includes this one, directly or through another.
///
/// **Fast mathematics is refused.** Under -ffast-math, -Ofast, -ffinite-math-only and -funsafe-math-optimizations the
/// compiler may drop what keeps numbers right: `math::exp` would be wrong by 41 %, and NaN would pass for a number. (clang
/// tells a program nothing of -funsafe-math-optimizations alone; there `math::exp` keeps its order by itself.)
///
/// **Names carry the instruction set.** Everything but `paragon::error` stands in `namespace paragon::inline PARAGON_ISA`.
/// Layouts and loops depend on the instruction set that a source is compiled for, and of several inline functions of one
/// name the linker keeps one. Under one name, two sources of a program with different -march would use each other's
/// functions: with wrong numbers, or with instructions that the machine lacks. Under two names each uses its own. All of
/// paragon is named so, not only what looks at the instruction set, because any function is compiled for it.
///
/// What follows for a program of several instruction sets: between sources that differ, types of paragon do not match, and
/// the linker says so; pass numbers, pointers or standard containers. Exceptions must match, so `paragon::error` is one type.
/// The flags -O, -mtune and -mprefer-vector-width change neither layouts nor which instructions may occur: no name for them.

#if defined(__FAST_MATH__) || defined(__ASSOCIATIVE_MATH__) || (defined(__FINITE_MATH_ONLY__) && __FINITE_MATH_ONLY__)
#error "paragon is wrong under -ffast-math, -Ofast, -ffinite-math-only and -funsafe-math-optimizations: leave them out"
#endif

// The name is a level of the architecture, then a letter for each instruction set beyond it that compilers use unasked,
// and r for -fno-math-errno, which math::sqrt depends on: x86_64_v3r, say.

/// `letter` where the compiler defines `macro` as 1, nothing elsewhere.
#define PARAGON_ISA_IF(macro, letter) PARAGON_ISA_IF_VALUE(macro, letter)
#define PARAGON_ISA_IF_VALUE(value, letter) PARAGON_ISA_SPLIT(PARAGON_ISA_IS_##value letter, , )
#define PARAGON_ISA_IS_1 0,
#define PARAGON_ISA_SPLIT(...) PARAGON_ISA_SECOND(__VA_ARGS__)
#define PARAGON_ISA_SECOND(first, second, ...) second
#define PARAGON_ISA_JOIN(a, b, c, d, e, f, g) PARAGON_ISA_PASTE(a, b, c, d, e, f, g)
#define PARAGON_ISA_PASTE(a, b, c, d, e, f, g) a##b##c##d##e##f##g

#define PARAGON_ISA_ROOTS PARAGON_ISA_IF(__NO_MATH_ERRNO__, r)

#if defined(__x86_64__) || defined(__i386__)

#if defined(__SSE2__) && defined(__SSE3__) && defined(__SSSE3__) && defined(__SSE4_1__) && defined(__SSE4_2__) && \
    defined(__POPCNT__)
#define PARAGON_ISA_V2 1
#endif
#if defined(PARAGON_ISA_V2) && defined(__AVX2__) && defined(__FMA__) && defined(__BMI__) && defined(__BMI2__) && \
    defined(__F16C__) && defined(__LZCNT__) && defined(__MOVBE__)
#define PARAGON_ISA_V3 1
#endif
#if defined(PARAGON_ISA_V3) && defined(__AVX512F__) && defined(__AVX512BW__) && defined(__AVX512CD__) && \
    defined(__AVX512DQ__) && defined(__AVX512VL__)
#define PARAGON_ISA_V4 1
#endif

#if defined(PARAGON_ISA_V2)
#define PARAGON_ISA_BELOW_2
#else
#define PARAGON_ISA_BELOW_2                                                                                  \
  PARAGON_ISA_JOIN(PARAGON_ISA_IF(__SSE3__, D), PARAGON_ISA_IF(__SSSE3__, E), PARAGON_ISA_IF(__SSE4_1__, F), \
                   PARAGON_ISA_IF(__SSE4_2__, G), PARAGON_ISA_IF(__POPCNT__, H), , )
#endif
#if defined(PARAGON_ISA_V3)
#define PARAGON_ISA_BELOW_3
#else
#define PARAGON_ISA_BELOW_3                                                                              \
  PARAGON_ISA_JOIN(PARAGON_ISA_IF(__AVX__, I), PARAGON_ISA_IF(__AVX2__, J), PARAGON_ISA_IF(__FMA__, K),  \
                   PARAGON_ISA_IF(__BMI__, L), PARAGON_ISA_IF(__BMI2__, M), PARAGON_ISA_IF(__F16C__, N), \
                   PARAGON_ISA_JOIN(PARAGON_ISA_IF(__LZCNT__, O), PARAGON_ISA_IF(__MOVBE__, P), , , , , ))
#endif
#if defined(PARAGON_ISA_V4)
#define PARAGON_ISA_BELOW_4
#else
#define PARAGON_ISA_BELOW_4                                                                                          \
  PARAGON_ISA_JOIN(PARAGON_ISA_IF(__AVX512F__, Q), PARAGON_ISA_IF(__AVX512BW__, R), PARAGON_ISA_IF(__AVX512CD__, S), \
                   PARAGON_ISA_IF(__AVX512DQ__, T), PARAGON_ISA_IF(__AVX512VL__, U), , )
#endif
#define PARAGON_ISA_BEYOND_4                                                                               \
  PARAGON_ISA_JOIN(PARAGON_ISA_IF(__AVX512BF16__, b), PARAGON_ISA_IF(__AVX512FP16__, f),                   \
                   PARAGON_ISA_IF(__AVX512IFMA__, i), PARAGON_ISA_IF(__AVX512VNNI__, n),                   \
                   PARAGON_ISA_IF(__AVX512VPOPCNTDQ__, p), PARAGON_ISA_IF(__AVX512BITALG__, t),            \
                   PARAGON_ISA_JOIN(PARAGON_ISA_IF(__AVX512VBMI__, v), PARAGON_ISA_IF(__AVX512VBMI2__, w), \
                                    PARAGON_ISA_IF(__GFNI__, g), PARAGON_ISA_IF(__AVXVNNI__, m),           \
                                    PARAGON_ISA_IF(__XOP__, x), PARAGON_ISA_IF(__FMA4__, y), PARAGON_ISA_ROOTS))

#if defined(PARAGON_ISA_V4)
#define PARAGON_ISA_LEVEL x86_64_v4
#elif defined(PARAGON_ISA_V3)
#define PARAGON_ISA_LEVEL x86_64_v3
#elif defined(PARAGON_ISA_V2)
#define PARAGON_ISA_LEVEL x86_64_v2
#elif defined(__x86_64__)
#define PARAGON_ISA_LEVEL x86_64_v1
#elif defined(__SSE2__)
#define PARAGON_ISA_LEVEL x86_sse2
#else
#define PARAGON_ISA_LEVEL x86
#endif
#define PARAGON_ISA                                                                                  \
  PARAGON_ISA_JOIN(PARAGON_ISA_LEVEL, PARAGON_ISA_BELOW_2, PARAGON_ISA_BELOW_3, PARAGON_ISA_BELOW_4, \
                   PARAGON_ISA_BEYOND_4, , )

#elif defined(__aarch64__) || defined(__arm__)

#if defined(__ARM_FEATURE_SVE_BITS) && __ARM_FEATURE_SVE_BITS
#define PARAGON_ISA_SVE_BITS __ARM_FEATURE_SVE_BITS
#else
#define PARAGON_ISA_SVE_BITS
#endif
#define PARAGON_ISA                                                                                                  \
  PARAGON_ISA_JOIN(arm, __ARM_ARCH, _, PARAGON_ISA_IF(__ARM_NEON, n),                                                \
                   PARAGON_ISA_JOIN(PARAGON_ISA_IF(__ARM_FEATURE_ATOMICS, a), PARAGON_ISA_IF(__ARM_FEATURE_BF16, b), \
                                    PARAGON_ISA_IF(__ARM_FEATURE_DOTPROD, d),                                        \
                                    PARAGON_ISA_IF(__ARM_FEATURE_FP16_VECTOR_ARITHMETIC, f),                         \
                                    PARAGON_ISA_IF(__ARM_FEATURE_MATMUL_INT8, i),                                    \
                                    PARAGON_ISA_IF(__ARM_FEATURE_FMA, m), PARAGON_ISA_ROOTS),                        \
                   PARAGON_ISA_IF(__ARM_FEATURE_SVE, s),                                                             \
                   PARAGON_ISA_JOIN(PARAGON_ISA_IF(__ARM_FEATURE_SVE2, t), PARAGON_ISA_SVE_BITS, , , , , ))

#else

#define PARAGON_ISA \
  PARAGON_ISA_JOIN(plain, PARAGON_ISA_IF(__VSX__, v), PARAGON_ISA_IF(__riscv_vector, v), PARAGON_ISA_ROOTS, , , )

#endif
