// SPDX-License-Identifier: Apache-2.0
//
// One number for a whole run: a running hash of every datagram that was delivered, with
// its time and its two ends. Two runs that end in the same number did the same, on
// whatever machine; a run that has become different tells by its number.
//
//   TraceHash hash;
//   hash.Add({.time = now, .from = from, .to = to, .bytes = bytes});
//   hash.value();
//
// Limits: no cryptographic hash: it finds accidents, not adversaries.
//   Source   multiply and fold, as wyhash (Wang Yi 2019) does; constants: digits of pi
#ifndef LIBSHADW_SIM_TRACE_HASH_H_
#define LIBSHADW_SIM_TRACE_HASH_H_

#include <cstdint>
#include <cstring>

#include "libshadw/base/bytes.h"
#include "libshadw/base/coding.h"
#include "libshadw/base/endpoint.h"
#include "libshadw/base/log2.h"
#include "libshadw/base/time.h"

namespace shadw::sim {

class TraceHash {
 public:
  struct Delivery {
    base::Time time;
    const base::Endpoint& from;
    const base::Endpoint& to;
    base::ByteSpan bytes;
  };

  //   Cost     two multiplications per 16 bytes, and as many as for 48 bytes more
  void Add(const Delivery& delivery) {
    Step(static_cast<uint64_t>(base::ToUnixNanos(delivery.time)), delivery.bytes.size());
    AddEndpoint(delivery.from);
    AddEndpoint(delivery.to);
    AddBytes(delivery.bytes);
  }

  uint64_t value() const { return state_; }

 private:
  // A polynomial over the folded products of pairs of words: order counts, and only a
  // multiplication and an addition wait for the step before.
  void Step(uint64_t a, uint64_t b) {
    const base::Uint128 product =
        static_cast<base::Uint128>(a ^ 0x243f6a8885a308d3) * (b ^ 0x13198a2e03707344);
    const uint64_t folded = static_cast<uint64_t>(product) ^ static_cast<uint64_t>(product >> 64);
    state_ = state_ * 0xa4093822299f31d1 + (folded + a);
  }

  void AddEndpoint(const base::Endpoint& endpoint) {
    const uint64_t port = uint64_t{endpoint.port} << 1 | uint64_t{endpoint.v6};
    Step(base::LoadLittleEndian<uint64_t>(endpoint.address.data()), port);
    if (endpoint.v6) Step(base::LoadLittleEndian<uint64_t>(endpoint.address.data() + 8), port);
  }

  void AddBytes(base::ByteSpan bytes) {
    for (; bytes.size() >= 16; bytes = bytes.subspan(16)) {
      Step(base::LoadLittleEndian<uint64_t>(bytes.data()),
           base::LoadLittleEndian<uint64_t>(bytes.data() + 8));
    }
    if (bytes.empty()) return;
    base::ByteArray<16> last{};
    std::memcpy(last.data(), bytes.data(), bytes.size());
    Step(base::LoadLittleEndian<uint64_t>(last.data()),
         base::LoadLittleEndian<uint64_t>(last.data() + 8));
  }

  uint64_t state_ = 0;
};

}  // namespace shadw::sim

#endif  // LIBSHADW_SIM_TRACE_HASH_H_
