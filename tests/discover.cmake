# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# paragon_discover_tests(<target> <label>): each doctest test case of the program becomes a ctest test of the same name.
#
# Done here rather than by doctest's own module, which every package puts elsewhere. The program is asked when ctest
# runs, not when it is built: a program that is not built then is one failing test, not a broken build.
function(paragon_discover_tests target label)
  set(script "${CMAKE_CURRENT_BINARY_DIR}/${target}-tests.cmake")
  file(GENERATE OUTPUT "${script}" CONTENT "set(program [==[$<TARGET_FILE:${target}>]==])
set(emulator [==[${CMAKE_CROSSCOMPILING_EMULATOR}]==])
set(target ${target})
set(label ${label})
include([==[${CMAKE_CURRENT_SOURCE_DIR}/discovered.cmake]==])
")
  set_property(DIRECTORY APPEND PROPERTY TEST_INCLUDE_FILES "${script}")
endfunction()
