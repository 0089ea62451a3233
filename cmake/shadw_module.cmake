# SPDX-License-Identifier: Apache-2.0
# shadw_module(<name>
#   SOURCES      <file.cc> …     compiled into the module's static library
#   HEADERS      <file.h> …      its public headers
#   DEPS         <module> …      modules of lower floors whose headers it includes
#   PRIVATE_DEPS <module> …      modules that only its sources include
#   LIBS         <target> …      third-party targets that its headers mention
#   PRIVATE_LIBS <target> …      third-party targets behind its door
#   PACKAGES     <package> …)    what an installed copy must find beyond the packages
#                                that LIBS and PRIVATE_LIBS name before their `::`;
#                                "OpenSSL 3.0" asks for a version
#
# Makes the static library `shadw_<name>` and the alias `shadw::<name>`, and adds it
# to the umbrella `shadw::shadw`. tests/tidy compares the #include lines with DEPS
# and PRIVATE_DEPS.
set_property(GLOBAL PROPERTY SHADW_MODULES "")
add_library(shadw_umbrella INTERFACE)
add_library(shadw::shadw ALIAS shadw_umbrella)

function(shadw_module name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" ""
    "SOURCES;HEADERS;DEPS;PRIVATE_DEPS;LIBS;PRIVATE_LIBS;PACKAGES")
  if(arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "shadw_module(${name}): unknown argument ${arg_UNPARSED_ARGUMENTS}")
  endif()
  set(target shadw_${name})
  add_library(${target} STATIC ${arg_SOURCES})
  add_library(shadw::${name} ALIAS ${target})
  set_target_properties(${target} PROPERTIES
    EXPORT_NAME ${name}
    POSITION_INDEPENDENT_CODE ON
    CXX_VISIBILITY_PRESET hidden)
  target_sources(${target} PUBLIC FILE_SET HEADERS
    BASE_DIRS ${PROJECT_SOURCE_DIR} FILES ${arg_HEADERS})
  target_compile_features(${target} PUBLIC cxx_std_20)
  target_link_libraries(${target}
    PUBLIC ${arg_LIBS} PRIVATE ${arg_PRIVATE_LIBS} $<BUILD_INTERFACE:shadw_settings>)
  foreach(dep IN LISTS arg_DEPS)
    target_link_libraries(${target} PUBLIC shadw_${dep})
  endforeach()
  foreach(dep IN LISTS arg_PRIVATE_DEPS)
    target_link_libraries(${target} PRIVATE shadw_${dep})
  endforeach()
  target_link_libraries(shadw_umbrella INTERFACE ${target})
  set_property(GLOBAL APPEND PROPERTY SHADW_MODULES ${name})
  set_property(GLOBAL PROPERTY SHADW_${name}_DEPS ${arg_DEPS} ${arg_PRIVATE_DEPS})
  set_property(GLOBAL PROPERTY SHADW_${name}_LIBS ${arg_LIBS})
  set_property(GLOBAL PROPERTY SHADW_${name}_PRIVATE_LIBS ${arg_PRIVATE_LIBS})
  set_property(GLOBAL PROPERTY SHADW_${name}_PACKAGES ${arg_PACKAGES})
endfunction()

# shadw_test(<module> SOURCES … [LIBS …]): the program `<module>_test`, linked
# with shadw::<module> and nothing else of ours, so each module is tested alone. With
# SHADW_TESTS_ABOUT=<word>, of the files *_test.cc only those in which the word occurs.
function(shadw_test module)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;LIBS")
  set(target ${module}_test)
  if(SHADW_TESTS_ABOUT)
    set(helpers ${arg_SOURCES})
    list(FILTER helpers EXCLUDE REGEX "_test.cc$")
    list(FILTER arg_SOURCES INCLUDE REGEX "_test.cc$")
    foreach(source IN LISTS arg_SOURCES)
      file(STRINGS ${source} about REGEX "${SHADW_TESTS_ABOUT}" LIMIT_COUNT 1)
      if(NOT about)
        list(REMOVE_ITEM arg_SOURCES ${source})
      endif()
    endforeach()
    if(NOT arg_SOURCES)
      return()
    endif()
    list(APPEND arg_SOURCES ${helpers})
  endif()
  add_executable(${target} ${arg_SOURCES})
  target_compile_options(${target} PRIVATE ${SHADW_TEST_OPTIONS})
  target_link_libraries(${target} PRIVATE shadw::${module} ${arg_LIBS} GTest::gmock_main shadw_settings)
  target_compile_definitions(${target} PRIVATE
    SHADW_TEST_VECTORS="${PROJECT_SOURCE_DIR}/tests/vectors")
  gtest_discover_tests(${target} TEST_PREFIX "${module}/" DISCOVERY_TIMEOUT 60
    PROPERTIES LABELS unit TIMEOUT 900)
endfunction()

# shadw_fuzz(<name> LIBS …): tests/fuzz/<name>_fuzz.cc. Under the `fuzz` preset a
# libFuzzer program; everywhere else a test that replays tests/fuzz/corpus/<name>.
function(shadw_fuzz name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "LIBS")
  set(target ${name}_fuzz)
  add_executable(${target} ${name}_fuzz.cc)
  target_link_libraries(${target} PRIVATE ${arg_LIBS} shadw_settings)
  if(SHADW_BUILD_FUZZERS)
    target_link_options(${target} PRIVATE -fsanitize=fuzzer)
  else()
    target_sources(${target} PRIVATE replay_corpus.cc)
    add_test(NAME fuzz/${name}
      COMMAND ${target} ${CMAKE_CURRENT_SOURCE_DIR}/corpus/${name})
    set_tests_properties(fuzz/${name} PROPERTIES LABELS fuzz)
  endif()
endfunction()

# shadw_benchmark(<module> [FILE <name>] [SOURCES …] LIBS …): <name>_benchmark.cc as a
# program; the name is the module's where it is left out.
function(shadw_benchmark module)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "FILE" "SOURCES;LIBS")
  if(NOT arg_FILE)
    set(arg_FILE ${module})
  endif()
  set(target ${arg_FILE}_benchmark)
  add_executable(${target} ${target}.cc ${arg_SOURCES})
  target_link_libraries(${target} PRIVATE
    shadw::${module} ${arg_LIBS} benchmark::benchmark shadw_settings)
endfunction()
