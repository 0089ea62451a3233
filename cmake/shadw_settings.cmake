# SPDX-License-Identifier: Apache-2.0
# Settings that hold for every target of the tree. They are attached to the
# interface target `shadw_settings`, never to global variables that would leak
# into a project that includes us with add_subdirectory.

if(PROJECT_IS_TOP_LEVEL)
  set(CMAKE_RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/bin")
  set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
  find_program(SHADW_CCACHE ccache)
  if(SHADW_CCACHE)
    set(CMAKE_CXX_COMPILER_LAUNCHER "${SHADW_CCACHE}")
  endif()
endif()

include(GNUInstallDirs)

add_library(shadw_settings INTERFACE)
target_compile_features(shadw_settings INTERFACE cxx_std_20)
target_compile_options(shadw_settings INTERFACE
  -Wall -Wextra -Wshadow -Wnon-virtual-dtor -Wimplicit-fallthrough
  # Designated initialisers leave out what keeps its default.
  -Wno-missing-field-initializers
  # GCC 12 takes the empty state of std::optional for uninitialised memory.
  $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized>
  # Results of seeded code must not depend on whether a compiler fuses.
  -ffp-contract=off
  $<$<BOOL:${SHADW_WERROR}>:-Werror>)
if(SHADW_SANITIZE)
  target_compile_options(shadw_settings INTERFACE
    -fsanitize=${SHADW_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all
    # GCC sees overflows in instrumented code that are not there; other builds judge warnings.
    -Wno-error)
  target_link_options(shadw_settings INTERFACE -fsanitize=${SHADW_SANITIZE})
endif()
if(SHADW_BUILD_FUZZERS)
  target_compile_options(shadw_settings INTERFACE -fsanitize=fuzzer-no-link)
endif()
