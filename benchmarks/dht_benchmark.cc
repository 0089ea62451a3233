// SPDX-License-Identifier: Apache-2.0
//
// The DHT in nanoseconds of CPU a call. The ceiling of a codec is one pass over the
// datagram: a copy of its bytes, measured here as BM_CopyReply.
#include <benchmark/benchmark.h>

#include <algorithm>

#include "libshadw/crypto/random.h"
#include "libshadw/crypto/sha1.h"
#include "libshadw/dht/krpc/mainline.h"

namespace shadw::dht {
namespace {

const base::Endpoint kFrom = base::Endpoint::V4(10, 0, 0, 1, 6881);
constexpr base::ByteArray<2> kTransaction = {'a', 'b'};
constexpr size_t kReplyNodes = 8;

NodeId RandomId(base::RandomSource& random) { return NodeId::FromBytes(random.Array<20>()); }

Message Query(Method method) {
  crypto::SeededRandom random(1);
  Message query;
  query.method = method;
  query.transaction = kTransaction;
  query.sender = RandomId(random);
  if (method != Method::kPing) query.target = RandomId(random);
  return query;
}

Message Reply(Method method) {
  crypto::SeededRandom random(2);
  Message reply;
  reply.kind = Kind::kResponse;
  reply.method = method;
  reply.transaction = kTransaction;
  reply.sender = RandomId(random);
  reply.observed = kFrom;
  if (method == Method::kPing) return reply;
  for (uint32_t i = 0; i < kReplyNodes; ++i) {
    reply.contacts.Add(
        {.id = RandomId(random), .endpoint = base::Endpoint::V4(0x58000001 + i, 6881)});
  }
  return reply;
}

Message Make(Kind kind, Method method) {
  return kind == Kind::kQuery ? Query(method) : Reply(method);
}

template <Kind kKind, Method kMethod>
void BM_Encode(benchmark::State& state) {
  const Message message = Make(kKind, kMethod);
  base::Bytes out;
  for (auto _ : state) benchmark::DoNotOptimize(krpc::Mainline().Encode(message, kFrom, out));
  state.counters["bytes"] = static_cast<double>(out.size());
}
BENCHMARK(BM_Encode<Kind::kQuery, Method::kPing>);
BENCHMARK(BM_Encode<Kind::kResponse, Method::kPing>);
BENCHMARK(BM_Encode<Kind::kQuery, Method::kFindNode>);
BENCHMARK(BM_Encode<Kind::kResponse, Method::kFindNode>);

template <Kind kKind, Method kMethod>
void BM_Decode(benchmark::State& state) {
  base::Bytes datagram;
  krpc::Mainline().Encode(Make(kKind, kMethod), kFrom, datagram);
  for (auto _ : state) {
    Message message;
    benchmark::DoNotOptimize(krpc::Mainline().Decode(datagram, kFrom, message));
    benchmark::DoNotOptimize(message.contacts.size());
  }
  state.counters["bytes"] = static_cast<double>(datagram.size());
}
BENCHMARK(BM_Decode<Kind::kQuery, Method::kPing>);
BENCHMARK(BM_Decode<Kind::kResponse, Method::kPing>);
BENCHMARK(BM_Decode<Kind::kQuery, Method::kFindNode>);
BENCHMARK(BM_Decode<Kind::kResponse, Method::kFindNode>);

void BM_CopyReply(benchmark::State& state) {
  base::Bytes datagram;
  krpc::Mainline().Encode(Reply(Method::kFindNode), kFrom, datagram);
  base::Bytes copy(datagram.size());
  for (auto _ : state) {
    std::ranges::copy(datagram, copy.begin());
    benchmark::DoNotOptimize(copy.data());
    benchmark::ClobberMemory();
  }
}
BENCHMARK(BM_CopyReply);

void BM_IdFits(benchmark::State& state) {
  crypto::SeededRandom random(3);
  const base::Endpoint address = base::Endpoint::V4(88, 99, 3, 86, 6881);
  const NodeId id = krpc::Mainline().IdFor(address, random);
  for (auto _ : state) benchmark::DoNotOptimize(krpc::Mainline().IdFits(id, address));
}
BENCHMARK(BM_IdFits);

void BM_Sha1(benchmark::State& state) {
  const base::Bytes value(static_cast<size_t>(state.range(0)), 7);
  for (auto _ : state) benchmark::DoNotOptimize(crypto::Sha1({value}));
}
BENCHMARK(BM_Sha1)->Arg(38)->Arg(1000);

}  // namespace
}  // namespace shadw::dht

BENCHMARK_MAIN();
