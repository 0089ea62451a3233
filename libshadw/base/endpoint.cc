// SPDX-License-Identifier: Apache-2.0
#include "libshadw/base/endpoint.h"

#include <arpa/inet.h>

#include <algorithm>
#include <cstring>

#include "absl/algorithm/container.h"
#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "libshadw/base/coding.h"

namespace shadw::base {
namespace {

constexpr ByteArray<12> kMappedPrefix{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

absl::Status NotAnEndpoint(std::string_view text) {
  return absl::InvalidArgumentError(absl::StrCat(
      "base: got endpoint '", absl::string_view(text.data(), std::min<size_t>(text.size(), 64)),
      "', need 1.2.3.4:80 or [::1]:80"));
}

}  // namespace

Endpoint Endpoint::V6(std::span<const uint8_t, 16> address, uint16_t port) {
  Endpoint endpoint{.address = {}, .port = port, .v6 = true};
  if (std::ranges::equal(address.first<12>(), kMappedPrefix)) {
    std::ranges::copy(address.last<4>(), endpoint.address.begin());
    endpoint.v6 = false;
  } else {
    std::ranges::copy(address, endpoint.address.begin());
  }
  return endpoint;
}

absl::StatusOr<Endpoint> Endpoint::Parse(std::string_view text) {
  const size_t colon = text.rfind(':');
  if (colon == std::string_view::npos || colon == 0) return NotAnEndpoint(text);
  const std::string digits(text.substr(colon + 1));
  uint32_t port = 0;
  if (digits.empty() || !absl::c_all_of(digits, absl::ascii_isdigit) ||
      !absl::SimpleAtoi(digits, &port) || port > 0xffff) {
    return NotAnEndpoint(text);
  }
  std::string host(text.substr(0, colon));
  ByteArray<16> address{};
  if (host.front() == '[' && host.back() == ']') {
    host = host.substr(1, host.size() - 2);
    if (inet_pton(AF_INET6, host.c_str(), address.data()) != 1) return NotAnEndpoint(text);
    return V6(address, static_cast<uint16_t>(port));
  }
  if (inet_pton(AF_INET, host.c_str(), address.data()) != 1) return NotAnEndpoint(text);
  return Endpoint{.address = address, .port = static_cast<uint16_t>(port), .v6 = false};
}

std::string Endpoint::ToString() const {
  char text[INET6_ADDRSTRLEN] = "";
  inet_ntop(v6 ? AF_INET6 : AF_INET, address.data(), text, sizeof text);
  return v6 ? absl::StrCat("[", text, "]:", port) : absl::StrCat(text, ":", port);
}

bool Endpoint::IsLocalV6() const {
  static constexpr ByteArray<16> kLoopback{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};
  return address == kLoopback || (address[0] & 0xfe) == 0xfc ||
         (address[0] == 0xfe && (address[1] & 0xc0) == 0x80);
}

size_t EndpointHash::operator()(const Endpoint& endpoint) const {
  // Addresses come from strangers: the caller bounds what he keys by them.
  uint64_t hash = LoadLittleEndian<uint64_t>(endpoint.address.data());
  hash ^= LoadLittleEndian<uint64_t>(endpoint.address.data() + 8) * 0x9e3779b97f4a7c15;
  hash ^= uint64_t{endpoint.port} << 40 ^ uint64_t { endpoint.v6 } << 60;
  hash *= 0xbf58476d1ce4e5b9;
  return static_cast<size_t>(hash ^ hash >> 29);
}

}  // namespace shadw::base
