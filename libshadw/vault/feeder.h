// SPDX-License-Identifier: Apache-2.0
//
// A source of bytes that can be looked ahead of.
#ifndef LIBSHADW_VAULT_FEEDER_H_
#define LIBSHADW_VAULT_FEEDER_H_

#include "libshadw/vault/options.h"

namespace shadw::vault {

class Feeder {
 public:
  // Peek can show up to `lookahead_bytes`.
  Feeder(const ByteSource& source, size_t lookahead_bytes)
      : source_(source), buffer_(lookahead_bytes) {}

  // The next bytes, `bytes` of them unless the source ends before; they stay unread.
  absl::StatusOr<base::ByteSpan> Peek(size_t bytes);
  // Takes bytes that were peeked at.
  void Consume(size_t bytes);
  // Fills `out` unless the source ends before; returns how much.
  absl::StatusOr<size_t> Read(base::MutableByteSpan out);
  absl::StatusOr<bool> AtEnd();

 private:
  // One call of the source; 0 is the end, for good.
  absl::StatusOr<size_t> ReadSource(base::MutableByteSpan out);

  const ByteSource& source_;
  base::Buffer buffer_;
  size_t begin_ = 0;
  size_t end_ = 0;
  bool ended_ = false;
};

}  // namespace shadw::vault

#endif  // LIBSHADW_VAULT_FEEDER_H_
