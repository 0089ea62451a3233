// SPDX-License-Identifier: Apache-2.0
#include "libshadw/net/udp_socket.h"

#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <cerrno>
#include <chrono>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "libshadw/base/status_macros.h"
#include "libshadw/net/posix_udp.h"

namespace shadw::net {
namespace {

namespace asio = boost::asio;
using SteadyTime = std::chrono::steady_clock::time_point;

constexpr int kPortAttempts = 16;
// The longest single wait: keeps sums of times far from overflow.
constexpr base::Duration kMaxWait = std::chrono::hours(1);

enum class SendFailure : uint8_t { kFull, kAgain, kDatagram, kNoWayOut, kSocket };

// What one errno of a send means, counted where it belongs. The address was fine, so EINVAL
// says that the address we are bound to has left the machine.
SendFailure Classify(int error, UdpCounters& counters) {
  switch (error) {
    case EAGAIN:
      return SendFailure::kFull;
    case EINTR:
      return SendFailure::kAgain;
    case ENETUNREACH:
    case ENETDOWN:
    case EHOSTUNREACH:
    case EHOSTDOWN:
    case EADDRNOTAVAIL:
    case EINVAL:
      ++counters.unreachable;
      return SendFailure::kNoWayOut;
    case EPERM:
    case EACCES:
      ++counters.forbidden;
      return SendFailure::kDatagram;
    case ECONNREFUSED:
      ++counters.refused;
      return SendFailure::kDatagram;
    case EMSGSIZE:
      ++counters.too_big;
      return SendFailure::kDatagram;
    case EBADF:
    case ENOTSOCK:
    case EPIPE:
    case EDESTADDRREQ:
      return SendFailure::kSocket;  // Fail counts all that it takes along
    default:
      ++counters.other_errors;
      return SendFailure::kDatagram;
  }
}

// Errors of a receive that do not mean the end of the socket.
bool IsPassing(int error) {
  return error == ECONNREFUSED || error == ENETDOWN || error == ENETUNREACH ||
         error == EHOSTUNREACH || error == ENOMEM || error == ENOBUFS;
}

// One message header per datagram of a batch, each with room for an address.
struct Batch {
  explicit Batch(size_t size) : headers(size), pieces(size), addresses(size) {
    for (size_t i = 0; i < size; ++i) {
      headers[i] = {};
      headers[i].msg_hdr.msg_iov = &pieces[i];
      headers[i].msg_hdr.msg_iovlen = 1;
      headers[i].msg_hdr.msg_name = &addresses[i];
    }
  }
  std::vector<mmsghdr> headers;
  std::vector<iovec> pieces;
  std::vector<SocketAddress> addresses;
};

// The socket of one family.
struct Family {
  Family(asio::io_context& context, base::Endpoint at) : descriptor(context), bound(at) {}

  asio::posix::stream_descriptor descriptor;
  base::Endpoint bound;
  uint64_t generation = 0;  // tells waits of a closed socket from those of its successor
  bool awaiting_read = false, awaiting_write = false;
  bool readable = true;  // perhaps
  bool full = false;     // the kernel takes no more
  std::vector<base::Transmit<base::Endpoint>> queue;
  int no_way_out = 0;  // sends in a row
  SteadyTime reopen_at;
  base::Duration reopen_delay = kReopenDelay;
  uint64_t drops_of_predecessors = 0;
};

}  // namespace

absl::Status UdpOptions::Validate() const {
  const auto refuse = [](auto... parts) {
    return absl::InvalidArgumentError(absl::StrCat("net: got ", parts...));
  };
  if (!v4 && !v6) return refuse("no address, need v4 or v6");
  if (v4 && v4->v6) return refuse(v4->ToString(), " as v4, need an IPv4 address");
  if (v6 && !v6->v6) return refuse(v6->ToString(), " as v6, need an IPv6 address");
  if (batch < 1 || batch > kMaxBatch) return refuse("batch ", batch, ", need 1 to ", kMaxBatch);
  if (max_datagram_bytes < 1 || max_datagram_bytes > kMaxUdpBytes) {
    return refuse("max_datagram_bytes ", max_datagram_bytes, ", need 1 to ", kMaxUdpBytes);
  }
  if (max_queued < batch || max_queued > kMaxQueuedDatagrams) {
    return refuse("max_queued ", max_queued, ", need ", batch, " to ", kMaxQueuedDatagrams);
  }
  if (kernel_buffer_bytes > (size_t{1} << 30)) {
    return refuse("kernel_buffer_bytes ", kernel_buffer_bytes, ", need at most 2^30");
  }
  return absl::OkStatus();
}

class UdpSocket::Impl {
 public:
  explicit Impl(const UdpOptions& options)
      : options_(options),
        incoming_(options.batch),
        outgoing_(options.batch),
        stride_((options.max_datagram_bytes + 63) / 64 * 64),
        buffers_(stride_ * options.batch) {
    received_.reserve(options.batch);
    for (size_t i = 0; i < options.batch; ++i) {
      incoming_.pieces[i] = {.iov_base = buffers_.data() + i * stride_,
                             .iov_len = options.max_datagram_bytes};
    }
  }

