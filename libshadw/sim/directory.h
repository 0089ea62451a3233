// SPDX-License-Identifier: Apache-2.0
//
// Which machine answers at an endpoint. Most follow the address plan and cost nothing;
// a machine whose endpoint was chosen (several in one subnet, IPv6) stands in a table.
//
//   Directory directory;
//   directory.Add();                                   // 0, where the plan puts it
//   directory.AddAt(base::Endpoint::V4(9, 9, 9, 9, 1));    // 1
//   directory.Find(directory.EndpointOf(1));           // 1
//
// Limits: AddressPlan::kPort belongs to the plan; who chooses takes another port.
#ifndef LIBSHADW_SIM_DIRECTORY_H_
#define LIBSHADW_SIM_DIRECTORY_H_

#include <optional>
#include <unordered_map>

#include "absl/status/statusor.h"
#include "libshadw/base/endpoint.h"
#include "libshadw/sim/address_plan.h"
#include "libshadw/sim/latency.h"

namespace shadw::sim {

class Directory {
 public:
  static constexpr MachineIndex kMaxMachines = 1 << 28;

  MachineIndex size() const { return size_; }

  // The next machine, at the endpoint that the plan has for its number; kOutside where
  // kMaxMachines are there.
  MachineIndex Add() { return size_ < kMaxMachines ? size_++ : kOutside; }
  // The next machine, at this endpoint.
  //   Errors   kInvalidArgument    nothing can be sent there
  //            kAlreadyExists      it is the plan's, or was given away before
  //            kResourceExhausted  kMaxMachines are there
  absl::StatusOr<MachineIndex> AddAt(const base::Endpoint& endpoint);

  //   Range    machine  below size()
  base::Endpoint EndpointOf(MachineIndex machine) const {
    if (!chosen_.empty()) {
      if (const auto found = chosen_.find(machine); found != chosen_.end()) return found->second;
    }
    return AddressPlan::EndpointOf(machine);
  }

  std::optional<MachineIndex> Find(const base::Endpoint& endpoint) const {
    const std::optional<uint32_t> number = AddressPlan::NumberOf(endpoint);
    if (number && *number < kMaxMachines) {
      if (*number < size_ && (chosen_.empty() || !chosen_.contains(*number))) return number;
      return std::nullopt;
    }
    if (table_.empty()) return std::nullopt;
    const auto found = table_.find(endpoint);
    if (found == table_.end()) return std::nullopt;
    return found->second;
  }

 private:
  MachineIndex size_ = 0;
  std::unordered_map<base::Endpoint, MachineIndex, base::EndpointHash> table_;
  std::unordered_map<MachineIndex, base::Endpoint> chosen_;
};

}  // namespace shadw::sim

#endif  // LIBSHADW_SIM_DIRECTORY_H_
