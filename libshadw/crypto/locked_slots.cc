// SPDX-License-Identifier: Apache-2.0
#include "libshadw/crypto/locked_slots.h"

#include <sodium.h>

#include <cstring>
#include <mutex>

#include "libshadw/crypto/sodium_ready.h"

namespace shadw::crypto {
namespace {

constexpr size_t kBlockBytes = 32 << 10;
constexpr size_t kLinkBytes = sizeof(uint8_t*);

// A free slot's first bytes point to the next free one.
struct Slots {
  std::mutex mutex;
  uint8_t* first_free = nullptr;

  void Push(uint8_t* slot) {
    std::memcpy(slot, &first_free, kLinkBytes);
    first_free = slot;
  }

  bool Grow() {
    auto* const block = static_cast<uint8_t*>(sodium_malloc(kBlockBytes));
    if (block == nullptr) return false;
    sodium_memzero(block, kBlockBytes);
    for (size_t at = kBlockBytes; at > 0; at -= kLockedSlotBytes) {
      Push(block + at - kLockedSlotBytes);
    }
    return true;
  }
};

// Never destroyed: secrets with static lifetime come back after main.
constinit Slots slots;

}  // namespace

uint8_t* TakeLockedSlot() {
  SodiumReady();
  const std::lock_guard lock(slots.mutex);
  if (slots.first_free == nullptr && !slots.Grow()) return nullptr;
  uint8_t* const slot = slots.first_free;
  std::memcpy(&slots.first_free, slot, kLinkBytes);
  std::memset(slot, 0, kLinkBytes);
  return slot;
}

void ReturnLockedSlot(uint8_t* slot) {
  sodium_memzero(slot, kLockedSlotBytes);
  const std::lock_guard lock(slots.mutex);
  slots.Push(slot);
}

}  // namespace shadw::crypto