  absl::Status Open();
  std::span<const Datagram> Receive();
  void Send(base::Transmit<base::Endpoint> transmit);
  void Flush() {
    for (auto& family : families_) FlushFamily(*family);
  }
  void Wait(base::Duration at_most);
  void Wake();
  bool TakeNetworkChange() { return std::exchange(network_changed_, false); }
  std::optional<base::Endpoint> Local(bool v6) const;
  UdpCounters counters() const;
  uint64_t datagrams_in() const { return counters_.datagrams_in; }

 private:
  absl::Status OpenFamilies(bool last_attempt);
  absl::Status OpenFamily(Family& family);
  void Fail(Family& family);
  void Revive(SteadyTime now);
  void ReceiveFrom(Family& family);
  void FlushFamily(Family& family);
  // Hands up to one batch to the kernel from `from` on; returns how many are done with.
  size_t SendBatch(Family& family, size_t from);
  size_t AfterError(Family& family, int error);
  void AfterSuccess(Family& family, size_t from, size_t count);
  void Arm(Family& family);

  const UdpOptions options_;
  // One thread runs it; others only post to it.
  asio::io_context context_{1};
  asio::executor_work_guard<asio::io_context::executor_type> work_{context_.get_executor()};
  std::vector<std::unique_ptr<Family>> families_;
  Batch incoming_, outgoing_;
  size_t stride_;
  base::Buffer buffers_;
  std::vector<Datagram> received_;
  size_t next_family_ = 0;
  UdpCounters counters_;
  bool network_changed_ = false;
  std::atomic<bool> woken_ = false;
};

absl::Status UdpSocket::Impl::Open() {
  for (const auto& at : {options_.v4, options_.v6}) {
    if (at) families_.push_back(std::make_unique<Family>(context_, *at));
  }
  const bool shares_picked_port = families_.size() == 2 && options_.v4->port == 0;
  for (int attempt = 1; attempt < kPortAttempts && shares_picked_port; ++attempt) {
    absl::Status opened = OpenFamilies(false);
    if (!absl::IsAlreadyExists(opened)) return opened;
  }
  return OpenFamilies(true);
}

// The port picked for IPv4 may be taken on IPv6: then both are tried again.
absl::Status UdpSocket::Impl::OpenFamilies(bool last_attempt) {
  for (size_t i = 0; i < families_.size(); ++i) {
    Family& family = *families_[i];
    if (i == 1 && options_.v6->port == 0) family.bound.port = families_[0]->bound.port;
    absl::Status opened = OpenFamily(family);
    if (opened.ok()) continue;
    if (i == 1 && !last_attempt) {
      boost::system::error_code ignored;
      families_[0]->descriptor.close(ignored);
      families_[0]->bound = *options_.v4;
    }
    return opened;
  }
  return absl::OkStatus();
}

absl::Status UdpSocket::Impl::OpenFamily(Family& family) {
  SHADW_ASSIGN_OR_RETURN(const int fd, OpenBound(family.bound, options_.kernel_buffer_bytes));
  boost::system::error_code error;
  family.descriptor.assign(fd, error);
  if (error) {
    ::close(fd);
    return absl::UnavailableError(absl::StrCat("net: watching a socket: ", error.message()));
  }
  family.bound = LocalEndpoint(fd);
  family.readable = true;
  family.full = family.awaiting_read = family.awaiting_write = false;
  ++family.generation;
  return absl::OkStatus();
}

void UdpSocket::Impl::Fail(Family& family) {
  family.drops_of_predecessors += KernelDrops(family.descriptor.native_handle());
  boost::system::error_code ignored;
  family.descriptor.close(ignored);
  ++family.generation;
  counters_.no_socket += family.queue.size();
  family.queue.clear();
  family.reopen_at = std::chrono::steady_clock::now() + family.reopen_delay;
}

void UdpSocket::Impl::Revive(SteadyTime now) {
  for (auto& family : families_) {
    if (family->descriptor.is_open() || now < family->reopen_at) continue;
    if (OpenFamily(*family).ok()) {
      ++counters_.reopened;
      network_changed_ = true;
    } else {
      family->reopen_at = now + family->reopen_delay;
    }
    family->reopen_delay = std::min(2 * family->reopen_delay, kMaxReopenDelay);
  }
}

std::span<const Datagram> UdpSocket::Impl::Receive() {
  received_.clear();
  // The buffers hold one batch, so the families take turns.
  for (size_t i = 0; i < families_.size() && received_.empty(); ++i) {
    Family& family = *families_[next_family_++ % families_.size()];
    if (family.readable && family.descriptor.is_open()) ReceiveFrom(family);
  }
  return received_;
}

void UdpSocket::Impl::ReceiveFrom(Family& family) {
  for (mmsghdr& header : incoming_.headers) header.msg_hdr.msg_namelen = sizeof(SocketAddress);
  const int got = recvmmsg(family.descriptor.native_handle(), incoming_.headers.data(),
                           static_cast<unsigned>(options_.batch), MSG_DONTWAIT, nullptr);
  if (got < 0) {
    family.readable = errno == EINTR;
    if (errno == EAGAIN || errno == EINTR) return;
    ++counters_.receive_errors;
    family.readable = true;
    if (!IsPassing(errno)) Fail(family);
    return;
  }
  // Under load more has come meanwhile: to look once in vain costs less than to wait.
  family.readable = true;
  family.reopen_delay = kReopenDelay;
  for (int i = 0; i < got; ++i) {
    const mmsghdr& header = incoming_.headers[i];
    if ((header.msg_hdr.msg_flags & MSG_TRUNC) != 0) {
      ++counters_.too_long;
      continue;
    }
    ++counters_.datagrams_in;
    counters_.bytes_in += header.msg_len;
    received_.push_back({.from = ToEndpoint(incoming_.addresses[i]),
                         .bytes = {buffers_.data() + i * stride_, header.msg_len}});
  }
}

void UdpSocket::Impl::Send(base::Transmit<base::Endpoint> transmit) {
  for (auto& family : families_) {
    if (family->bound.v6 != transmit.to.v6 || !family->descriptor.is_open()) continue;
    if (!transmit.to.IsUsable()) {
      ++counters_.unreachable;
    } else if (family->queue.size() >= options_.max_queued) {
      ++counters_.queue_full;
    } else {
      family->queue.push_back(std::move(transmit));
      if (family->queue.size() % options_.batch == 0 && !family->full) FlushFamily(*family);
    }
    return;
  }
  ++counters_.no_socket;
}

void UdpSocket::Impl::FlushFamily(Family& family) {
  size_t done = 0;
  while (done < family.queue.size() && !family.full) done += SendBatch(family, done);
  // A socket that failed has emptied its queue already.
  done = std::min(done, family.queue.size());
  family.queue.erase(family.queue.begin(), family.queue.begin() + static_cast<ptrdiff_t>(done));
}

size_t UdpSocket::Impl::SendBatch(Family& family, size_t from) {
  const size_t count = std::min(options_.batch, family.queue.size() - from);
  for (size_t i = 0; i < count; ++i) {
    base::Transmit<base::Endpoint>& transmit = family.queue[from + i];
    outgoing_.addresses[i] = ToSocketAddress(transmit.to);
    outgoing_.headers[i].msg_hdr.msg_namelen = LengthOf(transmit.to);
    outgoing_.pieces[i] = {.iov_base = transmit.bytes.data(), .iov_len = transmit.bytes.size()};
  }
  const int sent = sendmmsg(family.descriptor.native_handle(), outgoing_.headers.data(),
                            static_cast<unsigned>(count), MSG_DONTWAIT | MSG_NOSIGNAL);
  if (sent < 0) return AfterError(family, errno);
  AfterSuccess(family, from, static_cast<size_t>(sent));
  return static_cast<size_t>(sent);
}

size_t UdpSocket::Impl::AfterError(Family& family, int error) {
  switch (Classify(error, counters_)) {
    case SendFailure::kFull:
      family.full = true;
      return 0;
    case SendFailure::kAgain:
      return 0;
    case SendFailure::kNoWayOut:
      if (++family.no_way_out == kOutageErrors) ++counters_.outages;
      return 1;
    case SendFailure::kDatagram:
      return 1;
    case SendFailure::kSocket:
      Fail(family);
      return 0;
  }
  return 1;
}

void UdpSocket::Impl::AfterSuccess(Family& family, size_t from, size_t count) {
  if (count == 0) return;
  if (std::exchange(family.no_way_out, 0) >= kOutageErrors) network_changed_ = true;
  counters_.datagrams_out += count;
  for (size_t i = 0; i < count; ++i) counters_.bytes_out += family.queue[from + i].bytes.size();
}

// Watches for what Receive and Flush could not do at once. A wait that is already set
// stays.
void UdpSocket::Impl::Arm(Family& family) {
  const auto on_ready = [&family, generation = family.generation](bool Family::*awaiting,
                                                                  bool Family::*flag, bool value) {
    return [&family, generation, awaiting, flag, value](boost::system::error_code) {
      if (family.generation != generation) return;
      family.*awaiting = false;
      family.*flag = value;
    };
  };
  using Descriptor = asio::posix::stream_descriptor;
  if (!family.awaiting_read) {
    family.awaiting_read = true;
    family.descriptor.async_wait(Descriptor::wait_read,
                                 on_ready(&Family::awaiting_read, &Family::readable, true));
  }
  if (family.full && !family.awaiting_write) {
    family.awaiting_write = true;
    family.descriptor.async_wait(Descriptor::wait_write,
                                 on_ready(&Family::awaiting_write, &Family::full, false));
  }
}

void UdpSocket::Impl::Wait(base::Duration at_most) {
  at_most = std::clamp(at_most, base::Duration::zero(), kMaxWait);
  bool readable = false;
  bool full = false;
  for (auto& family : families_) {
    if (!family->descriptor.is_open()) {
      const SteadyTime now = std::chrono::steady_clock::now();
      Revive(now);
      if (!family->descriptor.is_open()) {
        at_most = std::clamp<base::Duration>(family->reopen_at - now, {}, at_most);
        continue;
      }
    }
    readable |= family->readable;
    full |= family->full;
  }
  if (readable && !full) return;
  if (readable) at_most = base::Duration::zero();
  for (auto& family : families_) {
    if (family->descriptor.is_open()) Arm(*family);
  }
  // What else is ready runs in the next Wait: a poll after each would cost a system call.
  // With no time to wait run_one_for would not look at all.
  const size_t ran =
      at_most > base::Duration::zero() ? context_.run_one_for(at_most) : context_.poll();
  // Nothing came: a look all the same, which finds a socket that broke without a word.
  for (auto& family : families_) family->readable |= ran == 0;
}

void UdpSocket::Impl::Wake() {
  if (woken_.exchange(true)) return;
  asio::post(context_, [this] { woken_ = false; });
}

std::optional<base::Endpoint> UdpSocket::Impl::Local(bool v6) const {
  for (const auto& family : families_) {
    if (family->bound.v6 == v6) return family->bound;
  }
  return std::nullopt;
}

UdpCounters UdpSocket::Impl::counters() const {
  UdpCounters counters = counters_;
  for (const auto& family : families_) {
    counters.dropped_by_kernel += family->drops_of_predecessors;
    // native_handle is no const method.
    auto& descriptor = const_cast<asio::posix::stream_descriptor&>(family->descriptor);
    if (descriptor.is_open()) counters.dropped_by_kernel += KernelDrops(descriptor.native_handle());
  }
  return counters;
}

UdpSocket::UdpSocket(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
UdpSocket::UdpSocket(UdpSocket&&) noexcept = default;
UdpSocket& UdpSocket::operator=(UdpSocket&&) noexcept = default;
UdpSocket::~UdpSocket() = default;

absl::StatusOr<UdpSocket> UdpSocket::Open(const UdpOptions& options) {
  SHADW_RETURN_IF_ERROR(options.Validate());
  std::unique_ptr<Impl> impl;
  try {
    impl = std::make_unique<Impl>(options);
  } catch (const boost::system::system_error& error) {
    // Asio throws where the system gives it no descriptor to wait with.
    return absl::ResourceExhaustedError(absl::StrCat("net: ", error.what()));
  }
  SHADW_RETURN_IF_ERROR(impl->Open());
  return UdpSocket(std::move(impl));
}

std::span<const Datagram> UdpSocket::Receive() { return impl_->Receive(); }
void UdpSocket::Send(base::Transmit<base::Endpoint> transmit) { impl_->Send(std::move(transmit)); }
void UdpSocket::Flush() { impl_->Flush(); }
void UdpSocket::Wait(base::Duration at_most) { impl_->Wait(at_most); }
void UdpSocket::Wake() { impl_->Wake(); }
bool UdpSocket::TakeNetworkChange() { return impl_->TakeNetworkChange(); }
std::optional<base::Endpoint> UdpSocket::local_v4() const { return impl_->Local(false); }
std::optional<base::Endpoint> UdpSocket::local_v6() const { return impl_->Local(true); }
uint64_t UdpSocket::datagrams_in() const { return impl_->datagrams_in(); }
UdpCounters UdpSocket::counters() const { return impl_->counters(); }

}  // namespace shadw::net
