// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <cstdlib>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "libshadw/base/status_macros.h"
#include "libshadw/erasure/kernels/path.h"

namespace shadw::erasure::internal {
namespace {

constexpr char kVariable[] = "SHADW_ERASURE_BACKEND";

constexpr std::array<const Path*, 5> kPaths = {&kGfniAvx512Path, &kGfniAvx2Path, &kAvx2Path,
                                               &kIsalPath, &kPlainPath};

absl::StatusOr<const Path*> IfRunnable(const Path* path) {
  SHADW_RETURN_IF_ERROR(CheckRunnable(*path));
  return path;
}

absl::StatusOr<const Path*> PathNamed(std::string_view name) {
  for (const Path* path : kPaths) {
    if (path->name == name) return IfRunnable(path);
  }
  const auto append_name = [](std::string* out, const Path* path) { out->append(path->name); };
  return absl::InvalidArgumentError(
      absl::StrCat("erasure: got ", kVariable, "=", absl::string_view(name.data(), name.size()),
                   ", need one of: ", absl::StrJoin(kPaths, " ", append_name)));
}

const Path* Fastest() {
  for (const Path* path : kPaths) {
    if (path->missing() == nullptr) return path;
  }
  return &kPlainPath;
}

}  // namespace

std::span<const Path* const> AllPaths() { return kPaths; }

absl::Status CheckRunnable(const Path& path) {
  const char* missing = path.missing();
  if (missing == nullptr) return absl::OkStatus();
  return absl::UnimplementedError(absl::StrCat("erasure: got backend ", path.name,
                                               ", need a processor and system with ", missing));
}

absl::StatusOr<const Path*> ChoosePath(Backend backend) {
  if (backend == Backend::kFastest) {
    const char* name = std::getenv(kVariable);
    if (name != nullptr && *name != '\0') return PathNamed(name);
    return Fastest();
  }
  for (const Path* path : kPaths) {
    if (path->backend == backend) return IfRunnable(path);
  }
  return absl::InvalidArgumentError(absl::StrCat("erasure: got backend ", static_cast<int>(backend),
                                                 ", need one of the enumeration"));
}

}  // namespace shadw::erasure::internal
