# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# paragon::cuda: what a program that uses backend::cuda links beside paragon::paragon. Sets PARAGON_WITH_CUDA.
set(PARAGON_WITH_CUDA OFF)

add_library(paragon-cuda INTERFACE)
add_library(paragon::cuda ALIAS paragon-cuda)
set_target_properties(paragon-cuda PROPERTIES EXPORT_NAME cuda)
target_link_libraries(paragon-cuda INTERFACE paragon CUDA::cudart CUDA::cublas)
# As an option, since CMake 3.25 does not know that nvcc has C++20.
target_compile_options(paragon-cuda INTERFACE "$<$<COMPILE_LANGUAGE:CUDA>:-std=c++20;--expt-relaxed-constexpr>")

if(PARAGON_CUDA STREQUAL "OFF" OR NOT PARAGON_CUDA)
  return()
endif()
find_program(PARAGON_NVCC nvcc HINTS "$ENV{CUDACXX}" ENV CUDA_PATH ENV CUDA_HOME PATHS /usr/local/cuda PATH_SUFFIXES bin)
mark_as_advanced(PARAGON_NVCC)
if(NOT PARAGON_NVCC)
  if(NOT PARAGON_CUDA STREQUAL "AUTO")
    message(FATAL_ERROR "PARAGON_CUDA is ${PARAGON_CUDA}, but there is no nvcc on PATH, in CUDA_PATH or in /usr/local/cuda.")
  endif()
  return()
endif()
if(NOT CMAKE_CUDA_COMPILER AND NOT DEFINED ENV{CUDACXX})
  set(CMAKE_CUDA_COMPILER "${PARAGON_NVCC}")
endif()
# Machine code for Hopper, and PTX that every GPU since Ampere can take.
if(NOT DEFINED CMAKE_CUDA_ARCHITECTURES AND NOT DEFINED ENV{CUDAARCHS})
  set(CMAKE_CUDA_ARCHITECTURES "80-virtual;90-real" CACHE STRING "GPUs to compile for")
endif()
enable_language(CUDA)
find_package(CUDAToolkit REQUIRED)
set(PARAGON_WITH_CUDA ON)
message(STATUS "CUDA ${CUDAToolkit_VERSION}: building the CUDA sources")
