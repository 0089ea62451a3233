// SPDX-License-Identifier: Apache-2.0
//
// Where a datagram comes from or goes to: an IPv4 or IPv6 address and a port. A plain
// value; resolving names is `net`'s work.
//
//   base::Endpoint peer = *base::Endpoint::Parse("[2001:db8::1]:6881");
//   peer.ToString();                          // "[2001:db8::1]:6881"
//   base::Endpoint::V4(127, 0, 0, 1, 6881).IsLocal();            // true
//
// Limits: no scope ids of link-local addresses. An IPv4 address mapped into IPv6
// (::ffff:a.b.c.d) becomes the IPv4 address: one peer has one spelling.
#ifndef LIBSHADW_BASE_ENDPOINT_H_
#define LIBSHADW_BASE_ENDPOINT_H_

#include <array>
#include <compare>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "libshadw/base/bytes.h"
#include "libshadw/base/coding.h"

namespace shadw::base {

struct Endpoint {
  ByteArray<16> address;  // network order; IPv4 in the first four bytes, the rest zero
  uint16_t port;          // host order
  bool v6;

  static constexpr Endpoint V4(uint8_t a, uint8_t b, uint8_t c, uint8_t d, uint16_t port) {
    return {.address = {a, b, c, d}, .port = port, .v6 = false};
  }
  // The IPv4 address whose first octet is the highest byte of `address`.
  static constexpr Endpoint V4(uint32_t address, uint16_t port) {
    return V4(static_cast<uint8_t>(address >> 24), static_cast<uint8_t>(address >> 16),
              static_cast<uint8_t>(address >> 8), static_cast<uint8_t>(address), port);
  }
  static Endpoint V6(std::span<const uint8_t, 16> address, uint16_t port);
  // "1.2.3.4:80" or "[::1]:80".
  //   Errors   kInvalidArgument  no address and port in digits
  static absl::StatusOr<Endpoint> Parse(std::string_view text);

  std::string ToString() const;
  // The bytes of the address: 4 or 16.
  ByteSpan ip() const { return {address.data(), v6 ? size_t{16} : size_t{4}}; }
  // Of IPv4: the address as a number, its first octet highest.
  constexpr uint32_t v4() const {
    return uint32_t{address[0]} << 24 | uint32_t{address[1]} << 16 | uint32_t{address[2]} << 8 |
           address[3];
  }

  // Loopback, private and link-local: addresses that mean nothing to a stranger.
  bool IsLocal() const { return v6 ? IsLocalV6() : IsLocalV4(); }
  // An address that one can send to: not unspecified, not multicast, the port not 0.
  bool IsUsable() const {
    if (port == 0) return false;
    if (!v6) return address[0] != 0 && address[0] < 224;
    return address[0] != 0xff && address != ByteArray<16>{};
  }
  // The network it is reckoned to: the first 24 bits of IPv4, 48 of IPv6, tagged with
  // the family so that the two never meet.
  uint64_t Subnet() const {
    if (!v6) return v4() >> 8;
    uint64_t first = 0;
    for (size_t i = 0; i < 6; ++i) first = first << 8 | address[i];
    return first | uint64_t{1} << 63;
  }

  // Written out, as compilers make a call of the default one.
  friend bool operator==(const Endpoint& a, const Endpoint& b) {
    const auto half = [](const Endpoint& it, size_t at) {
      return LoadLittleEndian<uint64_t>(it.address.data() + at);
    };
    return ((half(a, 0) ^ half(b, 0)) | (half(a, 8) ^ half(b, 8))) == 0 && a.port == b.port &&
           a.v6 == b.v6;
  }
  // NOLINTNEXTLINE(modernize-use-nullptr)
  friend auto operator<=>(const Endpoint&, const Endpoint&) = default;

 private:
  constexpr bool IsLocalV4() const {
    const uint32_t ip = v4();
    return ip >> 24 == 127 || ip >> 24 == 10 || ip >> 20 == 0xac1 || ip >> 16 == 0xc0a8 ||
           ip >> 16 == 0xa9fe;
  }
  bool IsLocalV6() const;
};

struct EndpointHash {
  size_t operator()(const Endpoint& endpoint) const;
};

}  // namespace shadw::base

#endif  // LIBSHADW_BASE_ENDPOINT_H_
