// SPDX-License-Identifier: Apache-2.0
#include "libshadw/sim/trace_hash.h"

#include <gtest/gtest.h>

#include <set>

#include "libshadw/sim/address_plan.h"

namespace shadw::sim {
namespace {

uint64_t HashOf(int64_t time, uint32_t from, uint32_t to, base::ByteSpan bytes) {
  TraceHash hash;
  hash.Add({.time = base::FromUnixNanos(time),
            .from = AddressPlan::EndpointOf(from),
            .to = AddressPlan::EndpointOf(to),
            .bytes = bytes});
  return hash.value();
}

TEST(TraceHash, IsTheSameOnEveryMachine) {
  base::Bytes bytes;
  for (uint8_t i = 0; i < 100; ++i) bytes.push_back(i);
  // Source: hash and address plan written again in Python.
  EXPECT_EQ(HashOf(1'700'000'000'000'000'000, 1, 2, bytes), 7190789002862647294u);
}

TEST(TraceHash, ChangesWithTimeEndsAndEveryByteAndLength) {
  std::set<uint64_t> seen = {HashOf(1, 1, 2, {}), HashOf(2, 1, 2, {}), HashOf(1, 2, 1, {}),
                             HashOf(1, 1, 3, {})};
  size_t count = 4;
  for (size_t length = 1; length <= 40; ++length) {
    base::Bytes bytes(length);
    seen.insert(HashOf(1, 1, 2, bytes));
    ++count;
    for (uint8_t& byte : bytes) {
      for (int bit = 0; bit < 8; ++bit) {
        byte ^= static_cast<uint8_t>(1 << bit);
        seen.insert(HashOf(1, 1, 2, bytes));
        byte ^= static_cast<uint8_t>(1 << bit);
        ++count;
      }
    }
  }
  EXPECT_EQ(seen.size(), count);
}

TEST(TraceHash, ChangesWithTheOrderOfDeliveries) {
  const base::Endpoint a = AddressPlan::EndpointOf(1);
  const base::Endpoint b = AddressPlan::EndpointOf(2);
  TraceHash one;
  TraceHash other;
  one.Add({.time = {}, .from = a, .to = b, .bytes = {}});
  one.Add({.time = {}, .from = b, .to = a, .bytes = {}});
  other.Add({.time = {}, .from = b, .to = a, .bytes = {}});
  other.Add({.time = {}, .from = a, .to = b, .bytes = {}});
  EXPECT_NE(one.value(), other.value());
}

}  // namespace
}  // namespace shadw::sim
