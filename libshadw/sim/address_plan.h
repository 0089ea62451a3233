// SPDX-License-Identifier: Apache-2.0
//
// Which public IPv4 endpoint the machine of a number has, and back, by computation:
// a hundred thousand machines cost no table. Machines that follow each other lie far
// apart, and the first 14 million in a /24 of their own.
//
//   AddressPlan::EndpointOf(7);                            // some 91.44.7.1:6881
//   AddressPlan::NumberOf(AddressPlan::EndpointOf(7));     // 7
//
// Limits: every /8 of which a part is reserved (10, 127, 192, …) stays out as a whole.
//   Source   reserved ranges: RFC 6890
#ifndef LIBSHADW_SIM_ADDRESS_PLAN_H_
#define LIBSHADW_SIM_ADDRESS_PLAN_H_

#include <array>
#include <cstdint>
#include <optional>

#include "libshadw/base/endpoint.h"

namespace shadw::sim {

class AddressPlan {
 public:
  static constexpr uint16_t kPort = 6881;
  static constexpr uint32_t kUsableFirstOctets = 215;
  static constexpr uint32_t kSubnets = kUsableFirstOctets << 16;
  static constexpr uint32_t kHostsPerSubnet = 254;
  static constexpr uint32_t kMaxNumbers = kSubnets * kHostsPerSubnet;

  //   Range    number  below kMaxNumbers; taken modulo it
  static constexpr base::Endpoint EndpointOf(uint32_t number) {
    number %= kMaxNumbers;
    const uint32_t host = 1 + number / kSubnets;
    const auto subnet = static_cast<uint32_t>(uint64_t{number % kSubnets} * kStride % kSubnets);
    return base::Endpoint::V4(
        uint32_t{kOctets.usable[subnet >> 16]} << 24 | (subnet & 0xffff) << 8 | host, kPort);
  }

  // Nothing for an endpoint that the plan gives to nobody.
  static constexpr std::optional<uint32_t> NumberOf(const base::Endpoint& endpoint) {
    const uint32_t address = endpoint.v4();
    const uint32_t host = address & 0xff;
    const uint32_t rank = kOctets.rank[address >> 24];
    if (endpoint.v6 || endpoint.port != kPort || rank == kReserved) return std::nullopt;
    if (host == 0 || host > kHostsPerSubnet) return std::nullopt;
    const uint32_t subnet = rank << 16 | (address >> 8 & 0xffff);
    return (host - 1) * kSubnets +
           static_cast<uint32_t>(uint64_t{subnet} * kInverseStride % kSubnets);
  }

 private:
  static constexpr uint32_t kReserved = 0xff;
  // Near kSubnets times the golden ratio; shares no factor with 2^16 * 5 * 43.
  static constexpr uint64_t kStride = 8'708'247;

  static constexpr bool IsReserved(uint32_t first_octet) {
    for (const uint32_t octet : {0, 10, 100, 127, 169, 172, 192, 198, 203}) {
      if (first_octet == octet) return true;
    }
    return first_octet >= 224;
  }

  struct Octets {
    std::array<uint8_t, kUsableFirstOctets> usable{};
    std::array<uint8_t, 256> rank{};
  };
  static constexpr Octets MakeOctets() {
    Octets octets;
    uint32_t count = 0;
    for (uint32_t octet = 0; octet < 256; ++octet) {
      octets.rank[octet] = kReserved;
      if (IsReserved(octet)) continue;
      octets.rank[octet] = static_cast<uint8_t>(count);
      octets.usable[count++] = static_cast<uint8_t>(octet);
    }
    return octets;
  }
  // Euclid's algorithm for the number that undoes the stride.
  static constexpr uint64_t InverseOf(uint64_t stride) {
    int64_t remainder = kSubnets;
    int64_t next = static_cast<int64_t>(stride);
    int64_t factor = 0;
    int64_t next_factor = 1;
    while (next != 0) {
      const int64_t quotient = remainder / next;
      const int64_t r = remainder - quotient * next;
      const int64_t f = factor - quotient * next_factor;
      remainder = next;
      next = r;
      factor = next_factor;
      next_factor = f;
    }
    return static_cast<uint64_t>(factor < 0 ? factor + kSubnets : factor);
  }

  static const Octets kOctets;
  static const uint64_t kInverseStride;
};

inline constexpr AddressPlan::Octets AddressPlan::kOctets = AddressPlan::MakeOctets();
inline constexpr uint64_t AddressPlan::kInverseStride = AddressPlan::InverseOf(kStride);

}  // namespace shadw::sim

#endif  // LIBSHADW_SIM_ADDRESS_PLAN_H_
