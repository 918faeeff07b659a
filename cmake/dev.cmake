# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# paragon-dev: how our own tests, benchmarks and examples are compiled. Users never see these flags.
add_library(paragon-dev INTERFACE)
if(whole)
  target_link_libraries(paragon-dev INTERFACE paragon)
else()
  list(TRANSFORM components PREPEND paragon- OUTPUT_VARIABLE libraries)
  target_link_libraries(paragon-dev INTERFACE ${libraries})
endif()
# GCC 12.2 with AVX-512 makes wrong constants of lists such as std::vector<double>{3, 3, 0, 0}, from -O2 on and whatever is
# included. None was found in what the headers become; tests and programs have such lists.
target_compile_options(paragon-dev INTERFACE
  "$<$<AND:$<COMPILE_LANG_AND_ID:CXX,GNU>,$<VERSION_LESS:$<CXX_COMPILER_VERSION>,13>>:-fno-tree-slp-vectorize>")
if(NOT PARAGON_PORTABLE)
  target_link_libraries(paragon-dev INTERFACE paragon-native)
endif()

set(warnings -Wall -Wextra -Wpedantic "$<$<NOT:$<BOOL:$<TARGET_PROPERTY:PARAGON_MAY_SHADOW>>>:-Wshadow>" -Wconversion -Wsign-conversion)
# GCC 12 sees uninitialised variables in its own AVX-512 headers and overlaps in std::string where it inlines (its bugs
# 105593 and 105651). The unoptimised presets keep both warnings.
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  list(APPEND warnings "$<$<CONFIG:Release,RelWithDebInfo>:-Wno-maybe-uninitialized;-Wno-uninitialized;-Wno-restrict;-Wno-stringop-overread>")
endif()
if(PARAGON_WERROR)
  list(APPEND warnings -Werror)
endif()
target_compile_options(paragon-dev INTERFACE
  "$<$<COMPILE_LANGUAGE:CXX>:${warnings}>"
  "$<$<COMPILE_LANGUAGE:CUDA>:-Xcompiler=-Wall,-Wextra>")

if(PARAGON_SANITIZE)
  set(sanitize -fsanitize=${PARAGON_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_compile_options(paragon-dev INTERFACE "$<$<COMPILE_LANGUAGE:CXX>:${sanitize}>")
  target_compile_definitions(paragon-dev INTERFACE PARAGON_SANITIZED)  # for tests that limit memory
  target_link_options(paragon-dev INTERFACE ${sanitize})
endif()

if(NOT PROJECT_IS_TOP_LEVEL)
  return()
endif()

set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
find_program(PARAGON_CCACHE ccache)
mark_as_advanced(PARAGON_CCACHE)
if(PARAGON_CCACHE)
  foreach(language CXX CUDA)
    if(NOT DEFINED CMAKE_${language}_COMPILER_LAUNCHER)
      set(CMAKE_${language}_COMPILER_LAUNCHER "${PARAGON_CCACHE}")
    endif()
  endforeach()
endif()

add_custom_target(format COMMAND "${CMAKE_COMMAND}" -P "${PROJECT_SOURCE_DIR}/cmake/format.cmake" VERBATIM)
add_custom_target(format-check
  COMMAND "${CMAKE_COMMAND}" -D CHECK=ON -P "${PROJECT_SOURCE_DIR}/cmake/format.cmake" VERBATIM)
add_custom_target(docs COMMAND "${CMAKE_COMMAND}" -D "OUT=${PROJECT_BINARY_DIR}/docs"
  -D "VERSION=${PROJECT_VERSION}" -P "${PROJECT_SOURCE_DIR}/cmake/docs.cmake" VERBATIM)
