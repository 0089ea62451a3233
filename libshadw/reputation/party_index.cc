// SPDX-License-Identifier: Apache-2.0
#include "libshadw/reputation/party_index.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "libshadw/base/coding.h"
#include "libshadw/base/log2.h"
#include "libshadw/base/prefetch.h"

namespace shadw::reputation {
namespace {

constexpr size_t kFirstSlots = 1024;
constexpr uint64_t kHighHalf = 0xffffffff00000000;

// Both halves of the product, folded.
uint64_t Mix(uint64_t a, uint64_t b) {
  const base::Uint128 product = static_cast<base::Uint128>(a) * b;
  return static_cast<uint64_t>(product) ^ static_cast<uint64_t>(product >> 64);
}

}  // namespace

PartyIndex::PartyIndex(std::span<const uint8_t, 32> seed) : slots_(kFirstSlots) {
  for (size_t i = 0; i < keys_.size(); ++i) {
    keys_[i] = base::LoadLittleEndian<uint64_t>(seed.data() + 8 * i) ^ 0x9e3779b97f4a7c15;
  }
}

uint64_t PartyIndex::HashOf(const PartyId& id) const {
  const auto word = [&](size_t i) {
    return base::LoadLittleEndian<uint64_t>(id.data() + 8 * i) ^ keys_[i];
  };
  return Mix(Mix(word(0), word(1)) ^ keys_[3], Mix(word(2), word(3)) ^ keys_[0]);
}

size_t PartyIndex::SlotOf(const PartyId& id, uint64_t hash) const {
  const size_t mask = slots_.size() - 1;
  size_t at = hash & mask;
  for (; slots_[at] != 0; at = (at + 1) & mask) {
    if (((slots_[at] ^ hash) & kHighHalf) == 0 && ids_[static_cast<Party>(slots_[at]) - 1] == id) {
      break;
    }
  }
  return at;
}

// Two rounds, each for what the one before told: the slots, then the ids they name.
void PartyIndex::Fetch(std::span<const PartyId> ids, std::span<uint64_t> hashes) const {
  const size_t mask = slots_.size() - 1;
  for (size_t i = 0; i < ids.size(); ++i) {
    hashes[i] = HashOf(ids[i]);
    base::PrefetchLines(&slots_[hashes[i] & mask], 1);
  }
  for (size_t i = 0; i < ids.size(); ++i) {
    const uint64_t slot = slots_[hashes[i] & mask];
    if (slot != 0) base::PrefetchLines(ids_.data() + static_cast<Party>(slot) - 1, 1);
  }
}

void PartyIndex::Find(std::span<const PartyId> ids, std::span<Party> numbers) const {
  std::array<uint64_t, kChunk> hashes;
  for (size_t at = 0; at < ids.size(); at += kChunk) {
    const auto chunk = ids.subspan(at, std::min(kChunk, ids.size() - at));
    Fetch(chunk, hashes);
    for (size_t i = 0; i < chunk.size(); ++i) {
      // An empty slot holds 0, and 0 - 1 is kNoParty.
      numbers[at + i] = static_cast<Party>(slots_[SlotOf(chunk[i], hashes[i])]) - 1;
    }
  }
}

absl::Status PartyIndex::FindOrAdd(std::span<const PartyId> ids, std::span<Party> numbers) {
  std::array<uint64_t, kChunk> hashes;
  for (size_t at = 0; at < ids.size(); at += kChunk) {
    const auto chunk = ids.subspan(at, std::min(kChunk, ids.size() - at));
    Fetch(chunk, hashes);
    for (size_t i = 0; i < chunk.size(); ++i) {
      uint64_t& slot = slots_[SlotOf(chunk[i], hashes[i])];
      if (slot != 0) {
        numbers[at + i] = static_cast<Party>(slot) - 1;
        continue;
      }
      if (ids_.size() == kMaxParties) {
        return absl::ResourceExhaustedError(
            absl::StrCat("reputation: got one party more, need at most ", kMaxParties));
      }
      numbers[at + i] = static_cast<Party>(ids_.size());
      ids_.push_back(chunk[i]);
      slot = (hashes[i] & kHighHalf) | ids_.size();
      if (2 * ids_.size() > slots_.size()) Grow();
    }
  }
  return absl::OkStatus();
}

void PartyIndex::Grow() {
  slots_.assign(2 * slots_.size(), 0);
  const size_t mask = slots_.size() - 1;
  for (size_t i = 0; i < ids_.size(); ++i) {
    const uint64_t hash = HashOf(ids_[i]);
    size_t at = hash & mask;
    while (slots_[at] != 0) at = (at + 1) & mask;
    slots_[at] = (hash & kHighHalf) | (i + 1);
  }
}

}  // namespace shadw::reputation
