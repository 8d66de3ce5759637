// SPDX-License-Identifier: Apache-2.0
// The relay finds whatever is wrong with a journey, and puts journeys together.

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <memory>

#include "relay/callers.hpp"
#include "relay/service.hpp"
#include "relay/tree.hpp"

namespace {

using relay::Journal;
using relay::Journey;
using Message = std::map<std::string, std::string>;

/// The four services without what lies between them.
class Shop {
 public:
  void set_order(std::string order) { order_ = std::move(order); }

  /// Handles a message in a span, and sends another one, if it is not the last service.
  void handle(std::size_t step, const Message& message) {
    const relay::Step& received = relay::route.at(step);
    relay::Service& service = services_.at(received.service);
    baton::ExtractReport report;
    const baton::Context caller =
        baton::global_chain().extract(baton::MapCarrier(message), &report);
    const baton::Span span(service.tracer(),
                           {.parent = caller, .kind = received.kind, .name = received.name});
    const baton::Scope scope(span.context());
    service.received(received.transport, order_, baton::MapCarrier(message), report);
    if (step + 1 == relay::route.size()) return;
    handle(step + 2, send(service, relay::route.at(step + 1)));
  }

  std::vector<Journey> done;
  Journal journal{[this](Journey journey) { done.push_back(std::move(journey)); }};

 private:
  Message send(relay::Service& service, const relay::Step& step) {
    const baton::Span span(service.tracer(),
                           {.parent = baton::current(), .kind = step.kind, .name = step.name});
    Message message;
    baton::global_chain().inject(span.context(), baton::MapCarrier(message));
    return message;
  }

