// SPDX-License-Identifier: Apache-2.0
//
// A load of UDP datagrams on loopback, and the ceiling of any server under it: a bare loop
// of recvmmsg and sendmmsg that sends back what it gets.
//
//   Served served = ServeBare(queries, 64);                 // queries per second of CPU
//   std::jthread client([&] { Load(port, queries, 64); });  // the same load on another
#ifndef BENCHMARKS_UDP_LOAD_H_
#define BENCHMARKS_UDP_LOAD_H_

#include <cstdint>
#include <vector>

#include "libshadw/base/bytes.h"

namespace shadw::benchmarks {

inline constexpr size_t kBatch = 64;
inline constexpr int kSlice = 20'000;  // datagrams of one turn
// The end of a slice is found by silence.
inline constexpr int kServerPauseMs = 100;

// Sent in turn.
using Queries = std::vector<base::Bytes>;

struct Served {
  double datagrams = 0;
  double cpu_seconds = 0;

  Served& operator+=(const Served& other) {
    datagrams += other.datagrams;
    cpu_seconds += other.cpu_seconds;
    return *this;
  }
  double Rate() const { return datagrams / cpu_seconds; }
};

double ThreadCpuSeconds();

// Exchanges kSlice datagrams with the server at `port`, `outstanding` at a time. Returns how
// many came back: loopback drops where a buffer is full.
int Load(uint16_t port, const Queries& queries, int outstanding);

// One slice, echoed.
Served ServeBare(const Queries& queries, int outstanding);

}  // namespace shadw::benchmarks

#endif  // BENCHMARKS_UDP_LOAD_H_
