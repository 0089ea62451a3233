// SPDX-License-Identifier: Apache-2.0
#include "libshadw/sim/directory.h"

#include "absl/strings/str_cat.h"

namespace shadw::sim {

absl::StatusOr<MachineIndex> Directory::AddAt(const base::Endpoint& endpoint) {
  if (!endpoint.IsUsable()) {
    return absl::InvalidArgumentError(
        absl::StrCat("sim: got endpoint ", endpoint.ToString(), ", need one to send to"));
  }
  if (size_ >= kMaxMachines) {
    return absl::ResourceExhaustedError(
        absl::StrCat("sim: got ", size_, " machines, need fewer than ", kMaxMachines));
  }
  const std::optional<uint32_t> number = AddressPlan::NumberOf(endpoint);
  const bool planned = number && *number < kMaxMachines;
  if (planned || !table_.emplace(endpoint, size_).second) {
    return absl::AlreadyExistsError(
        absl::StrCat("sim: got endpoint ", endpoint.ToString(), ", need one nobody has"));
  }
  chosen_.emplace(size_, endpoint);
  return size_++;
}

}  // namespace shadw::sim
