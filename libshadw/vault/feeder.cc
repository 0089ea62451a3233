// SPDX-License-Identifier: Apache-2.0
#include "libshadw/vault/feeder.h"

#include <algorithm>
#include <cstring>

#include "absl/strings/str_cat.h"
#include "libshadw/base/status_macros.h"

namespace shadw::vault {

absl::StatusOr<size_t> Feeder::ReadSource(base::MutableByteSpan out) {
  if (ended_ || out.empty()) return size_t{0};
  SHADW_ASSIGN_OR_RETURN(const size_t got, source_(out));
  if (got > out.size()) {
    return absl::InvalidArgumentError(
        absl::StrCat("vault: the source says that it filled ", got, " bytes of ", out.size()));
  }
  ended_ = got == 0;
  return got;
}

absl::StatusOr<base::ByteSpan> Feeder::Peek(size_t bytes) {
  bytes = std::min(bytes, buffer_.size());
  if (end_ - begin_ < bytes && begin_ > 0) {
    std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
  }
  while (end_ - begin_ < bytes && !ended_) {
    SHADW_ASSIGN_OR_RETURN(const size_t got, ReadSource(buffer_.span().subspan(end_)));
    end_ += got;
  }
  return base::ByteSpan(buffer_.span()).subspan(begin_, std::min(bytes, end_ - begin_));
}

void Feeder::Consume(size_t bytes) { begin_ += std::min(bytes, end_ - begin_); }

absl::StatusOr<size_t> Feeder::Read(base::MutableByteSpan out) {
  size_t done = std::min(out.size(), end_ - begin_);
  std::copy_n(buffer_.data() + begin_, done, out.begin());
  Consume(done);
  while (done < out.size() && !ended_) {
    SHADW_ASSIGN_OR_RETURN(const size_t got, ReadSource(out.subspan(done)));
    done += got;
  }
  return done;
}

absl::StatusOr<bool> Feeder::AtEnd() {
  SHADW_ASSIGN_OR_RETURN(const base::ByteSpan next, Peek(1));
  return next.empty();
}

}  // namespace shadw::vault