  std::string order_ = "tea";
  std::map<std::string_view, relay::Service> services_ = [this] {
    std::map<std::string_view, relay::Service> services;
    for (const std::string_view name : {"edge", "orders", "shipping", "mailer"}) {
      services.try_emplace(
          name, name, journal,
          std::make_shared<baton::IdTracer>(baton::parent_based(baton::always_on())));
    }
    return services;
  }();
};

relay::Sent sent_by(const relay::Caller& caller) {
  return {baton::TraceId(caller.has_short_trace_id ? 0 : 0x4bf92f3577b34da6, 0xa3ce929d0e0e4736),
          baton::SpanId(0x00f067aa0ba902b7), "tea"};
}

/// The message of a caller, whose field names have one case as in a map.
Message message_of(const relay::Caller& caller) {
  Message message;
  for (const std::string& line : caller.fields(sent_by(caller))) {
    const std::size_t colon = line.find(": ");
    std::string name = line.substr(0, colon);
    std::ranges::transform(name, name.begin(), [](char c) {
      return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    std::string& value = message[name];
    value += (value.empty() ? "" : ",") + line.substr(colon + 2);
  }
  return message;
}

class RelayJourney : public testing::Test {
 protected:
  void SetUp() override {
    baton::set_global_chain(baton::make_chain("tracecontext,baggage,b3").chain);
  }

  static Journey journey_of(const relay::Caller& caller) {
    Shop shop;
    shop.handle(0, message_of(caller));
    EXPECT_EQ(shop.done.size(), 1U);
    return shop.done.at(0);
  }
  static Journey good() { return journey_of(relay::callers().front()); }
};

TEST_F(RelayJourney, OfEveryCallerIsWhole) {
  for (const relay::Caller& caller : relay::callers()) {
    const Journey journey = journey_of(caller);
    EXPECT_EQ(relay::complaints_about(journey), std::vector<std::string>()) << caller.title;
    EXPECT_EQ(caller.check(sent_by(caller), journey), std::vector<std::string>()) << caller.title;
  }
}

TEST_F(RelayJourney, OfOneCallerIsNotThatOfAnother) {
  for (const relay::Caller& caller : relay::callers()) {
    const Journey journey = journey_of(caller);
    for (const relay::Caller& other : relay::callers()) {
      // The second and the first differ in baggage, which B3 does not have.
      const bool is_less = caller.title.starts_with("W3C") && other.title.starts_with("B3 single");
      const bool is_begun =
          other.title.starts_with("no context") &&
          (caller.title.starts_with("B3 with") || caller.title == "hostile fields");
      if (&other == &caller || is_less || is_begun) continue;
      EXPECT_NE(other.check(sent_by(other), journey), std::vector<std::string>())
          << caller.title << " passes for " << other.title;
    }
  }
}

struct Damage {
  std::string_view complaint;
  void (*harm)(Journey& journey);
};

TEST_F(RelayJourney, ComplainsAboutEveryDamage) {
  const std::vector<Damage> damages{
      {"3 hops and 7 spans", [](Journey& j) { j.hops.pop_back(); }},
      {"4 hops and 8 spans", [](Journey& j) { j.spans.push_back(j.spans.back()); }},
      {"no span send orders", [](Journey& j) { j.spans[3].name = "send invoices"; }},
      {"no span send orders", [](Journey& j) { j.spans[3].kind = baton::SpanKind::client; }},
      {"no span send orders", [](Journey& j) { j.spans[3].service = "mailer"; }},
      {"failed: UNAVAILABLE", [](Journey& j) { j.spans[1].error = "UNAVAILABLE"; }},
      {"mailer: a span is of another trace",
       [](Journey& j) { j.spans[6].trace_id = baton::TraceId(1, 1); }},
      {"wrong parent", [](Journey& j) { j.spans[4].parent_id = j.spans[0].span_id; }},
      {"orders: received nothing", [](Journey& j) { std::swap(j.hops[1], j.hops[2]); }},
      {"received nothing", [](Journey& j) { j.hops[2].transport = "HTTP"; }},
      {"mailer: received another order", [](Journey& j) { j.hops[3].order = "coffee"; }},
      {"works outside", [](Journey& j) { j.hops[3].context = j.hops[2].context; }},
      {"another sampling decision",
       [](Journey& j) { j.hops[2].context.set_sampling(baton::Sampling::drop); }},
      {"refused a field", [](Journey& j) { j.hops[1].issues.emplace_back("b3: bad"); }},
      {"not of its sender",
       [](Journey& j) { j.hops[3].fields[0].second = j.hops[2].fields[0].second; }},
      {"shipping: received a changed tracestate",
       [](Journey& j) { j.hops[2].fields[1].second += ",more=1"; }},
      {"shipping: received a changed baggage",
       [](Journey& j) { j.hops[2].fields[2].second.clear(); }},
  };
  for (const Damage& damage : damages) {
    Journey journey = good();
    damage.harm(journey);
    std::string all;
    for (const std::string& complaint : relay::complaints_about(journey)) all += complaint + '\n';
    EXPECT_NE(all.find(damage.complaint), std::string::npos) << damage.complaint << ": " << all;
  }
}

TEST_F(RelayJourney, IsDrawnWithItsFieldsAndComplaints) {
  Journey journey = good();
  const std::string whole = relay::draw("title", journey, {}, relay::Style::plain);
  EXPECT_TRUE(whole.starts_with("title\n  trace 4bf92f3577b34da6a3ce929d0e0e4736  sample  tea\n"));
  EXPECT_NE(whole.find("\n  baggage userId=Amélie, order=tea\n"), std::string::npos);
  EXPECT_NE(whole.find("    Kafka   traceparent  "), std::string::npos) << whole;
  EXPECT_TRUE(whole.ends_with("  whole\n"));
  EXPECT_EQ(whole.find('\033'), std::string::npos);

  journey.spans[2].error = "INTERNAL";
  const std::string broken = relay::draw("title", journey, {"lost"}, relay::Style::colored);
  EXPECT_NE(broken.find("INTERNAL"), std::string::npos);
  EXPECT_TRUE(broken.ends_with("  \033[31mBROKEN  lost\033[0m\n"));
}

TEST_F(RelayJourney, ShowsNoControlCharacterOfACaller) {
  Shop shop;
  shop.handle(0, {{"baggage", "a=%0D%1b%7F%C2%9B1,b=\x01%C3%A9"}, {"tracestate", "\x1b[2J"}});
  const std::string tree = relay::draw("", shop.done.at(0), {}, relay::Style::plain);
  for (const char c : tree) EXPECT_TRUE(c == '\n' || c >= 0x20 || c < 0) << tree;
  EXPECT_EQ(tree.find("\xC2\x9B"), std::string::npos);
}

using RelayJournal = RelayJourney;

TEST_F(RelayJournal, KeepsRequestsOfOneTraceApart) {
  Shop shop;
  const Message message = message_of(relay::callers().front());
  shop.handle(0, message);
  shop.set_order("coffee");
  shop.handle(0, message);
  ASSERT_EQ(shop.done.size(), 2U);
  for (const Journey& journey : shop.done) {
    EXPECT_EQ(relay::complaints_about(journey), std::vector<std::string>());
  }
  EXPECT_EQ(shop.journal.take_incomplete().size(), 0U);
}

TEST_F(RelayJournal, KeepsASpanWhoseParentIsUnknown) {
  Shop shop;
  shop.handle(2, message_of(relay::callers().front()));
  EXPECT_EQ(shop.done.size(), 0U);
  const std::vector<Journey> incomplete = shop.journal.take_incomplete();
  ASSERT_EQ(incomplete.size(), 1U);
  EXPECT_EQ(relay::complaints_about(incomplete[0]).at(0), "the trace has 3 hops and 5 spans");
  EXPECT_EQ(shop.journal.take_incomplete().size(), 0U);
}

TEST_F(RelayJournal, HasABound) {
  Shop shop;
  for (std::size_t i = 0; i < Journal::max_incomplete + 5; ++i) shop.handle(6, {});
  EXPECT_EQ(shop.done.size(), 5U);
  EXPECT_EQ(shop.journal.take_incomplete().size(), Journal::max_incomplete);
}

}  // namespace
