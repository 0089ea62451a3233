// SPDX-License-Identifier: Apache-2.0
#include "libshadw/vault/put_many.h"

#include <algorithm>
#include <set>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "libshadw/base/status_macros.h"
#include "libshadw/vault/have_heads.h"
#include "libshadw/vault/pack_layout.h"

namespace shadw::vault {
namespace {

// Of a batch, not yet in the catalogue: each pack keeps one of the 64 slots for intents.
constexpr size_t kMaxUnlistedPacks = 16;
constexpr size_t kMaxUnlistedEntries = 100'000;

ByteSource Continued(base::ByteSpan beginning, const ByteSource& rest) {
  return [beginning, &rest](base::MutableByteSpan out) mutable -> absl::StatusOr<size_t> {
    if (beginning.empty()) return rest(out);
    const size_t take = std::min(out.size(), beginning.size());
    std::ranges::copy(beginning.first(take), out.begin());
    beginning = beginning.subspan(take);
    return take;
  };
}

class Batch {
 public:
  Batch(const BatchContext& context, const PutOptions& options)
      : context_(context),
        options_(options),
        code_(options.code.value_or(context.env.options.code)),
        full_stripes_(FullPackStripes(code_, context.env.options.memory_budget_bytes)) {}

  absl::StatusOr<PutManyReceipt> Run(const ItemSource& next) {
    SHADW_RETURN_IF_ERROR(code_.Validate());
    absl::Status status = AddAll(next);
    status.Update(WritePacks(true));
    List();
    SHADW_RETURN_IF_ERROR(status);
    return receipt_;
  }

 private:
  absl::Status AddAll(const ItemSource& next) {
    while (true) {
      SHADW_ASSIGN_OR_RETURN(const std::optional<PutItem> item, next());
      if (!item) return absl::OkStatus();
      SHADW_RETURN_IF_ERROR(Add(*item));
    }
  }

  absl::Status Add(const PutItem& item) {
    SHADW_RETURN_IF_ERROR(CheckName(item.name));
    if (!shard::IsUsers(item.kind)) {
      return absl::InvalidArgumentError(
          absl::StrCat("vault: got an object of kind ", static_cast<int>(item.kind),
                       ", need a file, a directory or a symbolic link"));
    }
    // Of two with one name the later one counts.
    if (names_.contains(item.name)) {
      SHADW_RETURN_IF_ERROR(WritePacks(true));
      List();
    }
    shard::Member member{.metadata = {.name = item.name, .mode = item.mode, .kind = item.kind},
                         .mtime_ns = item.mtime_ns,
                         .put_time_ns = base::ToUnixNanos(context_.env.Now()),
                         .content = base::Bytes(shard::kMaxMemberBytes + 1)};
    SHADW_RETURN_IF_ERROR(ReadBeginning(item.source, member.content));
    if (member.content.size() > shard::kMaxMemberBytes || options_.raise_generation) {
      return PutAlone(member, item.source);
    }
    pending_bytes_ +=
        shard::kRecordBytes + shard::kIndexEntryBytes + item.name.size() + member.content.size();
    member.content.shrink_to_fit();
    names_.insert(item.name);
    pending_.push_back(std::move(member));
    return pending_bytes_ < full_stripes_ * PackStripeBytes(code_) ? absl::OkStatus()
                                                                   : WritePacks(false);
  }

  // Shortens `content` where the source ends before.
  static absl::Status ReadBeginning(const ByteSource& source, base::Bytes& content) {
    size_t at = 0;
    while (at < content.size()) {
      SHADW_ASSIGN_OR_RETURN(const size_t got, source(base::MutableByteSpan(content).subspan(at)));
      if (got == 0) break;
      at += got;
    }
    content.resize(at);
    return absl::OkStatus();
  }

  absl::Status PutAlone(const shard::Member& member, const ByteSource& rest) {
    PutOptions options = options_;
    options.mode = member.metadata.mode;
    options.mtime_ns = member.mtime_ns;
    options.kind = member.metadata.kind;
    const uint64_t before = receipt_.object_bytes;
    if (options_.progress) {
      options.progress = [this, before](const Progress& of_object) {
        options_.progress({before + of_object.sealed_bytes, before + of_object.sent_bytes,
                           before + of_object.durable_bytes});
      };
    }
    const auto put =
        context_.put_alone(member.metadata.name, Continued(member.content, rest), options);
    if (absl::IsAborted(put.status())) {
      receipt_.overtaken.push_back(member.metadata.name);
      return absl::OkStatus();
    }
    SHADW_RETURN_IF_ERROR(put.status());
    Count(1, put->object_bytes, put->stored_bytes);
    receipt_.listed.Update(put->listed);
    return absl::OkStatus();
  }

  void Count(uint64_t objects, uint64_t object_bytes, uint64_t stored_bytes) {
    receipt_.objects += objects;
    receipt_.object_bytes += object_bytes;
    receipt_.stored_bytes += stored_bytes;
  }

