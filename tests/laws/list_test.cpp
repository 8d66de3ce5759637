// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include "baton/testing/rapidcheck.hpp"
#include "laws/list_laws.hpp"
#include "oracle/text.hpp"

namespace {

using baton::testing::Draw;
using baton::testing::drawn;
using namespace std::string_view_literals;

constexpr std::string_view usual = "abcdefghijklmnopqrstuvwxyz0123456789_-.";

/// Mostly short, sometimes around the sizes of windows and the limits of tracestate.
std::size_t length(Draw& draw, std::size_t least) {
  if (draw.one_in(12)) return draw.number(250, 260);
  return draw.one_in(4) ? draw.number(50, 140) : draw.number(least, 12);
}

/// A few members, or so many short ones that they are around the limit of tracestate.
std::string plain_list(Draw& draw, std::string_view values) {
  const bool is_long = draw.one_in(4);
  const std::size_t members = is_long ? draw.number(30, 36) : draw.number(1, 8);
  const auto size = [&](std::size_t least) { return is_long ? least : length(draw, least); };
  std::string list;
  for (std::size_t i = 0; i < members; ++i) {
    if (i != 0) list += ',';
    list += draw.text_of("abcdefgh0123456789", 1) + draw.text_of("abc123_-*", size(0)) + '=' +
            draw.text_of(values, size(1));
  }
  return list;
}

/// With one or two odd characters anywhere.
std::string nearly_plain(Draw& draw, std::string_view values) {
  std::string list = plain_list(draw, values);
  if (draw.one_in(3)) return list;
  for (std::size_t i = draw.number(1, 2); i > 0; --i) {
    const std::size_t at = draw.number(0, list.size() - 1);
    const char odd = draw.text_of(",,==  ;\t\"\\/@A~\x7f\x80\xff\x00("sv, 1)[0];
    if (draw.one_in(2)) {
      list[at] = odd;
    } else {
      list.insert(at, 1, odd);
    }
  }
  return list;
}

std::vector<std::string> fields(Draw& draw, std::string_view values) {
  std::vector<std::string> list(draw.one_in(4) ? draw.number(0, 3) : 1);
  for (std::string& field : list) field = nearly_plain(draw, values);
  return list;
}

RC_GTEST_PROP(ListLaws, WindowsAreClassifiedAsTheReferenceDoes, ()) {
  const auto text = *drawn([](Draw& draw) {
                       return draw.one_in(3) ? draw.bytes(300) : nearly_plain(draw, usual);
                     }).as("text");
  const std::vector<char> exact(text.begin(), text.end());
  laws::check_windows<baton::detail::BaggageList>({exact.data(), exact.size()});
  laws::check_windows<baton::detail::TraceStateList>({exact.data(), exact.size()});
}

RC_GTEST_PROP(ListLaws, BothReadTheSameTracestate, ()) {
  laws::check_tracestate_twins(laws::ExactFields(
      *drawn([](Draw& draw) { return fields(draw, "abcXYZ019 %/:;<@"); }).as("fields")));
}

RC_GTEST_PROP(ListLaws, BothReadTheSameBaggage, ()) {
  laws::check_baggage_twins(laws::ExactFields(*drawn([](Draw& draw) {
                                                 return fields(draw, "abcXYZ019%/:=<@");
                                               }).as("fields")),
                            {});
}

RC_GTEST_PROP(ListLaws, BothReadTheSameBaggageUnderAnyLimits, ()) {
  const auto list = *drawn([](Draw& draw) { return fields(draw, usual); }).as("fields");
  std::size_t size = 0;
  std::size_t members = 0;
  for (const std::string& field : list) {
    size += field.size() + 1;
    members += oracle::split(field, ',').size();
  }
  const auto max_members =
      *drawn([=](Draw& draw) { return draw.number(0, members + 1); }).as("members");
  const auto max_bytes = *drawn([=](Draw& draw) { return draw.number(0, size + 1); }).as("bytes");
  laws::check_baggage_twins(laws::ExactFields(list), {max_members, 100000});
  laws::check_baggage_twins(laws::ExactFields(list), {180, max_bytes});
  laws::check_baggage_twins(laws::ExactFields(list), {max_members, max_bytes});
}

// A window can begin and end at each character of a list.
TEST(ListLaws, HoldForEveryPlaceOfAWindow) {
  for (std::size_t before = 1; before < 140; ++before) {
    for (const std::string_view rest :
         {"",      ",",       "=",      ",=",        ",k",
          ",k=",   ",k=v",    ",k=v,",  ",k=v,,k=w", ",k=v=w",
          ",k==",  ",kk=vv ", ", k=v",  ",k =v",     ",k= v",
          ",_k=v", ",/k=v",   ",k=v;p", ",k;=v",     ",a=1,bc=2,def=3"}) {
      for (const std::string_view begin : {"a=", "a", ""}) {
        const std::string text = std::string(begin).append(before, 'v').append(rest);
        const laws::ExactFields exact({text});
        laws::check_tracestate_twins(exact);
        laws::check_baggage_twins(exact, {});
        for (std::size_t members = 0; members < 4; ++members) {
          laws::check_baggage_twins(exact, {members, 8192});
        }
        laws::check_baggage_twins(exact, {180, before});
      }
    }
  }
}

TEST(ListLaws, MembersOfEarlierFieldsCount) {
  for (const char* const first : {"=", "a=1", "=,a=1", "a=1,=,=", ""}) {
    for (std::size_t members = 0; members < 5; ++members) {
      const laws::ExactFields fields({first, "k=v,l=w", "m=x"});
      laws::check_baggage_twins(fields, {members, 8192});
      laws::check_baggage_twins(fields, {180, 2 * members});
    }
  }
}

// A run of members is copied as one, which must not include what is between two fields.
TEST(ListLaws, FieldsOfOneTextAreStillTwo) {
  const std::string text = "a=1\nb=2";
  const std::string_view fields[] = {std::string_view(text).substr(0, 3),
                                     std::string_view(text).substr(4)};
  for (const bool is_fast : {true, false}) {
    baton::detail::TraceStateParser state;
    baton::detail::BaggageParser baggage({}, {});
    for (const std::string_view field : fields) {
      EXPECT_TRUE(is_fast ? state.feed(field) : state.feed_one_by_one(field));
      EXPECT_TRUE(is_fast ? baggage.feed(field) : baggage.feed_one_by_one(field));
    }
    EXPECT_EQ(state.finish().header(), "a=1,b=2");
    EXPECT_EQ(baggage.finish().header(), "a=1,b=2");
  }
}

}  // namespace
