# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# paragon-headers: all public headers in one source, and with clang, which reads them fastest, every header alone, twice,
# in a source of its own. Linking them to one program finds functions that are not inline. CUDA headers always stand alone.
file(GLOB_RECURSE headers CONFIGURE_DEPENDS RELATIVE "${PROJECT_SOURCE_DIR}/include" "${PROJECT_SOURCE_DIR}/include/*.hpp")
if(PARAGON_WITH_CUDA)
  file(GLOB_RECURSE cuda_headers CONFIGURE_DEPENDS
    RELATIVE "${PROJECT_SOURCE_DIR}/include" "${PROJECT_SOURCE_DIR}/include/*.cuh")
else()
  list(FILTER headers EXCLUDE REGEX "/cuda(/|\\.hpp$)")
endif()

set(sources "")
set(all "")
foreach(header IN LISTS headers cuda_headers)
  if(header MATCHES "\\.hpp$" AND NOT header MATCHES "/cuda(/|\\.hpp$)")
    string(APPEND all "#include <${header}>\n")
    if(NOT CMAKE_CXX_COMPILER_ID MATCHES "Clang")
      continue()
    endif()
  endif()
  string(REGEX REPLACE "\\.(hpp|cuh)$" "" name "${header}")
  set(ending cpp)
  if(header MATCHES "\\.cuh$")
    set(ending cu)
  endif()
  set(file "${CMAKE_CURRENT_BINARY_DIR}/headers/${name}.${ending}")
  file(CONFIGURE OUTPUT "${file}" CONTENT "#include <${header}>\n#include <${header}>\n")
  list(APPEND sources "${file}")
endforeach()
file(CONFIGURE OUTPUT "${CMAKE_CURRENT_BINARY_DIR}/headers/all.cpp" CONTENT "${all}\nint main() {}\n")
list(APPEND sources "${CMAKE_CURRENT_BINARY_DIR}/headers/all.cpp")

add_executable(paragon-headers ${sources})
target_link_libraries(paragon-headers PRIVATE paragon-dev)
set_target_properties(paragon-headers PROPERTIES UNITY_BUILD OFF)
target_compile_options(paragon-headers PRIVATE "$<$<COMPILE_LANGUAGE:CXX>:-O0;-g0>")
if(PARAGON_WITH_CUDA)
  target_link_libraries(paragon-headers PRIVATE paragon-cuda)
  set_target_properties(paragon-headers PROPERTIES CUDA_ARCHITECTURES 90-virtual)
endif()

# clang-tidy over all headers at once, through the source that includes them all.
find_program(PARAGON_CLANG_TIDY clang-tidy-16)
mark_as_advanced(PARAGON_CLANG_TIDY)
if(PARAGON_CLANG_TIDY AND PROJECT_IS_TOP_LEVEL)
  add_custom_target(tidy
    COMMAND "${PARAGON_CLANG_TIDY}" --quiet --extra-arg=-Wno-unknown-warning-option --extra-arg=-Wno-error
      -p "${PROJECT_BINARY_DIR}" "${CMAKE_CURRENT_BINARY_DIR}/headers/all.cpp"
    VERBATIM)
endif()
