# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# tests/compile_fail/*.cpp must not compile, and must say why: the first line is `// expect: REGULAR EXPRESSION`, which
# the compiler's output must match.
file(GLOB sources CONFIGURE_DEPENDS "compile_fail/*.cpp")
foreach(source IN LISTS sources)
  file(STRINGS "${source}" expected LIMIT_COUNT 1)
  if(NOT expected MATCHES "^// expect: (.+)$")
    message(FATAL_ERROR "${source}: line 1 must be '// expect: REGULAR EXPRESSION'")
  endif()
  set(expected "${CMAKE_MATCH_1}")
  get_filename_component(name "${source}" NAME_WE)
  add_test(NAME "compile_fail: ${name}" COMMAND "${CMAKE_CXX_COMPILER}" -std=c++20 -fsyntax-only
    "-I$<JOIN:$<TARGET_PROPERTY:paragon,INTERFACE_INCLUDE_DIRECTORIES>,;-I>"
    "-I$<JOIN:$<TARGET_PROPERTY:Eigen3::Eigen,INTERFACE_INCLUDE_DIRECTORIES>,;-I>" "${source}" COMMAND_EXPAND_LISTS)
  set_tests_properties("compile_fail: ${name}" PROPERTIES PASS_REGULAR_EXPRESSION "${expected}" LABELS compile_fail)
endforeach()
