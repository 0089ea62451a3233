// SPDX-License-Identifier: Apache-2.0
//
// A node as others know it: its id and where it listens; and a short list of them as
// one message carries it, without an allocation.
#ifndef LIBSHADW_DHT_CONTACT_H_
#define LIBSHADW_DHT_CONTACT_H_

#include <cstddef>
#include <span>

#include "libshadw/base/endpoint.h"
#include "libshadw/dht/node_id.h"

namespace shadw::dht {

struct Contact {
  NodeId id;
  base::Endpoint endpoint;

  friend bool operator==(const Contact&, const Contact&) = default;
};

// The most contacts read from one message. A message of 1400 bytes holds 53 of 26.
inline constexpr size_t kMaxContactsPerMessage = 64;

class ContactList {
 public:
  ContactList() {}  // NOLINT(modernize-use-equals-default): leaves the contacts unset

  size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  void clear() { size_ = 0; }
  // What exceeds kMaxContactsPerMessage is left out.
  void Add(const Contact& contact) {
    if (size_ < kMaxContactsPerMessage) contacts_[size_++] = contact;
  }
  // At most all of them.
  void RemoveLast(size_t count) { size_ -= count < size_ ? count : size_; }
  // As Add, for a contact that is made in place: a copy would take longer than reading it
  // off the wire. Null when the list is full.
  Contact* Extend() { return size_ < kMaxContactsPerMessage ? &contacts_[size_++] : nullptr; }
  template <typename Condition>
  void RemoveIf(Condition&& condition) {
    size_t kept = 0;
    for (size_t i = 0; i < size_; ++i) {
      if (!condition(contacts_[i])) {
        if (kept != i) contacts_[kept] = contacts_[i];
        ++kept;
      }
    }
    size_ = kept;
  }
  const Contact& operator[](size_t i) const { return contacts_[i]; }
  const Contact* begin() const { return contacts_; }
  const Contact* end() const { return contacts_ + size_; }
  std::span<const Contact> span() const { return {contacts_, size_}; }

 private:
  size_t size_ = 0;
  union {
    Contact contacts_[kMaxContactsPerMessage];
  };
};

}  // namespace shadw::dht

#endif  // LIBSHADW_DHT_CONTACT_H_
