# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# cmake -D DATA=DIR -P cmake/table.cmake
#
# Reproduces the README's table from the benchmark's tables: three seeds of MODNAS, ours and as published, device by device.
include("${CMAKE_CURRENT_LIST_DIR}/script.cmake")
if(NOT DATA)
  message(FATAL_ERROR "say where the tables are: cmake -D DATA=DIR -P cmake/table.cmake")
endif()
install_packages(${packages})
configure(-D PARAGON_EXAMPLES=ON)
run("${CMAKE_COMMAND}" --build "${build}" --parallel ${cores} --target modnas_nasbench201 compare_results)
set(results "")
foreach(mode IN ITEMS "" --published)
  foreach(seed RANGE 1 3)
    set(out "${source}/build/table/${seed}${mode}")
    run("${build}/examples/modnas_nasbench201" --data "${DATA}" --seed ${seed} ${mode} --out "${out}")
    list(APPEND results "${out}/result.json")
  endforeach()
endforeach()
run("${build}/examples/compare_results" ${results})
