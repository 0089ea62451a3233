// SPDX-License-Identifier: Apache-2.0
//
// When a simulated network calls HandleTimeout, and how often it asks.
#include <gtest/gtest.h>

#include "libshadw/sim/network.h"
#include "tests/sim/machines.h"

namespace shadw::sim {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::seconds;

class Timer : public testing::Test {
 protected:
  Timer() : network_(Network<Talker>::Create({}).value()) {
    network_.OnEvent([this](MachineIndex, const Talker::Event& event) {
      if (event.bytes.empty()) fired_.push_back(event.time - start_);
    });
    network_.Add(std::make_unique<Talker>());
    talker_ = network_.machine(0);
  }
  void WakeAfter(base::Duration after) {
    talker_->WakeAt(network_.now() + after);
    network_.Poll(0);
  }

  Network<Talker> network_;
  Talker* talker_;
  base::Time start_ = network_.now();
  std::vector<base::Duration> fired_;
};

TEST_F(Timer, FiresWhenAskedAndOnlyOnce) {
  WakeAfter(seconds(3));
  network_.RunFor(seconds(100));
  EXPECT_EQ(fired_, std::vector<base::Duration>{seconds(3)});
}

TEST_F(Timer, FollowsAWishToBeCalledSooner) {
  WakeAfter(seconds(3));
  WakeAfter(seconds(1));
  network_.RunFor(seconds(100));
  EXPECT_EQ(fired_, std::vector<base::Duration>{seconds(1)});
}

TEST_F(Timer, FollowsAWishToBeCalledLaterWithoutAnEntryForEach) {
  WakeAfter(seconds(3));
  for (int i = 0; i < 1000; ++i) WakeAfter(seconds(3 + i));
  network_.RunFor(seconds(2000));
  EXPECT_EQ(fired_, std::vector<base::Duration>{seconds(1002)});
  EXPECT_EQ(network_.counters().events, 2u);
}

TEST_F(Timer, StaysSilentWhenTheWishIsTakenBack) {
  WakeAfter(seconds(3));
  talker_->WakeAt(std::nullopt);
  network_.RunFor(seconds(100));
  EXPECT_TRUE(fired_.empty());
}

TEST_F(Timer, FiresAgainAfterSoonerAndLaterWishesInTurn) {
  WakeAfter(seconds(10));
  WakeAfter(seconds(1));
  network_.RunFor(seconds(2));
  WakeAfter(seconds(8));  // at 10 s once more: the old entry and the new one are due then
  network_.RunFor(seconds(100));
  EXPECT_EQ(fired_, (std::vector<base::Duration>{seconds(1), seconds(10)}));
}

TEST_F(Timer, FiresAMicrosecondLaterWhereTheTimeHasPassed) {
  WakeAfter(-seconds(3));
  network_.RunFor(seconds(1));
  EXPECT_EQ(fired_, std::vector<base::Duration>{microseconds(1)});
}

TEST_F(Timer, LetsTimeMoveOnThoughAMachineNeverTakesItsWishBack) {
  talker_->stubborn = true;
  WakeAfter(base::Duration(0));
  EXPECT_TRUE(network_.RunFor(milliseconds(1)));
  EXPECT_EQ(fired_.size(), 1000u);
}

TEST_F(Timer, DiesWithItsMachine) {
  WakeAfter(seconds(3));
  network_.Remove(0);
  EXPECT_TRUE(network_.RunFor(seconds(100)));
  EXPECT_TRUE(fired_.empty());
}

}  // namespace
}  // namespace shadw::sim
