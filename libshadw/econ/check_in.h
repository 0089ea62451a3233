// SPDX-License-Identifier: Apache-2.0
//
// Who takes part in a block's reward: registered providers that show, once in the block,
// that they hold its tip.
//
//   CheckInBook book(tip);
//   book.Register(node);
//   book.CheckIn({.node = node, .tip = tip, .memo = memo});
//   book.eligible();                       // this node
//   book.Advance(next_tip);                // the next block: nobody checked in yet
//
// The caller has verified that the node signed the tip: this module has no keys.
//   Source   catalogue S101
#ifndef LIBSHADW_ECON_CHECK_IN_H_
#define LIBSHADW_ECON_CHECK_IN_H_

#include <cstdint>
#include <set>
#include <vector>

#include "absl/status/status.h"
#include "libshadw/base/bytes.h"

namespace shadw::econ {

inline constexpr size_t kMaxCheckInMemo = 64;  // bytes

struct CheckInRequest {
  base::ByteArray<32> node{};
  base::ByteArray<32> tip{};  // the hash that the node signed
  base::ByteSpan memo;
};

class CheckInBook {
 public:
  static constexpr size_t kMaxProviders = size_t{1} << 24;

  explicit CheckInBook(const base::ByteArray<32>& tip) : tip_(tip) {}

  //   Errors   kAlreadyExists  registered before; kResourceExhausted  too many
  absl::Status Register(const base::ByteArray<32>& node);
  // A second one in the same block changes nothing, and is no error.
  //   Errors   kNotFound            not registered
  //            kFailedPrecondition  the tip is not the present one
  //            kInvalidArgument     a memo of over kMaxCheckInMemo bytes
  absl::Status CheckIn(const CheckInRequest& request);
  // A block was committed.
  void Advance(const base::ByteArray<32>& tip);

  // Those who checked in for the present block, in order of their ids.
  std::vector<base::ByteArray<32>> eligible() const { return {present_.begin(), present_.end()}; }

 private:
  base::ByteArray<32> tip_;
  std::set<base::ByteArray<32>> registered_;
  std::set<base::ByteArray<32>> present_;
};

}  // namespace shadw::econ

#endif  // LIBSHADW_ECON_CHECK_IN_H_
