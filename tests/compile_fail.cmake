# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# tests/compile_fail/*.cpp must not compile, and the compiler must say why (compile_fail_run.cmake): g++ and clang, as far as
# they are here.
set(compilers "${CMAKE_CXX_COMPILER}")
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  find_program(PARAGON_OTHER_COMPILER NAMES clang++-16 clang++)
else()
  find_program(PARAGON_OTHER_COMPILER NAMES g++)
endif()
mark_as_advanced(PARAGON_OTHER_COMPILER)
if(PARAGON_OTHER_COMPILER)
  list(APPEND compilers "${PARAGON_OTHER_COMPILER}")
endif()
file(GLOB sources CONFIGURE_DEPENDS "compile_fail/*.cpp")
foreach(source IN LISTS sources)
  get_filename_component(name "${source}" NAME_WE)
  foreach(compiler IN LISTS compilers)
    get_filename_component(by "${compiler}" NAME)
    add_test(NAME "compile_fail: ${name} (${by})" COMMAND "${CMAKE_COMMAND}" -D "compiler=${compiler}" -D "source=${source}"
      -D "includes=$<TARGET_PROPERTY:paragon,INTERFACE_INCLUDE_DIRECTORIES>;$<TARGET_PROPERTY:Eigen3::Eigen,INTERFACE_INCLUDE_DIRECTORIES>"
      -P "${CMAKE_CURRENT_SOURCE_DIR}/compile_fail_run.cmake")
    set_tests_properties("compile_fail: ${name} (${by})" PROPERTIES LABELS compile_fail)
  endforeach()
endforeach()
