# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# cmake -P cmake/search.cmake [-- ARGUMENTS]
#
# Installs what is missing, builds the search program alone and runs it: the Pareto fronts of 19 devices on NAS-Bench-201.
include("${CMAKE_CURRENT_LIST_DIR}/script.cmake")

install_packages(${packages})
# A fresh folder is configured for the program only; one that also builds tests stays as it is.
if(EXISTS "${build}/CMakeCache.txt")
  configure(-D PARAGON_EXAMPLES=ON)
else()
  configure(-D PARAGON_EXAMPLES=ON -D PARAGON_TESTS=OFF -D PARAGON_BENCH=OFF -D PARAGON_CUDA=OFF)
endif()
run("${CMAKE_COMMAND}" --build "${build}" --parallel ${cores} --target modnas_nasbench201)
run("${build}/examples/modnas_nasbench201" --out "${source}/build/search" ${rest})
