// SPDX-License-Identifier: Apache-2.0
//
// Hostile arguments for the erasure module: texts of codes, lists of shards with wrong
// indices, duplicates and lengths, objects of claimed sizes. Whatever is accepted must
// be right: a rebuilt shard is compared with the one that was encoded.
#include <algorithm>
#include <cstdlib>
#include <optional>
#include <vector>

#include "libshadw/base/coding.h"
#include "libshadw/erasure/code.h"
#include "libshadw/erasure/reed_solomon.h"
#include "libshadw/erasure/whole_object.h"

namespace shadw::erasure {
namespace {

// Wider codes only cost time here.
constexpr uint16_t kMaxFuzzedShards = 24;
constexpr size_t kMaxFuzzedLength = 200;

void Require(bool condition) {
  if (!condition) std::abort();
}

void FuzzParseCode(base::ByteSpan input) {
  const auto code = ParseCode(base::AsText(input));
  if (code.ok()) Require(code->Validate().ok() && ToString(*code) == base::AsText(input));
}

std::optional<ReedSolomon> ReadCoder(base::ByteReader& in) {
  Options options;
  options.code = {.data_shards = static_cast<uint16_t>(in.U8() % kMaxFuzzedShards),
                  .parity_shards = static_cast<uint16_t>(in.U8() % kMaxFuzzedShards)};
  options.backend = static_cast<Backend>(in.U8() % 7);
  options.inverse_cache_entries = in.U8() % 3;
  auto coder = ReedSolomon::Create(options);
  Require(coder.ok() == options.Validate().ok());
  if (!coder.ok()) return std::nullopt;
  return *std::move(coder);
}

// All n shards, each in an allocation of its own, so that a step beyond one is noticed.
std::vector<base::Bytes> EncodeFrom(const ReedSolomon& coder, base::ByteReader& in) {
  const size_t length = in.U8() % kMaxFuzzedLength;
  const Code code = coder.code();
  std::vector<base::Bytes> shards(code.total_shards(), base::Bytes(length));
  for (size_t j = 0; j < code.data_shards; ++j) in.Raw(shards[j]);
  const std::vector<base::ByteSpan> data(shards.begin(), shards.begin() + code.data_shards);
  const std::vector<base::MutableByteSpan> parity(shards.begin() + code.data_shards, shards.end());
  Require(coder.Encode(data, parity).ok());
  Require(coder.Verify(std::vector<base::ByteSpan>(shards.begin(), shards.end())).value());
  return shards;
}

struct Claim {
  uint16_t index;
  bool shortened;  // the span is a byte less than the shard
};

std::vector<Claim> ReadClaims(base::ByteReader& in) {
  std::vector<Claim> claims(in.U8() % (2 * kMaxFuzzedShards));
  for (Claim& claim : claims) {
    const uint8_t kind = in.U8();
    claim.index = kind == 0xff ? in.U16() : kind % (2 * kMaxFuzzedShards);
    claim.shortened = kind == 0xfe;
  }
  return claims;
}

void FuzzReconstruct(base::ByteReader& in) {
  const std::optional<ReedSolomon> coder = ReadCoder(in);
  if (!coder) return;
  const std::vector<Claim> have = ReadClaims(in);
  const std::vector<Claim> want = ReadClaims(in);
  const std::vector<base::Bytes> shards = EncodeFrom(*coder, in);
  const size_t length = shards[0].size();
  const auto size_of = [length](const Claim& c) {
    return c.shortened && length > 0 ? length - 1 : length;
  };

  std::vector<ReedSolomon::Present> present;
  for (const Claim& claim : have) {
    const base::ByteSpan bytes = shards[claim.index % shards.size()];
    present.push_back({claim.index, bytes.first(size_of(claim))});
  }
  std::vector<base::Bytes> outputs;
  for (const Claim& claim : want) outputs.emplace_back(size_of(claim));
  std::vector<ReedSolomon::Wanted> wanted;
  for (size_t i = 0; i < want.size(); ++i) wanted.push_back({want[i].index, outputs[i]});

  for (int round = 0; round < 2; ++round) {  // cold, then warm
    if (!coder->Reconstruct(present, wanted).ok()) return;
    for (const auto& [index, bytes] : wanted) {
      // All lengths may have been shortened alike.
      Require(std::ranges::equal(bytes, base::ByteSpan(shards[index]).first(bytes.size())));
    }
  }
}

void FuzzJoin(base::ByteReader& in) {
  const std::optional<ReedSolomon> coder = ReadCoder(in);
  if (!coder) return;
  const uint64_t claimed_size = in.U64();
  const std::vector<Claim> lost = ReadClaims(in);
  const base::ByteSpan object = in.View(in.remaining());
  const auto shards = SplitAndEncode(*coder, object);
  Require(shards.ok());
  std::vector<std::optional<base::Bytes>> found(shards->begin(), shards->end());
  bool intact = true;
  for (const Claim& claim : lost) {
    if (claim.index >= found.size()) {
      found.resize(claim.index % (4 * kMaxFuzzedShards));
      intact = false;
      if (found.empty()) break;
    } else if (claim.shortened && found[claim.index] && !found[claim.index]->empty()) {
      found[claim.index]->pop_back();
      intact = false;
    } else {
      found[claim.index].reset();
    }
  }
  const auto claimed = Join(*coder, found, claimed_size);
  if (claimed.ok()) Require(claimed->size() == claimed_size);
  const auto again = Join(*coder, found, object.size());
  if (intact && again.ok()) Require(std::ranges::equal(*again, object));
}

}  // namespace
}  // namespace shadw::erasure

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  shadw::base::ByteReader in({data, size});
  switch (in.U8() % 3) {
    case 0:
      shadw::erasure::FuzzParseCode(in.View(in.remaining()));
      break;
    case 1:
      shadw::erasure::FuzzReconstruct(in);
      break;
    default:
      shadw::erasure::FuzzJoin(in);
  }
  return 0;
}
