// SPDX-License-Identifier: Apache-2.0
//
// Numbers for parties that are known by 32-byte ids, in the order in which they first
// appear: 0, 1, 2, …
//
//   PartyIndex index(seed);                       // 32 random bytes
//   index.FindOrAdd(ids, numbers);                // a whole column at once
//   book.AddParties(index.size() - book.parties());
//
// Limits: kMaxParties. The hash is keyed by the seed, so that whoever may choose ids
// cannot make them collide; another seed gives the same numbers.
#ifndef LIBSHADW_REPUTATION_PARTY_INDEX_H_
#define LIBSHADW_REPUTATION_PARTY_INDEX_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "absl/status/status.h"
#include "libshadw/base/bytes.h"
#include "libshadw/reputation/book.h"

namespace shadw::reputation {

using PartyId = base::ByteArray<32>;

inline constexpr Party kNoParty = UINT32_MAX;

class PartyIndex {
 public:
  explicit PartyIndex(std::span<const uint8_t, 32> seed);

  size_t size() const { return ids_.size(); }
  // `party` < size().
  const PartyId& id(Party party) const { return ids_[party]; }

  // The number of each id, kNoParty where there is none.
  //   Shapes   numbers  as many as ids
  void Find(std::span<const PartyId> ids, std::span<Party> numbers) const;
  // The number of each id; unknown ones get the next.
  //   Shapes   numbers  as many as ids
  //   Errors   kResourceExhausted  more than kMaxParties; those before it stay
  absl::Status FindOrAdd(std::span<const PartyId> ids, std::span<Party> numbers);

 private:
  static constexpr size_t kChunk = 64;  // ids that are fetched together

  uint64_t HashOf(const PartyId& id) const;
  // The slot where the id lies, or the empty one where it belongs.
  size_t SlotOf(const PartyId& id, uint64_t hash) const;
  void Fetch(std::span<const PartyId> ids, std::span<uint64_t> hashes) const;
  void Grow();

  std::array<uint64_t, 4> keys_;
  std::vector<PartyId> ids_;
  // The high half of a hash and a number, plus one; 0 is empty. Never over half full.
  std::vector<uint64_t> slots_;
};

}  // namespace shadw::reputation

#endif  // LIBSHADW_REPUTATION_PARTY_INDEX_H_
