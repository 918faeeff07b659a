# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# cmake -D compiler=... -D source=... -D includes=DIR;DIR -P compile_fail_run.cmake: compiles one file of tests/compile_fail,
# which must fail and say why. The comments at its top say what is expected:
#   // expect: REGULAR EXPRESSION            of the first line with an error: what a user reads first
#   // expect anywhere: REGULAR EXPRESSION   of all that the compiler writes
#   // flags: -FLAG -FLAG                    for the compiler, if any; the second line
file(STRINGS "${source}" head LIMIT_COUNT 2)
list(GET head 0 line)
if(NOT line MATCHES "^// expect( anywhere)?: (.+)$")
  message(FATAL_ERROR "${source}: line 1 must be '// expect: REGULAR EXPRESSION'")
endif()
set(anywhere "${CMAKE_MATCH_1}")
set(expected "${CMAKE_MATCH_2}")
set(flags "")
list(GET head 1 line)
if(line MATCHES "^// flags: (.+)$")
  separate_arguments(flags UNIX_COMMAND "${CMAKE_MATCH_1}")
endif()
list(TRANSFORM includes PREPEND -I)
execute_process(COMMAND "${compiler}" -std=c++20 -fsyntax-only ${flags} ${includes} "${source}"
  RESULT_VARIABLE status OUTPUT_VARIABLE output ERROR_VARIABLE output)
if(status EQUAL 0)
  message(FATAL_ERROR "${source} compiles")
endif()
if(NOT anywhere)
  string(REGEX MATCH "[^\n]*error: [^\n]*" output "${output}")
endif()
if(NOT output MATCHES "${expected}")
  message(FATAL_ERROR "expected ${expected}\nin ${output}")
endif()
