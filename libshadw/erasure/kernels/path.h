// SPDX-License-Identifier: Apache-2.0
//
// The ways to compute outputs = matrix × sources, one file each. A `Path` is what such a
// file gives away: tables derived from a matrix once, and a multiplication that reads
// them. All paths make the same bytes. A further path is one more file, one more entry
// in paths.cc and one more value of `Backend`.
#ifndef LIBSHADW_ERASURE_KERNELS_PATH_H_
#define LIBSHADW_ERASURE_KERNELS_PATH_H_

#include <cstddef>
#include <cstdint>
#include <span>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "libshadw/base/bytes.h"
#include "libshadw/erasure/matrix.h"
#include "libshadw/erasure/reed_solomon.h"

namespace shadw::erasure::internal {

// A call's sizes are bounded, which ISA-L needs: it counts in ints.
inline constexpr size_t kMaxProductBytes = size_t{1} << 30;

// One multiplication: bytes [at, at + length) of shape.rows outputs from the same bytes
// of shape.columns sources. rows + columns <= kMaxTotalShards, none of them 0;
// 1 <= length <= kMaxProductBytes.
struct Product {
  base::ByteSpan tables;
  MatrixShape shape;
  const uint8_t* const* sources = nullptr;
  uint8_t* const* outputs = nullptr;
  size_t at = 0;
  size_t length = 0;
  bool from_memory = false;  // the shards are too long to be in a cache; a hint
};

struct Path {
  Backend backend;
  const char* name;          // as SHADW_ERASURE_BACKEND spells it
  const char* (*missing)();  // what this processor or system lacks for it; null: nothing
  base::Bytes (*make_tables)(const Matrix& coefficients);
  // Reads and writes nothing but the bytes of the product; allocates nothing.
  void (*multiply)(const Product& product);
};

extern const Path kGfniAvx512Path;
extern const Path kGfniAvx2Path;
extern const Path kAvx2Path;
extern const Path kIsalPath;
extern const Path kPlainPath;

// Fastest first, whether this processor has what they need or not.
std::span<const Path* const> AllPaths();

//   Errors   kUnimplemented  something is missing; the message names it
absl::Status CheckRunnable(const Path& path);

// The path of `backend`. kFastest is the one that the environment variable
// SHADW_ERASURE_BACKEND names, or where it is unset or empty the first that can run.
//   Errors   kInvalidArgument  no such backend, or a name that no path has
//            kUnimplemented    this processor cannot run it
absl::StatusOr<const Path*> ChoosePath(Backend backend);

}  // namespace shadw::erasure::internal

#endif  // LIBSHADW_ERASURE_KERNELS_PATH_H_
