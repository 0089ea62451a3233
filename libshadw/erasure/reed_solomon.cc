// SPDX-License-Identifier: Apache-2.0
#include "libshadw/erasure/reed_solomon.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libshadw/base/status_macros.h"
#include "libshadw/erasure/decode_cache.h"
#include "libshadw/erasure/kernel.h"
#include "libshadw/erasure/kernels/path.h"
#include "libshadw/erasure/matrix.h"

namespace shadw::erasure {
namespace {

using internal::Kernel;
using internal::LossPattern;
using internal::Matrix;

// Pointers by shard index, on the stack.
using Sources = std::array<const uint8_t*, kMaxTotalShards>;
using Outputs = std::array<uint8_t*, kMaxTotalShards>;

// What a call of Reconstruct asks for, checked. Pointers stand at the index of their
// shard until Compact() moves them together in ascending order.
struct Request {
  LossPattern pattern;
  Sources sources;
  Outputs outputs;
  size_t length = 0;
};

absl::Status CountError(std::string_view what, size_t got, size_t need, Code code) {
  return absl::InvalidArgumentError(absl::StrCat(
      "erasure: got ", got, " ", absl::string_view(what.data(), what.size()), " shards, need ",
      need, " (k=", code.data_shards, ", m=", code.parity_shards, ")"));
}

absl::Status LengthError(size_t got, size_t need) {
  return absl::InvalidArgumentError(
      absl::StrCat("erasure: got shards of ", got, " and ", need, " bytes, need one length"));
}

absl::Status CheckIndex(size_t index, const internal::ShardSet& taken, Code code) {
  if (index >= code.total_shards()) {
    return absl::InvalidArgumentError(
        absl::StrCat("erasure: got shard index ", index, ", need less than ", code.total_shards()));
  }
  if (taken[index]) {
    return absl::InvalidArgumentError(
        absl::StrCat("erasure: got shard ", index, " twice, need each index once"));
  }
  return absl::OkStatus();
}

// Moves the pointers of the members of `set` to the front, keeping their order.
template <typename Pointers>
void Compact(const internal::ShardSet& set, size_t total_shards, Pointers& pointers) {
  size_t place = 0;
  for (size_t i = 0; i < total_shards; ++i) {
    if (set[i]) pointers[place++] = pointers[i];
  }
}

absl::Status ReadRequest(Code code, std::span<const ReedSolomon::Present> present,
                         std::span<const ReedSolomon::Wanted> wanted, Request& request) {
  internal::ShardSet taken;
  request.length = present.empty() ? 0 : present[0].bytes.size();
  for (size_t i = 0; i < present.size(); ++i) {
    const auto& [index, bytes] = present[i];
    SHADW_RETURN_IF_ERROR(CheckIndex(index, taken, code));
    if (bytes.size() != request.length) return LengthError(bytes.size(), request.length);
    taken.set(index);
    if (i >= code.data_shards) continue;
    request.pattern.used.set(index);
    request.sources[index] = bytes.data();
  }
  if (present.size() < code.data_shards) {
    return absl::FailedPreconditionError(
        absl::StrCat("erasure: got ", present.size(), " shards, need ", code.data_shards,
                     " (k=", code.data_shards, ", m=", code.parity_shards, ")"));
  }
  for (const auto& [index, bytes] : wanted) {
    SHADW_RETURN_IF_ERROR(CheckIndex(index, taken, code));
    if (bytes.size() != request.length) return LengthError(bytes.size(), request.length);
    taken.set(index);
    request.pattern.wanted.set(index);
    request.outputs[index] = bytes.data();
  }
  Compact(request.pattern.used, code.total_shards(), request.sources);
  Compact(request.pattern.wanted, code.total_shards(), request.outputs);
  return absl::OkStatus();
}

}  // namespace

struct ReedSolomon::State {
  State(const Options& options_in, const internal::Path& path_in)
      : options(options_in),
        path(path_in),
        parity_rows(internal::CauchyParityRows(options.code)),
        encoder(parity_rows, path),
        cache({.entries = options.inverse_cache_entries, .bytes = kMaxInverseCacheBytes}) {}

  // The kernel for `pattern`, from the cache where it is there.
  std::shared_ptr<const Kernel> Decoder(const LossPattern& pattern) const {
    if (std::shared_ptr<const Kernel> kernel = cache.Find(pattern)) return kernel;
    const std::optional<Matrix> rows =
        internal::ReconstructionRows(parity_rows, pattern.used, pattern.wanted);
    if (!rows) return nullptr;
    auto kernel = std::make_shared<const Kernel>(*rows, path);
    cache.Insert(pattern, kernel);
    return kernel;
  }