  // Packs that are full; with `all`, the rest too.
  absl::Status WritePacks(bool all) {
    SHADW_RETURN_IF_ERROR(SealPending());
    while (!sealed_.empty()) {
      std::vector<uint32_t> sizes;
      for (const SealedRecord& record : sealed_) {
        sizes.push_back(static_cast<uint32_t>(record.bytes.size()));
      }
      const PackLayout layout = all ? LayOutLastPack(sizes, code_, full_stripes_)
                                    : LayOutPack(sizes, code_, full_stripes_);
      if (!all && layout.offsets.size() == sealed_.size()) return absl::OkStatus();
      SHADW_RETURN_IF_ERROR(WritePack(layout));
    }
    return absl::OkStatus();
  }

  // An object that had heads of its own keeps having them: readers look for those first.
  absl::Status SealPending() {
    const std::vector<shard::Member> members = std::exchange(pending_, {});
    pending_bytes_ = 0;
    std::vector<std::string> names;
    names.reserve(members.size());
    for (const shard::Member& member : members) names.push_back(member.metadata.name);
    const std::vector<bool> have_heads = HaveHeads(context_.env, context_.keys, names);
    for (size_t i = 0; i < members.size(); ++i) {
      if (have_heads[i]) {
        names_.erase(members[i].metadata.name);
        const ByteSource nothing = [](base::MutableByteSpan) { return size_t{0}; };
        SHADW_RETURN_IF_ERROR(PutAlone(members[i], nothing));
        continue;
      }
      const auto id = context_.env.options.random->Array<16>();
      SHADW_ASSIGN_OR_RETURN(base::Bytes record,
                             sealer_.Seal(id, context_.keys.MemberKey(id), members[i],
                                          options_.compress, context_.env.Seal()));
      sealed_.push_back(
          {std::move(record), EntryOfMember({}, members[i], PackedPlace{.record = id})});
    }
    return absl::OkStatus();
  }

  absl::Status WritePack(const PackLayout& layout) {
    const size_t count = layout.offsets.size();
    PutOptions options = options_;
    options.code = code_;
    options.compress = false;  // the members are compressed, and sealed
    options.mode.reset();
    options.mtime_ns = 0;
    options.resume = false;
    options.progress = nullptr;
    if (unlisted_packs_.empty()) first_unlisted_ = context_.env.Now();
    SHADW_ASSIGN_OR_RETURN(PutResult put, context_.packs.Put(std::span(sealed_).first(count),
                                                             layout.offsets, options));
    uint64_t bytes = 0;
    for (size_t i = 0; i < count; ++i) {
      bytes += sealed_[i].entry.object_bytes;
      unlisted_.push_back({CatalogueEdit::Kind::kEnter, std::move(sealed_[i].entry)});
    }
    sealed_.erase(sealed_.begin(), sealed_.begin() + static_cast<ptrdiff_t>(count));
    Count(count, bytes, put.receipt.stored_bytes);
    receipt_.packed += count;
    ++receipt_.packs;
    if (options_.progress) {
      const uint64_t done = receipt_.object_bytes;
      options_.progress({done, done, done});
    }
    unlisted_packs_.push_back(std::move(put));
    const bool lease_runs_out =
        context_.env.Now() - first_unlisted_ > context_.env.options.intent_lease / 2;
    if (lease_runs_out || unlisted_packs_.size() >= kMaxUnlistedPacks ||
        unlisted_.size() >= kMaxUnlistedEntries) {
      List();
    }
    return absl::OkStatus();
  }

  // Where that fails the packs' intents stay: whoever opens the vault after their lease
  // enters the objects.
  void List() {
    const base::Time lease_end = first_unlisted_ + context_.env.options.intent_lease;
    absl::Status entered = context_.packs.Enter(unlisted_, code_, lease_end);
    if (absl::IsDeadlineExceeded(entered)) entered = EnterLate();
    receipt_.listed.Update(entered);
    if (entered.ok()) {
      const shard::ObjectKeys none = context_.keys.ForSalt({}, 0);  // a pack replaces nothing
      for (const PutResult& put : unlisted_packs_) {
        FinishPut(context_.env, none, put, context_.intents);
      }
    }
    for (const CatalogueEdit& edit : unlisted_) names_.erase(edit.entry.name);
    unlisted_.clear();
    unlisted_packs_.clear();
  }

  // Others took this writer for dead: what he packed may be listed by now, and some of it
  // replaced or removed since.
  absl::Status EnterLate() {
    absl::Status first;
    for (const PutResult& put : unlisted_packs_) {
      const auto pack = context_.packs.Locate(put.receipt.id);
      if (absl::IsNotFound(pack.status())) continue;
      first.Update(pack.ok() ? context_.packs.CompletePack(*pack) : pack.status());
    }
    return first;
  }

  const BatchContext& context_;
  const PutOptions& options_;
  erasure::Code code_;
  uint64_t full_stripes_;
  shard::MemberSealer sealer_;
  std::set<std::string, std::less<>> names_;  // of what is to be packed and listed
  std::vector<shard::Member> pending_;
  uint64_t pending_bytes_ = 0;
  std::vector<SealedRecord> sealed_;
  std::vector<CatalogueEdit> unlisted_;
  std::vector<PutResult> unlisted_packs_;
  base::Time first_unlisted_;
  PutManyReceipt receipt_;
};

}  // namespace

absl::StatusOr<PutManyReceipt> PutBatch(const BatchContext& context, const ItemSource& next,
                                        const PutOptions& options) {
  return Batch(context, options).Run(next);
}

}  // namespace shadw::vault
