// SPDX-License-Identifier: Apache-2.0
//
// What a node can be told to do: each verb checks what it is given and begins an operation.
#include <algorithm>

#include "absl/strings/str_cat.h"
#include "libshadw/base/status_macros.h"
#include "libshadw/dht/node_impl.h"

namespace shadw::dht {
namespace {

// Whether the protocol can say this, but for what is known only when it is sent.
absl::Status CheckVerb(const Protocol& protocol, Method method, const NodeId& target,
                       const Announcement* announcement) {
  const base::ByteArray<kTokenBytes> zeros{};
  Message query{.method = method, .transaction = base::ByteSpan(zeros).first(2)};
  query.sender = query.target = query.responder = target;
  query.announcement = announcement;
  if (announcement != nullptr) {
    query.token = base::ByteSpan(zeros).first(protocol.traits().token_bytes);
    query.port = announcement->port;
    query.implied_port = announcement->implied_port;
  }
  base::Bytes out;
  if (protocol.Encode(query, base::Endpoint::V4(127, 0, 0, 1, 1), out)) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("dht: got an announcement without what ",
                                                 protocol.traits().name,
                                                 " needs, need its port or its signer"));
}

absl::Status Lacking(const Protocol& protocol, const char* verb) {
  return absl::UnimplementedError(absl::StrCat(
      "dht: got ", verb, ", need a protocol that has it: ", protocol.traits().name, " has not"));
}

absl::Status CheckRecord(const Protocol& protocol, const Record& record) {
  const NodeId target = record.is_mutable() ? protocol.MutableTarget(*record.key, record.salt)
                                            : protocol.ImmutableTarget(record.value);
  if (VerifyRecord(protocol, target, record)) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(
      "dht: got a record of ", record.value.size(),
      " bytes that others would refuse, need a legal value of at most ",
      protocol.traits().max_value_bytes, " bytes and, where it has a key, its signature"));
}

}  // namespace

absl::StatusOr<OperationId> Node::Ping(base::Time now, const base::Endpoint& endpoint) {
  if (!endpoint.IsUsable() || impl_->TableOf(endpoint) == nullptr) {
    return absl::InvalidArgumentError(
        absl::StrCat("dht: got endpoint ", endpoint.ToString(),
                     ", need one that can be sent to, of a family that this node uses"));
  }
  const OperationId operation = ++impl_->last_operation;
  Message ping;
  impl_->pings.push_back(operation);
  if (!impl_->SendQuery(now, {.to = endpoint, .method = Method::kPing, .operation = operation},
                        kUnknownRttMs, ping)) {
    impl_->pings.pop_back();
    return absl::ResourceExhaustedError(
        absl::StrCat("dht: got one request more than ", kMaxRequests, " under way"));
  }
  return operation;
}

absl::StatusOr<OperationId> Node::FindNode(base::Time now, const NodeId& target, Approach how) {
  return impl_->Begin(now, impl_->TaskFor(Method::kFindNode, target, how));
}

absl::StatusOr<OperationId> Node::Get(base::Time now, const NodeId& target, Approach how) {
  Task task = impl_->TaskFor(Method::kGetImmutable, target, how);
  task.enough = how.quorum;
  return impl_->Begin(now, std::move(task));
}

absl::StatusOr<OperationId> Node::GetMutable(base::Time now, std::span<const uint8_t, 32> key,
                                             base::ByteSpan salt, Approach how,
                                             std::optional<int64_t> least_seq) {
  if (least_seq && *least_seq < 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("dht: got least_seq ", *least_seq, ", need 0 or more"));
  }
  Task task = impl_->MutableTaskFor(key, salt, how);
  task.least_seq = least_seq;
  return impl_->Begin(now, std::move(task));
}

absl::StatusOr<OperationId> Node::Put(base::Time now, const Record& record,
                                      std::optional<int64_t> cas, Approach how, bool keep) {
  SHADW_RETURN_IF_ERROR(CheckRecord(*impl_->protocol, record));
  const NodeId target = record.is_mutable()
                            ? impl_->protocol->MutableTarget(*record.key, record.salt)
                            : impl_->protocol->ImmutableTarget(record.value);
  Task task = impl_->TaskFor(record.is_mutable() ? Method::kGetMutable : Method::kGetImmutable,
                             target, how);
  task.commit = record.is_mutable() ? Method::kPutMutable : Method::kPutImmutable;
  task.record = record;
  task.cas = cas;
  return impl_->BeginStanding(now, std::move(task), keep, Standing::Purpose::kKeep);
}

absl::StatusOr<OperationId> Node::GetPeers(base::Time now, const NodeId& target, Approach how) {
  return impl_->Begin(now, impl_->TaskFor(Method::kGetPeers, target, how));
}

absl::StatusOr<OperationId> Node::Announce(base::Time now, const NodeId& target,
                                           const Announcement& announcement, Approach how,
                                           bool keep) {
  SHADW_RETURN_IF_ERROR(CheckVerb(*impl_->protocol, Method::kAnnouncePeer, target, &announcement));
  Task task = impl_->TaskFor(Method::kGetPeers, target, how);
  task.commit = Method::kAnnouncePeer;
  task.announcement = std::make_shared<const Announcement>(announcement);
  return impl_->BeginStanding(now, std::move(task), keep, Standing::Purpose::kKeep);
}

absl::StatusOr<OperationId> Node::Unannounce(base::Time now, const NodeId& target,
                                             const Announcement& announcement, Approach how) {
  if (!impl_->protocol->traits().unannounces) return Lacking(*impl_->protocol, "unannounce");
  SHADW_RETURN_IF_ERROR(
      CheckVerb(*impl_->protocol, Method::kUnannouncePeer, target, &announcement));
  Task task = impl_->TaskFor(Method::kGetPeers, target, how);
  task.commit = Method::kUnannouncePeer;
  task.announcement = std::make_shared<const Announcement>(announcement);
  return impl_->Begin(now, std::move(task));
}

absl::StatusOr<OperationId> Node::SampleTargets(base::Time now, const NodeId& target,
                                                Approach how) {
  if (!CheckVerb(*impl_->protocol, Method::kSampleTargets, target, nullptr).ok()) {
    return Lacking(*impl_->protocol, "sampling of targets");
  }
  return impl_->Begin(now, impl_->TaskFor(Method::kSampleTargets, target, how));
}

absl::StatusOr<OperationId> Node::Listen(base::Time now, std::span<const uint8_t, 32> key,
                                         base::ByteSpan salt, Approach how) {
  return impl_->BeginStanding(now, impl_->MutableTaskFor(key, salt, how), true,
                              Standing::Purpose::kListen);
}

absl::StatusOr<OperationId> Node::Listen(base::Time now, const NodeId& target, Approach how) {
  Task task = impl_->TaskFor(Method::kGetImmutable, target, how);
  task.enough = how.quorum;
  return impl_->BeginStanding(now, std::move(task), true, Standing::Purpose::kListen);
}

absl::Status Node::Forget(OperationId operation) {
  if (std::erase_if(impl_->standing, [&](const Standing& it) { return it.id == operation; }) > 0) {
    return absl::OkStatus();
  }
  return absl::NotFoundError(
      absl::StrCat("dht: got operation ", operation, ", need one that keeps or listens"));
}

}  // namespace shadw::dht
