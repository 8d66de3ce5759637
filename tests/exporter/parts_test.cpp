// SPDX-License-Identifier: Apache-2.0
// The parts of the exporter, each alone.
#include <absl/time/time.h>
#include <gtest/gtest.h>

#include <map>
#include <type_traits>

#include "baton/exporter/exporting_tracer.hpp"
#include "exporter/clean_text.hpp"
#include "exporter/endpoint.hpp"
#include "exporter/retry_after.hpp"
#include "exporter/span_queue.hpp"
#include "exporter/span_record.hpp"

namespace baton::detail {
namespace {

TEST(CleanTextTest, ReplacesWhatIsIllFormed) {
  CleanText clean;
  EXPECT_EQ(clean("plain"), "plain");
  EXPECT_EQ(clean("caf\xc3\xa9"), "caf\xc3\xa9");
  EXPECT_EQ(clean(""), "");
  EXPECT_EQ(clean("\xff"), "\xef\xbf\xbd");
  EXPECT_EQ(clean("a\xe2\x82z\xf0\x9f"), "a\xef\xbf\xbdz\xef\xbf\xbd");
  const std::string_view good = "good";
  EXPECT_EQ(clean(good).data(), good.data());
}

TEST(CleanTextTest, CutsBetweenCharacters) {
  constexpr std::size_t max_size = ExportingTracer::max_text_size;
  const std::string full(max_size, 'x');
  EXPECT_EQ(cut(full), full);
  EXPECT_EQ(cut(full + "y"), full);
  for (std::size_t bytes_before = 1; bytes_before <= 3; ++bytes_before) {
    const std::string begin(max_size - bytes_before, 'x');
    EXPECT_EQ(cut(begin + "\xf0\x9f\x98\x80" + "end"), begin);
  }
  // Not characters at all: at most three bytes less.
  EXPECT_EQ(cut(std::string(max_size * 2, '\x80')).size(), max_size - 3);
}

TEST(EndpointTest, Parses) {
  struct Case {
    std::string url, host, port, authority, target;
  };
  for (const Case& given : std::vector<Case>{
           {"http://localhost:4318/v1/traces", "localhost", "4318", "localhost:4318", "/v1/traces"},
           {"http://h", "h", "80", "h", "/"},
           {"HTTP://h/?a=b", "h", "80", "h", "/?a=b"},
           {"http://[::1]:9411/x#y", "::1", "9411", "[::1]:9411", "/x"},
           {"http://10.0.0.1/a%20b", "10.0.0.1", "80", "10.0.0.1", "/a%20b"}}) {
    std::string error;
    const auto endpoint = Endpoint::parse(given.url, error);
    ASSERT_TRUE(endpoint.has_value()) << given.url << error;
    EXPECT_EQ(endpoint->host, given.host);
    EXPECT_EQ(endpoint->port, given.port);
    EXPECT_EQ(endpoint->authority, given.authority);
    EXPECT_EQ(endpoint->target, given.target);
  }
}

TEST(EndpointTest, ShowsNoSecrets) {
  std::string error;
  const auto endpoint = Endpoint::parse("http://[::1]:9411/x?key=secret#secret", error);
  ASSERT_TRUE(endpoint.has_value());
  EXPECT_EQ(endpoint->shown, "http://[::1]:9411/x");
  struct Case {
    std::string url, error;
  };
  for (const Case& given :
       std::vector<Case>{{"http://user:secret@h/x", "'http://h/x' has a user"},
                         {"https://secret@h/x?secret#secret", "'https://h/x' has TLS"},
                         {"user:secret@h", "'user:…' does not begin"},
                         {"http:///x?secret", "'http:///x' has no host"},
                         {"http://h%00/?secret", "'http://h%00/' has no valid host"},
                         {"http://h%20/?secret", "'http://h%20/' has no valid host"},
                         {"http://h%7f/?secret", "'http://h%7f/' has no valid host"},
                         {"http://user:secret@ h", "is no URL"},
                         {"http://user:secret", "is no URL"},
                         {"http://user:secret/x@h", "is no URL"},
                         {"secret", "is no URL"}}) {
    EXPECT_FALSE(Endpoint::parse(given.url, error).has_value());
    EXPECT_TRUE(error.starts_with(given.error)) << error;
    EXPECT_EQ(error.find("secret"), std::string::npos) << error;
  }
}

TEST(RetryAfterTest, ReadsSecondsAndDates) {
  const absl::Time now =
      absl::FromCivil(absl::CivilSecond(2026, 1, 2, 3, 4, 5), absl::UTCTimeZone());
  const auto read = [&](std::string_view value) {
    return absl::ToInt64Seconds(read_retry_after(value, now));
  };
  EXPECT_EQ(read("7"), 7);
  EXPECT_EQ(read("0"), 0);
  EXPECT_EQ(read("61"), 60);
  EXPECT_EQ(read("99999999999999999999999"), 60);
  EXPECT_EQ(read("Fri, 02 Jan 2026 03:04:15 GMT"), 10);
  EXPECT_EQ(read("Fri, 02 Jan 2026 03:04:00 GMT"), 0);
  EXPECT_EQ(read("Sat, 03 Jan 2026 00:00:00 GMT"), 60);
  EXPECT_EQ(read("Tue, 02 Jan 1900 03:04:15 GMT"), 0);
  EXPECT_EQ(read("Friday, 02-Jan-26 03:04:15 GMT"), 10);
  EXPECT_EQ(read("Friday, 02-Jan-26 03:04:00 GMT"), 0);
  EXPECT_EQ(read("Wednesday, 01-Jan-76 00:00:00 GMT"), 60);
  EXPECT_EQ(read("Sunday, 02-Jan-77 00:00:00 GMT"), 0) << "1977, not 2077";
  EXPECT_EQ(read("Fri Jan  2 03:04:15 2026"), 10);
  EXPECT_EQ(read("Fri Jan  2 03:04:15 1926"), 0);
  for (const char* const malformed :
       {"", "-1", "1.5", "soon", "7s", "infinite-future", " infinite-future", "infinite-past"}) {
    EXPECT_EQ(read(malformed), 0) << malformed;
  }
}

SpanPointer make_record(std::string_view name = "n") {
  return SpanRecord::make({.parent = Context(), .name = name}, Context(), 0);
}

TEST(SpanQueueTest, TakesTheOldestFirstUpToItsLimit) {
  SpanQueue queue(3);
  EXPECT_EQ(queue.take_all(), nullptr);
  for (const char* const name : {"a", "b", "c"}) {
    SpanPointer span = make_record(name);
    EXPECT_NE(queue.push(span), 0U);
    EXPECT_EQ(span, nullptr);
  }
  SpanPointer more = make_record();
  EXPECT_EQ(queue.push(more), 0U);
  EXPECT_NE(more, nullptr);

  SpanList taken;
  taken.append(queue.take_all());
  EXPECT_EQ(taken.size(), 3U);
  EXPECT_EQ(queue.push(more), 0U) << "taken spans count until they are released";
  queue.release(3);
  EXPECT_EQ(queue.push(more), 1U);

  EXPECT_EQ(taken.pop()->name(), "a");
  taken.append(queue.take_all());
  for (const char* const name : {"b", "c", "n"}) EXPECT_EQ(taken.pop()->name(), name);
  taken.append(make_record("d").release());
  taken.append(nullptr);
  EXPECT_EQ(taken.clear(), 1U);
  EXPECT_EQ(taken.size(), 0U);
}

// A child of fork makes one while it starts a span, which must not throw.
static_assert(std::is_nothrow_default_constructible_v<SpanList>);

std::map<std::string, std::string> texts_of(const SpanRecord& span) {
  std::map<std::string, std::string> texts;
  for (const Attribute& attribute : span.attributes()) {
    const auto* const text = std::get_if<std::string_view>(&attribute.value);
    EXPECT_TRUE(texts
                    .emplace(attribute.key,
                             text != nullptr ? *text : std::to_string(std::get<1>(attribute.value)))
                    .second);
  }
  return texts;
}

TEST(SpanRecordTest, AnEndWithoutRoomInTheBlock) {
  const std::vector<Attribute> at_start{{"a", "1"}};
  const SpanPointer span =
      SpanRecord::make({.parent = Context(), .name = "n", .attributes = at_start}, Context(), 0);
  const std::string long_text(500, 'x');
  const std::vector<Attribute> at_end{{"a", long_text}, {"b", std::int64_t{2}}};
  span->finish({.is_error = true, .error_type = "timeout", .attributes = at_end});
  EXPECT_EQ(texts_of(*span), (std::map<std::string, std::string>{
                                 {"a", long_text}, {"b", "2"}, {"error.type", "timeout"}}));
  EXPECT_EQ(span->dropped_attributes(), 0U);
}

// For UndefinedBehaviorSanitizer.
TEST(SpanRecordTest, EmptyViewsMayBeNull) {
  const std::vector<Attribute> nothing{{std::string_view(), std::string_view()}};
  const SpanPointer span =
      SpanRecord::make({.parent = Context(), .attributes = nothing}, Context(), 0);
  span->finish({.is_error = false, .attributes = nothing});
  EXPECT_EQ(span->name(), "");
  EXPECT_EQ(texts_of(*span), (std::map<std::string, std::string>{{"", ""}}));
}

TEST(SpanRecordTest, KeepsNoMoreThanTheLimits) {
  const std::string long_text(ExportingTracer::max_text_size * 2, 'x');
  std::vector<std::string> keys;
  for (int i = 0; i < 40; ++i) keys.push_back("key" + std::to_string(i));
  std::vector<Attribute> attributes;
  for (const std::string& key : keys) attributes.push_back({key, long_text});
  const SpanPointer span = SpanRecord::make(
      {.parent = Context(), .name = long_text, .attributes = attributes}, Context(), 0);
  span->finish({.is_error = false, .attributes = attributes});
  std::size_t size = span->name().size();
  const auto texts = texts_of(*span);
  for (const auto& [key, value] : texts) {
    EXPECT_EQ(value.size(), ExportingTracer::max_text_size);
    size += key.size() + value.size();
  }
  EXPECT_LE(size, ExportingTracer::max_span_size);
  EXPECT_GT(size, ExportingTracer::max_span_size / 2);
  EXPECT_GE(texts.size() + span->dropped_attributes(), 40U);
}

}  // namespace
}  // namespace baton::detail
