// SPDX-License-Identifier: Apache-2.0
//
// Protocol code of this library owns no socket, thread, clock or callback. It is a
// state machine: bytes and time go in, bytes and events come out. `net` drives such
// a machine over real sockets, `sim` in virtual time, and neither knows which
// protocol it carries.
//
//   machine.HandleMessage(now, from, bytes);
//   while (auto transmit = machine.PollTransmit()) socket.Send(transmit->to, transmit->bytes);
//   while (auto event = machine.PollEvent()) Show(*event);
//   timer.Arm(machine.NextTimeout());        // then machine.HandleTimeout(now)
#ifndef LIBSHADW_BASE_STATE_MACHINE_H_
#define LIBSHADW_BASE_STATE_MACHINE_H_

#include <concepts>
#include <optional>

#include "libshadw/base/bytes.h"
#include "libshadw/base/time.h"

namespace shadw::base {

// What PollTransmit returns: `to` is an address of the machine's own kind.
template <typename Address>
struct Transmit {
  Address to;
  Bytes bytes;
};

// A machine names the type of its addresses and of its events. After every
// Handle… call the driver polls until both polls return nothing, then asks when to
// call back. HandleTimeout may be called early or late; it never blocks.
template <typename Machine>
concept StateMachine = requires(Machine machine, const Machine& constant, Time now,
                                const typename Machine::Address& from, ByteSpan bytes) {
  typename Machine::Event;
  { machine.HandleMessage(now, from, bytes) } -> std::same_as<void>;
  { machine.HandleTimeout(now) } -> std::same_as<void>;
  { machine.PollTransmit() } -> std::same_as<std::optional<Transmit<typename Machine::Address>>>;
  { machine.PollEvent() } -> std::same_as<std::optional<typename Machine::Event>>;
  { constant.NextTimeout() } -> std::same_as<std::optional<Time>>;
};

// A machine that can bring what it will need for a datagram into the processor's cache, a
// little before the datagram is handed to it. A driver of many machines whose memory is
// cold may call it with the steps 0 and 1, the first some handled messages earlier: what a
// step follows pointers to, the one before has fetched.
template <typename Machine>
concept Prefetching = StateMachine<Machine> &&
    requires(const Machine& constant, int step, const typename Machine::Address& from,
             ByteSpan bytes) {
  { constant.Prefetch(step, from, bytes) } -> std::same_as<void>;
};

}  // namespace shadw::base

#endif  // LIBSHADW_BASE_STATE_MACHINE_H_
