# SPDX-License-Identifier: Apache-2.0
# Install rules of what shadw_module() declared: one export set per module, so that
#   find_package(libshadw CONFIG REQUIRED COMPONENTS erasure shard)
# brings those modules, the modules under them and their packages, and nothing else;
# and one libshadw.pc for everybody without CMake.
include(CMakePackageConfigHelpers)
get_property(shadw_modules GLOBAL PROPERTY SHADW_MODULES)
set(shadw_config_dir "${CMAKE_INSTALL_LIBDIR}/cmake/libshadw")

# The find_package names behind the third-party targets of a module. CMake puts the
# package's name before the `::`; PACKAGES wins where it asks for a version.
function(shadw_packages_of module result)
  get_property(packages GLOBAL PROPERTY SHADW_${module}_PACKAGES)
  get_property(libs GLOBAL PROPERTY SHADW_${module}_LIBS)
  get_property(private_libs GLOBAL PROPERTY SHADW_${module}_PRIVATE_LIBS)
  foreach(lib IN LISTS libs private_libs)
    string(REGEX REPLACE "::.*" "" package "${lib}")
    if(NOT ";${packages};" MATCHES ";${package}[ ;]")
      list(APPEND packages ${package})
    endif()
  endforeach()
  set(${result} "${packages}" PARENT_SCOPE)
endfunction()

# What pkg-config calls the third-party targets of `libs`. Threads and libipsec-mb have
# no .pc file.
function(shadw_pkgconfig_names libs result)
  set(names "")
  foreach(lib IN LISTS libs)
    if(lib MATCHES "^absl::(.+)$")
      list(APPEND names "absl_${CMAKE_MATCH_1}")
    elseif(lib STREQUAL "OpenSSL::Crypto")
      list(APPEND names libcrypto)
    elseif(lib MATCHES "^(Sodium|Secp256k1|ISAL|Zstd)::(.+)$")
      list(APPEND names "lib${CMAKE_MATCH_2}")
    elseif(NOT lib MATCHES "^(Threads::Threads|IPSecMB::IPSec_MB)$")
      message(FATAL_ERROR "shadw_install: got ${lib}, which has no pkg-config name here")
    endif()
  endforeach()
  list(REMOVE_DUPLICATES names)
  set(${result} "${names}" PARENT_SCOPE)
endfunction()

# --- modules ------------------------------------------------------------------
set(shadw_config_table "")
foreach(module IN LISTS shadw_modules)
  install(TARGETS shadw_${module} EXPORT libshadw-${module}
    ARCHIVE DESTINATION "${CMAKE_INSTALL_LIBDIR}"
    FILE_SET HEADERS DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}")
  install(EXPORT libshadw-${module} NAMESPACE shadw::
    FILE libshadw-${module}.cmake DESTINATION "${shadw_config_dir}")
  get_property(deps GLOBAL PROPERTY SHADW_${module}_DEPS)
  shadw_packages_of(${module} packages)
  string(APPEND shadw_config_table
    "set(_libshadw_${module}_deps \"${deps}\")\n"
    "set(_libshadw_${module}_packages \"${packages}\")\n")
endforeach()

# --- libshadw-config.cmake ----------------------------------------------------
configure_package_config_file(
  "${CMAKE_CURRENT_LIST_DIR}/libshadw-config.cmake.in"
  "${PROJECT_BINARY_DIR}/libshadw-config.cmake"
  INSTALL_DESTINATION "${shadw_config_dir}"
  NO_SET_AND_CHECK_MACRO NO_CHECK_REQUIRED_COMPONENTS_MACRO)
write_basic_package_version_file(
  "${PROJECT_BINARY_DIR}/libshadw-config-version.cmake" COMPATIBILITY SameMinorVersion)
install(FILES
  "${PROJECT_BINARY_DIR}/libshadw-config.cmake"
  "${PROJECT_BINARY_DIR}/libshadw-config-version.cmake"
  "${CMAKE_CURRENT_LIST_DIR}/FindSodium.cmake"
  "${CMAKE_CURRENT_LIST_DIR}/FindSecp256k1.cmake"
  "${CMAKE_CURRENT_LIST_DIR}/FindISAL.cmake"
  "${CMAKE_CURRENT_LIST_DIR}/FindZstd.cmake"
  "${CMAKE_CURRENT_LIST_DIR}/FindIPSecMB.cmake"
  DESTINATION "${shadw_config_dir}")

# --- libshadw.pc --------------------------------------------------------------
# A linker reads static archives from left to right: highest floor first.
set(shadw_pc_libs "")
set(shadw_pc_public "")
set(shadw_pc_private "")
foreach(module IN LISTS shadw_modules)
  string(PREPEND shadw_pc_libs " -lshadw_${module}")
  get_property(libs GLOBAL PROPERTY SHADW_${module}_LIBS)
  get_property(private_libs GLOBAL PROPERTY SHADW_${module}_PRIVATE_LIBS)
  list(APPEND shadw_pc_public ${libs})
  list(APPEND shadw_pc_private ${private_libs})
endforeach()
set(shadw_pc_libs_private "")
if("Threads::Threads" IN_LIST shadw_pc_public OR "Threads::Threads" IN_LIST shadw_pc_private)
  list(APPEND shadw_pc_libs_private "-pthread")
endif()
if("IPSecMB::IPSec_MB" IN_LIST shadw_pc_private)
  list(APPEND shadw_pc_libs_private "-lIPSec_MB")
endif()
list(JOIN shadw_pc_libs_private " " shadw_pc_libs_private)
shadw_pkgconfig_names("${shadw_pc_public}" shadw_pc_public)
shadw_pkgconfig_names("${shadw_pc_private}" shadw_pc_private)
if(shadw_pc_public)
  list(REMOVE_ITEM shadw_pc_private ${shadw_pc_public})
endif()
list(JOIN shadw_pc_public ", " shadw_pc_requires)
list(JOIN shadw_pc_private ", " shadw_pc_requires_private)
# The prefix is found from where the file lies, so the installed tree may be moved.
file(RELATIVE_PATH shadw_pc_prefix
  "${CMAKE_INSTALL_FULL_LIBDIR}/pkgconfig" "${CMAKE_INSTALL_PREFIX}")
string(REGEX REPLACE "/$" "" shadw_pc_prefix "${shadw_pc_prefix}")
cmake_path(APPEND shadw_pc_libdir "\${prefix}" "${CMAKE_INSTALL_LIBDIR}")
cmake_path(APPEND shadw_pc_includedir "\${prefix}" "${CMAKE_INSTALL_INCLUDEDIR}")
configure_file("${CMAKE_CURRENT_LIST_DIR}/libshadw.pc.in" "${PROJECT_BINARY_DIR}/libshadw.pc" @ONLY)
install(FILES "${PROJECT_BINARY_DIR}/libshadw.pc" DESTINATION "${CMAKE_INSTALL_LIBDIR}/pkgconfig")

install(FILES "${PROJECT_SOURCE_DIR}/LICENSE" DESTINATION "${CMAKE_INSTALL_DOCDIR}")
