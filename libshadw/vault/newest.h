// SPDX-License-Identifier: Apache-2.0
//
// Runs an operation on the newest version of an object, and once more where that version
// was replaced meanwhile: its shards go while they are looked for, and what looks like
// loss is none.
#ifndef LIBSHADW_VAULT_NEWEST_H_
#define LIBSHADW_VAULT_NEWEST_H_

#include <optional>
#include <utility>

#include "libshadw/vault/page.h"
#include "libshadw/vault/read.h"

namespace shadw::vault {

// An object's newest version, and the keys of its generation. Of a packed object: its
// pack, and what the catalogue says of the object.
struct LocatedObject {
  shard::ObjectKeys keys;
  FoundHead head;
  std::optional<CatalogueEntry> member{};
};

inline constexpr int kMaxReplacements = 64;

// `locate` gives a StatusOr<LocatedObject>, `operation` takes one and gives a StatusOr;
// `settled` says of that whether it may stand without another look.
template <typename Locate, typename Operation, typename Settled>
auto OnNewest(const Locate& locate, const Operation& operation, const Settled& settled)
    -> decltype(operation(*locate())) {
  absl::StatusOr<LocatedObject> object = locate();
  for (int turn = 0;; ++turn) {
    if (!object.ok()) return object.status();
    auto result = operation(*object);
    if (turn == kMaxReplacements || settled(result)) return result;
    absl::StatusOr<LocatedObject> newest = locate();
    if (newest.ok() && newest->head.version() == object->head.version()) return result;
    object = std::move(newest);
  }
}

template <typename Locate, typename Operation>
auto OnNewest(const Locate& locate, const Operation& operation) {
  return OnNewest(locate, operation, [](const auto& result) { return result.ok(); });
}

// `read` takes a LocatedObject and a sink and gives a StatusOr<ReadReport>. What the sink
// got cannot be taken back: a version that goes in the middle is kAborted.
template <typename Locate, typename Read>
absl::StatusOr<ReadReport> ReadNewest(const Locate& locate, const Read& read,
                                      const ByteSink& sink) {
  bool began = false;
  shard::VersionId version{};
  const ByteSink noting = [&](base::ByteSpan more) {
    began = true;
    return sink(more);
  };
  const auto read_noting = [&](const LocatedObject& object) {
    version = object.head.version();
    return read(object, noting);
  };
  absl::StatusOr<ReadReport> report =
      OnNewest(locate, read_noting, [&](const auto& result) { return result.ok() || began; });
  if (report.ok() || !began || !absl::IsFailedPrecondition(report.status())) return report;
  const absl::StatusOr<LocatedObject> newest = locate();
  if (newest.ok() && newest->head.version() == version) return report;
  return absl::AbortedError("vault: the object was replaced or removed while it was read");
}

}  // namespace shadw::vault

#endif  // LIBSHADW_VAULT_NEWEST_H_
