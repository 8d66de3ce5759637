// SPDX-License-Identifier: Apache-2.0
// A carrier for messages of one's own, and the test that it is one. Compiled with FIRST_DRAFT, it
// is what the author wrote first: the suite says what is wrong.

#include <algorithm>
#include <baton/testing/carrier_conformance.hpp>
#include <baton/testing/matchers.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// A message as our bus carries it: lines "Name: value", and a text.
struct Letter {
  std::vector<std::string> lines;
  std::string text;
};

/// The context of a letter is in its lines.
class LetterCarrier {
 public:
  static constexpr bool names_without_case = true;

  explicit LetterCarrier(const Letter& letter) : letter_(const_cast<Letter*>(&letter)) {}

  std::optional<std::string_view> get(std::string_view name) const {
    std::optional<std::string_view> first;
    get_all(name, [&](std::string_view value) {
      first = value;
      return false;
    });
    return first;
  }

  template <class Visitor>
  void get_all(std::string_view name, Visitor&& visit) const {
    fields([&](std::string_view other, std::string_view value) {
      return !is_same(other, name) || visit(value);
    });
  }

  template <class Visitor>
  void keys(Visitor&& visit) const {
    fields([&](std::string_view name, std::string_view) { return visit(name); });
  }

  template <class Visitor>
  void fields(Visitor&& visit) const {
    for (const std::string_view line : letter_->lines) {
      const std::size_t colon = line.find(": ");
      if (!visit(line.substr(0, colon), line.substr(colon + 2))) return;
    }
  }

#ifdef FIRST_DRAFT
  void set(std::string_view name, std::string_view value) {
    letter_->lines.push_back(std::string(name) + ": " + std::string(value));
  }
#else
  void set(std::string_view name, std::string_view value) {
    std::string line;
    for (const char c : name) line += lower(c);
    line.append(": ").append(value);  // before anything is erased: both may be views of a line
    const bool is_sound = baton::http::is_field_name(name) && baton::http::is_field_value(value);
    erase(std::string(name));
    if (is_sound) letter_->lines.push_back(std::move(line));
  }
#endif

  void erase(std::string_view name) {
    std::erase_if(letter_->lines, [&](const std::string& line) {
      return is_same(std::string_view(line).substr(0, line.find(": ")), name);
    });
  }

 private:
  static char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; }

  static bool is_same(std::string_view a, std::string_view b) {
#ifdef FIRST_DRAFT
    return a == b;
#else
    return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                      [](char x, char y) { return lower(x) == lower(y); });
#endif
  }

  Letter* letter_;
};

struct LetterBinding {
  using Storage = Letter;

  // A field arrives, and what is sent: without the carrier.
  static void add(Letter& letter, std::string_view name, std::string_view value) {
    letter.lines.push_back(std::string(name) + ": " + std::string(value));
  }
  static baton::testing::FieldList raw(const Letter& letter) {
    baton::testing::FieldList fields;
    for (const std::string& line : letter.lines) {
      const std::size_t colon = line.find(": ");
      fields.emplace_back(line.substr(0, colon), line.substr(colon + 2));
    }
    return fields;
  }
  static auto carrier(Letter& letter) { return LetterCarrier(letter); }
  static auto carrier(const Letter& letter) { return LetterCarrier(letter); }

  // What a letter can hold.
  static constexpr bool holds_repeated_names = true;
  static constexpr bool keeps_order = true;
  static constexpr bool holds_mixed_case = true;
  static constexpr bool writes_lines = true;
};

BATON_TEST_CARRIER(Letter, LetterBinding);

using baton::testing::BaggageIs;
using baton::testing::ContinuesTrace;
using baton::testing::HasTraceparent;
using baton::testing::Parent;
using testing::EndsWith;

/// Our service: answers a letter.
Letter answer(const Letter& letter, baton::Tracer& tracer) {
  const baton::Span span(&tracer, {.parent = baton::global_chain().extract(LetterCarrier(letter)),
                                   .kind = baton::SpanKind::server,
                                   .name = "answer"});
  const baton::Scope scope(span.context());
  Letter reply;
  baton::in_span("write", [&] { reply.text = "Dear sir"; }, &tracer);
  baton::global_chain().inject(baton::current(), LetterCarrier(reply));
  return reply;
}

TEST(Answer, ContinuesTheTraceOfTheLetter) {
  const Letter letter{
      {"traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", "baggage: user=7"},
      "…"};
  const baton::Context caller = baton::global_chain().extract(LetterCarrier(letter));
  baton::RecordingTracer tracer;
  const Letter reply = answer(letter, tracer);

  EXPECT_THAT(LetterCarrier(reply), ContinuesTrace(caller, Parent::fresh));
  EXPECT_THAT(LetterCarrier(reply), HasTraceparent(EndsWith("-01")));
  EXPECT_THAT(LetterCarrier(reply), BaggageIs({{"user", "7"}}));

  EXPECT_THAT(tracer, baton::testing::AllEnded());
  EXPECT_THAT(tracer, baton::testing::IsOneTree());
  const baton::testing::Spans spans(tracer);
  EXPECT_EQ(spans.path_to(spans.named("write").at(0)), "answer > write");
}