  const Options options;
  const internal::Path& path;
  const Matrix parity_rows;
  const Kernel encoder;
  mutable internal::DecodeCache cache;
};

absl::Status Options::Validate() const {
  SHADW_RETURN_IF_ERROR(code.Validate());
  SHADW_RETURN_IF_ERROR(internal::ChoosePath(backend).status());
  if (inverse_cache_entries > kMaxInverseCacheEntries) {
    return absl::InvalidArgumentError(
        absl::StrCat("erasure: got inverse_cache_entries=", inverse_cache_entries,
                     ", need at most ", kMaxInverseCacheEntries));
  }
  return absl::OkStatus();
}

ReedSolomon::ReedSolomon(std::shared_ptr<const State> state) : state_(std::move(state)) {}

absl::StatusOr<ReedSolomon> ReedSolomon::Create(const Options& options) {
  SHADW_RETURN_IF_ERROR(options.Validate());
  SHADW_ASSIGN_OR_RETURN(const internal::Path* path, internal::ChoosePath(options.backend));
  return ReedSolomon(std::make_shared<const State>(options, *path));
}

absl::StatusOr<ReedSolomon> ReedSolomon::Create(Code code) { return Create(Options{.code = code}); }

Code ReedSolomon::code() const { return state_->options.code; }

size_t ReedSolomon::cached_inverses() const { return state_->cache.size(); }

absl::Status ReedSolomon::Encode(std::span<const base::ByteSpan> data,
                                 std::span<const base::MutableByteSpan> parity) const {
  const Code shape = code();
  if (data.size() != shape.data_shards) {
    return CountError("data", data.size(), shape.data_shards, shape);
  }
  if (parity.size() != shape.parity_shards) {
    return CountError("parity", parity.size(), shape.parity_shards, shape);
  }
  Sources sources;
  Outputs outputs;
  const size_t length = data[0].size();
  for (size_t i = 0; i < data.size(); ++i) {
    if (data[i].size() != length) return LengthError(data[i].size(), length);
    sources[i] = data[i].data();
  }
  for (size_t i = 0; i < parity.size(); ++i) {
    if (parity[i].size() != length) return LengthError(parity[i].size(), length);
    outputs[i] = parity[i].data();
  }
  state_->encoder.Apply(sources.data(), outputs.data(), length);
  return absl::OkStatus();
}

absl::Status ReedSolomon::Reconstruct(std::span<const Present> present,
                                      std::span<const Wanted> wanted) const {
  Request request;
  SHADW_RETURN_IF_ERROR(ReadRequest(code(), present, wanted, request));
  if (wanted.empty() || request.length == 0) return absl::OkStatus();
  const std::shared_ptr<const Kernel> decoder = state_->Decoder(request.pattern);
  if (decoder == nullptr) {
    return absl::InternalError("erasure: got a singular Cauchy submatrix, need a regular one");
  }
  decoder->Apply(request.sources.data(), request.outputs.data(), request.length);
  return absl::OkStatus();
}

absl::StatusOr<bool> ReedSolomon::Verify(std::span<const base::ByteSpan> shards) const {
  const Code shape = code();
  if (shards.size() != shape.total_shards()) {
    return CountError("data and parity", shards.size(), shape.total_shards(), shape);
  }
  const size_t length = shards[0].size();
  for (const base::ByteSpan shard : shards) {
    if (shard.size() != length) return LengthError(shard.size(), length);
  }
  if (shape.parity_shards == 0 || length == 0) return true;
  const size_t block = std::min(length, internal::BlockLength(shape.total_shards()));
  base::Buffer expected(shape.parity_shards * block);
  Sources sources;
  Outputs outputs;
  for (size_t i = 0; i < shape.parity_shards; ++i) outputs[i] = expected.data() + i * block;
  for (size_t at = 0; at < length; at += block) {
    const size_t step = std::min(block, length - at);
    for (size_t i = 0; i < shape.data_shards; ++i) sources[i] = shards[i].data() + at;
    state_->encoder.Apply(sources.data(), outputs.data(), step);
    for (size_t i = 0; i < shape.parity_shards; ++i) {
      const uint8_t* claimed = shards[shape.data_shards + i].data() + at;
      if (std::memcmp(claimed, outputs[i], step) != 0) return false;
    }
  }
  return true;
}

}  // namespace shadw::erasure
