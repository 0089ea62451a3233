// SPDX-License-Identifier: Apache-2.0
#include "dht_session.h"

#include <algorithm>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "files.h"
#include "libshadw/base/system_clock.h"
#include "libshadw/dht/hyper/hyperdht.h"
#include "libshadw/dht/krpc/mainline.h"
#include "libshadw/dht/table_file.h"
#include "libshadw/net/bootstrap_lists.h"
#include "libshadw/net/resolve.h"

namespace shadw::app {
namespace {

// Of kMaxSavedContacts.
constexpr size_t kMaxStateBytes = size_t{64} << 10;
constexpr base::Duration kLookAround = std::chrono::milliseconds(100);

absl::StatusOr<net::UdpOptions> SocketsOf(const DhtNetwork& network) {
  if (network.bind.empty()) return net::UdpOptions();
  net::UdpOptions sockets{.v4 = std::nullopt, .v6 = std::nullopt};
  for (const std::string& text : network.bind) {
    SHADW_ASSIGN_OR_RETURN(const base::Endpoint bind, base::Endpoint::Parse(text));
    std::optional<base::Endpoint>& family = bind.v6 ? sockets.v6 : sockets.v4;
    if (family) {
      return absl::InvalidArgumentError(
          absl::StrCat("--bind ", text, ": need at most one address of IPv4 and one of IPv6"));
    }
    family = bind;
  }
  return sockets;
}

}  // namespace

DhtSession::DhtSession(const DhtNetwork& network)
    : network_(network),
      protocol_(network.name == "hyperdht" ? &dht::hyper::Hyperdht() : &dht::krpc::Mainline()),
      deadline_(std::chrono::steady_clock::now() + std::chrono::seconds(network.timeout_s)) {}

absl::StatusOr<std::unique_ptr<DhtSession>> DhtSession::Open(const DhtNetwork& network,
                                                             dht::Serving serving,
                                                             Console& console) {
  std::unique_ptr<DhtSession> session(new DhtSession(network));
  dht::NodeOptions options{.serving = serving};
  SHADW_ASSIGN_OR_RETURN(session->sockets_, SocketsOf(network));
  const auto bootstrap = session->Bootstrap();
  if (bootstrap.ok()) {
    options.bootstrap = *bootstrap;
  } else if (!absl::IsUnavailable(bootstrap.status())) {
    return bootstrap.status();
  }
  session->begin_with_ = options.bootstrap.size();
  SHADW_ASSIGN_OR_RETURN(net::UdpSocket socket, net::UdpSocket::Open(session->sockets_));
  options.v4 = socket.local_v4().has_value();
  options.v6 = socket.local_v6().has_value();
  // One that listens everywhere learns from others where that is.
  for (const auto& local : {socket.local_v6(), socket.local_v4()}) {
    if (local && local->IsUsable()) options.address = local;
  }
  const base::Time now = base::SystemClock().Now();
  SHADW_ASSIGN_OR_RETURN(session->node_, dht::Node::Create(std::move(options), session->protocol_,
                                                           &session->random_, now));
  SHADW_RETURN_IF_ERROR(session->Load(now));
  if (!bootstrap.ok()) {
    if (session->begin_with_ == 0) return bootstrap.status();
    console.Warn(absl::StrCat(bootstrap.status().message(), "; begins with ",
                              Count(session->begin_with_, "node"), " of ", network.state));
  }
  session->driver_.emplace(std::move(socket), *session->node_,
                           [it = session.get()](base::Time, const dht::Event& event) {
                             if (it->on_event_) it->on_event_(event);
                           });
  return session;
}

std::vector<base::Endpoint> DhtSession::local() const {
  std::vector<base::Endpoint> all;
  for (const auto& local : {driver_->local_v4(), driver_->local_v6()}) {
    if (local) all.push_back(*local);
  }
  return all;
}

absl::StatusOr<std::vector<base::Endpoint>> DhtSession::Resolve(
    std::span<const std::string_view> names) const {
  return net::Resolve(names, {.v4 = sockets_.v4.has_value(), .v6 = sockets_.v6.has_value()});
}

absl::StatusOr<std::vector<base::Endpoint>> DhtSession::Bootstrap() const {
  std::vector<std::string_view> names(network_.bootstrap.begin(), network_.bootstrap.end());
  if (network_.is_public && network_.name == "hyperdht") {
    names.insert(names.end(), net::kHyperdhtBootstrap.begin(), net::kHyperdhtBootstrap.end());
  } else if (network_.is_public) {
    names.insert(names.end(), net::kMainlineBootstrap.begin(), net::kMainlineBootstrap.end());
  }
  if (names.empty()) return std::vector<base::Endpoint>();
  return Resolve(names);
}

absl::Status DhtSession::TooLate(const char* what) const {
  return absl::DeadlineExceededError(absl::StrCat("there was no time left for ", what,
                                                  ": --timeout is ", network_.timeout_s, " s"));
}

absl::Status DhtSession::Load(base::Time now) {
  if (network_.state.empty()) return absl::OkStatus();
  auto input = Input::Open(network_.state);
  if (absl::IsNotFound(input.status())) return absl::OkStatus();
  SHADW_RETURN_IF_ERROR(input.status());
  base::Bytes bytes(kMaxStateBytes);
  size_t size = 0;
  for (size_t more = 1; more != 0; size += more) {
    SHADW_ASSIGN_OR_RETURN(more, input->Read(base::MutableByteSpan(bytes).subspan(size)));
  }
  const auto saved = dht::LoadTable(protocol_->traits(), base::ByteSpan(bytes).first(size));
  if (!saved.ok()) {
    return {saved.status().code(),
            absl::StrCat("state file ", network_.state, ": ", saved.status().message())};
  }
  begin_with_ += saved->contacts.size();
  node_->Remember(now, saved->contacts);
  return absl::OkStatus();
}

// Nobody reads the id again: it follows the address, which may be another next time.
absl::Status DhtSession::Save() const {
  if (network_.state.empty()) return absl::OkStatus();
  SHADW_ASSIGN_OR_RETURN(Output output, Output::Open(network_.state));
  SHADW_RETURN_IF_ERROR(output.Write(
      dht::SaveTable(protocol_->traits(), {.id = node_->id(), .contacts = node_->Contacts()})));
  return output.Finish(std::nullopt, std::nullopt);
}

absl::Status DhtSession::Join() {
  if (begin_with_ == 0) {
    return absl::InvalidArgumentError(
        "there is nobody to begin with: need --bootstrap HOST:PORT, or --public for those that "
        "everybody begins with");
  }
  bool joined = false;
  RunUntil([&] { return joined || IsLate(); },
           [&](const dht::Event& event) { joined |= std::holds_alternative<dht::Joined>(event); });
  if (joined) return Save();
  return absl::UnavailableError(absl::StrCat("none of ", begin_with_, " known nodes of ",
                                             network_.name, " answered within ", network_.timeout_s,
                                             " s"));
}

void DhtSession::RunUntil(const std::function<bool()>& over, const EventHandler& on_event) {
  on_event_ = on_event;
  while (!over()) driver_->RunOnce(kLookAround);
  on_event_ = {};
}

}  // namespace shadw::app
