// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include "baton/testing/rapidcheck.hpp"
#include "laws/tracestate_laws.hpp"

namespace {

using baton::testing::Draw;
using baton::testing::drawn;

baton::TraceState state_of(const std::vector<std::string>& members) {
  return baton::TraceState::parse(oracle::join(members, ",")).value_or(baton::TraceState());
}

/// A few members, or the limit, or one more.
std::vector<std::string> members(Draw& draw) {
  if (!draw.one_in(3)) return draw.tracestate_members(6);
  std::vector<std::string> list(draw.number(30, 33));
  for (std::size_t i = 0; i < list.size(); ++i) {
    list[i] = "k" + std::to_string(i) + "=" + draw.text_of("xy", draw.number(1, 140));
  }
  return list;
}

RC_GTEST_PROP(TracestateLaws, HoldForListsThatAreNearlyValid, ()) {
  laws::check_tracestate(*drawn([](Draw& draw) {
                            std::vector<std::string> list = draw.instances(members(draw));
                            for (std::string& text : list) {
                              if (draw.one_in(8)) text = draw.damaged(text);
                            }
                            return list;
                          }).as("instances"));
}

RC_GTEST_PROP(TracestateLaws, HoldForAnyBytes, (const std::vector<std::string>& instances)) {
  laws::check_tracestate(instances);
}

RC_GTEST_PROP(TracestateLaws, ChangesTakeWhatTheGrammarTakes, ()) {
  const auto state = state_of(*drawn(members).as("members"));
  laws::check_tracestate_change(
      state, *baton::testing::nearly([](Draw& draw) { return draw.tracestate_key(); }).as("key"),
      *baton::testing::nearly([](Draw& draw) { return draw.tracestate_value(); }).as("value"));
}

RC_GTEST_PROP(TracestateLaws, ChangesOfMembersThatAreThere, ()) {
  const auto state = state_of(*drawn(members).as("members"));
  RC_PRE(!state.empty());
  const auto entries = laws::entries_of(state);
  const auto at =
      *rc::gen::resize(rc::kNominalSize, rc::gen::inRange<std::size_t>(0, entries.size()));
  laws::check_tracestate_change(state, entries[at].key, "new");
}

RC_GTEST_PROP(TracestateLaws, NoSequenceOfChangesLeavesTheLimits, ()) {
  const auto keys =
      *drawn([](Draw& draw) {
         std::vector<std::string> list(draw.number(0, 12));
         for (std::string& key : list) {
           key = draw.one_in(3) ? draw.text_of("abcdefgh", 1) : draw.damaged(draw.tracestate_key());
         }
         return list;
       }).as("keys");
  auto state = state_of(*drawn(members).as("members"));
  for (const std::string& key : keys) {
    laws::check_tracestate_change(state, key, "value of " + key.substr(0, 20));
    state = key.size() % 5 == 4 ? state.erase(key) : state.set(key, "x").value_or(state);
  }
}

RC_GTEST_PROP(TracestateLaws, AnyByteLimitTakesWholeMembers, ()) {
  const auto state = state_of(*drawn(members).as("members"));
  const auto limit = *drawn([](Draw& draw) { return draw.number(0, 3000); }).as("limit");
  laws::check_tracestate_limit(state, limit);

  const baton::Context context =
      laws::extract_trace(laws::tracestate_fields({std::string(state.header())}));
  oracle::Fields sent;
  baton::TraceContextPropagator({limit}).inject(context, sent);
  RC_ASSERT(sent.first("tracestate").value_or("") == state.header(limit));
}

}  // namespace
