# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# cmake -P cmake/test.cmake [-- CTEST-ARGUMENTS]
#
# Installs what is missing, builds all tests and examples, and runs them.
include("${CMAKE_CURRENT_LIST_DIR}/script.cmake")

install_packages(${packages} doctest-dev)
if(NOT DEFINED PARAGON_CUDA)
  set(PARAGON_CUDA AUTO)
endif()
configure(-D PARAGON_EXAMPLES=ON -D PARAGON_TESTS=ON)
run("${CMAKE_COMMAND}" --build "${build}" --parallel ${cores})
run("${CMAKE_CTEST_COMMAND}" --preset release --parallel ${cores} --no-label-summary ${rest})
