// SPDX-License-Identifier: Apache-2.0
#include "libshadw/sim/network.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "tests/sim/machines.h"

namespace shadw::sim {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::ElementsAre;

constexpr base::Duration kLatency = milliseconds(40);

// Some Talkers and what they heard, in order.
struct World {
  explicit World(int machines, Options options = {}) : network(Make(std::move(options))) {
    network.OnEvent([this](MachineIndex who, Talker::Event event) {
      who_heard.push_back(who);
      events.push_back(std::move(event));
    });
    for (int i = 0; i < machines; ++i) network.Add(std::make_unique<Talker>());
  }
  World(const World&) = delete;

  static Network<Talker> Make(Options options) {
    options.latency = std::make_shared<ConstantLatency>(kLatency);
    return Network<Talker>::Create(std::move(options)).value();
  }
  void Say(MachineIndex from, MachineIndex to, base::Bytes bytes) {
    network.machine(from)->Say(network.endpoint(to), std::move(bytes));
    network.Poll(from);
  }
  // The books balance: nothing vanishes without a reason.
  void ExpectBalance() const {
    const Counters& c = network.counters();
    EXPECT_EQ(c.sent + c.injected + c.duplicated, c.delivered + c.lost() + network.in_flight());
  }

  Network<Talker> network;
  std::vector<MachineIndex> who_heard;
  std::vector<Talker::Event> events;
};

TEST(Network, CarriesADatagramInTheTimeThatTheLatencySays) {
  World world(2);
  const base::Time start = world.network.now();
  world.Say(0, 1, {2, 7});
  world.network.RunFor(seconds(1));
  EXPECT_THAT(world.who_heard, ElementsAre(1, 0, 1));
  EXPECT_EQ(world.events[0].time, start + kLatency);
  EXPECT_EQ(world.events[0].from, world.network.endpoint(0));
  EXPECT_EQ(world.events[2].bytes, (base::Bytes{0, 7}));
  EXPECT_EQ(world.network.now(), start + seconds(1));
  EXPECT_EQ(world.network.counters().delivered_bytes, 6u);
}

TEST(Network, DeliversWhatIsDueAtOnceInTheOrderOfSending) {
  World world(3);
  for (const MachineIndex to : {2, 0, 1, 2}) world.Say(1, to, {0});
  world.network.RunFor(seconds(1));
  EXPECT_THAT(world.who_heard, ElementsAre(2, 0, 1, 2));
}

TEST(Network, StopsAtTheTimeGivenAndGoesOnFromThere) {
  World world(2);
  world.Say(0, 1, {0});
  EXPECT_TRUE(world.network.RunFor(kLatency - base::Duration(1)));
  EXPECT_TRUE(world.events.empty());
  EXPECT_EQ(world.network.in_flight(), 1u);
  EXPECT_TRUE(world.network.RunFor(base::Duration(1)));
  EXPECT_EQ(world.events.size(), 1u);
}

uint64_t NoisyRun(uint64_t seed) {
  World world(50, {.seed = seed,
                   .faults = {.loss_ppm = 50'000,
                              .duplicate_ppm = 50'000,
                              .reorder_ppm = 100'000,
                              .jitter_max = milliseconds(20)}});
  for (MachineIndex i = 0; i < 50; ++i) world.Say(i, (i * 7 + 1) % 50, {100, 1, 2, 3});
  world.network.RunFor(seconds(60));
  world.ExpectBalance();
  return world.network.trace_hash();
}

TEST(Network, RepeatsItselfToTheLastByteFromOneSeedAndNotFromAnother) {
  EXPECT_EQ(NoisyRun(1), NoisyRun(1));
  EXPECT_NE(NoisyRun(1), NoisyRun(2));
}

TEST(Network, HasTheSameTraceOnEveryMachineAndWithEveryCompiler) {
  EXPECT_EQ(NoisyRun(7), 11626412561284616438u);
}

TEST(Network, HasTheSameTraceInOneRunAsInManyShortOnes) {
  const auto run = [](int steps) {
    World world(10, {.faults = {.jitter_max = milliseconds(20)}});
    for (MachineIndex i = 0; i < 10; ++i) world.Say(i, 9 - i, {20});
    for (int i = 0; i < steps; ++i) world.network.RunFor(base::Duration(seconds(12)) / steps);
    return world.network.trace_hash();
  };
  EXPECT_EQ(run(1), run(4000));
}

TEST(Network, LosesWhatFliesToAMachineThatLeaves) {
  World world(2);
  world.Say(0, 1, {0});
  world.network.Remove(1);
  world.Say(0, 1, {0});
  world.network.RunFor(seconds(1));
  EXPECT_TRUE(world.events.empty());
  EXPECT_EQ(world.network.machine(1), nullptr);
  EXPECT_EQ(world.network.counters().lost_to_nobody, 2u);
  world.ExpectBalance();
}

TEST(Network, HandsWhatFliesToTheMachineThatTookThePlace) {
  World world(2);
  world.Say(0, 1, {0});
  world.network.machine(1)->WakeAt(world.network.now() + milliseconds(50));
  world.network.Poll(1);
  world.network.Replace(1, std::make_unique<Talker>());
  world.network.RunFor(seconds(1));
  EXPECT_THAT(world.who_heard, ElementsAre(1));  // the datagram, not the old one's timer
}

TEST(Network, LetsAnEmptyPlaceBeFilledOnceItsEndpointIsKnown) {
  World world(0);
  const MachineIndex place = world.network.Add(nullptr);
  EXPECT_EQ(world.network.Find(world.network.endpoint(place)), place);
  EXPECT_EQ(world.network.machine(place), nullptr);
  world.network.Replace(place, std::make_unique<Talker>());
  world.Say(place, place, {0});
  world.network.RunFor(seconds(1));
  EXPECT_EQ(world.events.size(), 1u);
}

TEST(Network, ReachesAMachineAtAChosenEndpoint) {
  World world(1);
  const auto chosen = base::Endpoint::Parse("[2001:db8::1]:1").value();
  const MachineIndex index = world.network.AddAt(chosen, std::make_unique<Talker>()).value();
  world.Say(0, index, {1});
  world.network.RunFor(seconds(1));
  EXPECT_THAT(world.who_heard, ElementsAre(1, 0));
  EXPECT_EQ(world.events[1].from, chosen);
  EXPECT_FALSE(world.network.AddAt(chosen, nullptr).ok());
}

TEST(Network, KeepsGroupsApartUntilTheyHeal) {
  World world(3);
  world.network.SetGroup(2, 1);
  world.Say(0, 1, {0});
  world.Say(0, 2, {0});
  world.Say(2, 1, {0});
  world.network.RunFor(seconds(1));
  EXPECT_THAT(world.who_heard, ElementsAre(1));
  EXPECT_EQ(world.network.counters().lost_to_partition, 2u);
  world.network.Heal();
  world.Say(0, 2, {0});
  world.network.RunFor(seconds(1));
  EXPECT_THAT(world.who_heard, ElementsAre(1, 2));
  world.ExpectBalance();
}

TEST(Network, LosesBothWaysWhileAnInterfaceIsDownThoughTimersRun) {
  World world(2);
  world.Say(0, 1, {0});
  world.network.SetInterface(1, false);
  world.network.machine(1)->WakeAt(world.network.now() + milliseconds(1));
  world.Say(1, 0, {0});
  world.network.RunFor(seconds(1));
  EXPECT_THAT(world.who_heard, ElementsAre(1));
  EXPECT_TRUE(world.events[0].bytes.empty());  // the timer
  EXPECT_EQ(world.network.counters().lost_to_outage, 2u);
  world.network.SetInterface(1, true);
  world.Say(1, 0, {0});
  world.network.RunFor(seconds(1));
  EXPECT_THAT(world.who_heard, ElementsAre(1, 0));
  world.ExpectBalance();
}

TEST(Network, CallsBackInOrderAndLetsTheCallbackActOnTheNetwork) {
  World world(2);
  std::vector<int> called;
  const base::Time start = world.network.now();
  world.network.At(start + seconds(2), [&] { called.push_back(2); });
  world.network.At(start + seconds(1), [&] {
    called.push_back(1);
    const MachineIndex fresh = world.network.Add(std::make_unique<Talker>());
    world.Say(fresh, 0, {0});
    world.network.At(start, [&] { called.push_back(3); });  // has passed: at once
  });
  world.network.RunFor(seconds(3));
  EXPECT_THAT(called, ElementsAre(1, 3, 2));
  EXPECT_THAT(world.who_heard, ElementsAre(0));
}

TEST(Network, LetsWhoHearsAnEventTakeTheMachineAwayOrMakeItSpeak) {
  World world(3);
  int heard = 0;
  world.network.OnEvent([&](MachineIndex who, const Talker::Event&) {
    ++heard;
    if (who == 1) world.network.Remove(1);
    if (who == 2) world.network.machine(2)->Say(world.network.endpoint(0), {0});
  });
  world.Say(0, 1, {0});
  world.Say(0, 2, {0});
  world.network.RunFor(seconds(1));
  EXPECT_EQ(heard, 3);  // 1, 2, and 0 from 2
  EXPECT_EQ(world.network.machine(1), nullptr);
}

TEST(Network, ShowsABystanderEveryDatagramWhichItMayAlterOrDrop) {
  World world(3);
  world.network.SetBystander([&](Passing& passing) {
    if (passing.bytes[0] == 9) return false;
    passing.to = world.network.endpoint(2);
    passing.bytes = {0, 42};
    passing.delay = seconds(5);
    return true;
  });
  world.Say(0, 1, {9});
  world.Say(0, 1, {8});
  world.network.RunFor(seconds(5));
  EXPECT_TRUE(world.events.empty());
  world.network.RunFor(seconds(1));
  EXPECT_THAT(world.who_heard, ElementsAre(2));
  EXPECT_EQ(world.events[0].bytes, (base::Bytes{0, 42}));
  EXPECT_EQ(world.network.counters().lost_to_bystander, 1u);
  world.ExpectBalance();
}

TEST(Network, InjectsUnderAnyAddressAndLosesTheAnswerToNobody) {
  World world(1);
  const base::Endpoint stranger = base::Endpoint::V4(9, 9, 9, 9, 9);
  world.network.Inject(stranger, world.network.endpoint(0), {1});
  world.network.RunFor(seconds(1));
  EXPECT_EQ(world.events[0].from, stranger);
  EXPECT_EQ(world.network.counters().lost_to_nobody, 1u);
  world.ExpectBalance();
}

TEST(Network, BoundsWhatIsUnderWay) {
  World world(2, {.max_in_flight = 10});
  for (int i = 0; i < 25; ++i) world.Say(0, 1, {0});
  EXPECT_EQ(world.network.in_flight(), 10u);
  EXPECT_EQ(world.network.counters().lost_to_overflow, 15u);
  world.ExpectBalance();
}

TEST(Network, StopsWhenAskedAndEndsAsThoughItHadNotBeen) {
  bool stop = true;
  const auto run = [&](bool interrupted) {
    World world(2, {.should_stop = [&] { return stop && interrupted; }});
    world.network.SetBystander([](Passing& passing) {
      passing.bytes[0] = 1;  // the talk never ends
      return true;
    });
    world.Say(0, 1, {1});
    const base::Time end = world.network.now() + seconds(1000);
    stop = true;
    const bool finished = world.network.RunUntil(end);
    EXPECT_NE(finished, interrupted);
    EXPECT_EQ(world.network.now() == end, !interrupted);
    stop = false;
    EXPECT_TRUE(world.network.RunUntil(end));
    return world.network.trace_hash();
  };
  EXPECT_EQ(run(true), run(false));
}

TEST(Network, ChangesItsFaultsOnTheWay) {
  World world(2);
  ASSERT_TRUE(world.network.SetFaults({.loss_ppm = kMillion}).ok());
  world.Say(0, 1, {0});
  ASSERT_TRUE(world.network.SetFaults({.duplicate_ppm = kMillion}).ok());
  world.Say(0, 1, {0});
  EXPECT_FALSE(world.network.SetFaults({.loss_ppm = kMillion + 1}).ok());
  world.network.RunFor(seconds(1));
  EXPECT_THAT(world.who_heard, ElementsAre(1, 1));
  EXPECT_EQ(world.network.counters().lost_on_link, 1u);
  EXPECT_EQ(world.network.counters().duplicated, 1u);
  world.ExpectBalance();
}

TEST(Network, OvertakesWhatIsHeldBack) {
  World world(2, {.faults = {.reorder_ppm = 300'000, .reorder_max = milliseconds(100)}});
  for (uint8_t i = 0; i < 100; ++i) world.Say(0, 1, {0, i});
  world.network.RunFor(seconds(1));
  ASSERT_EQ(world.events.size(), 100u);
  std::vector<uint8_t> order;
  for (const auto& event : world.events) order.push_back(event.bytes[1]);
  EXPECT_FALSE(std::ranges::is_sorted(order));
  EXPECT_EQ(std::set<uint8_t>(order.begin(), order.end()).size(), 100u);
}

TEST(Network, RefusesOptionsThatCannotBeMeant) {
  const auto create = [](const Options& options) {
    return Network<Talker>::Create(options).status().code();
  };
  EXPECT_EQ(create({}), absl::StatusCode::kOk);
  EXPECT_EQ(create({.latency = nullptr}), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(create({.start = base::FromUnixSeconds(-1)}), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(create({.max_in_flight = UINT32_MAX}), absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace shadw::sim
