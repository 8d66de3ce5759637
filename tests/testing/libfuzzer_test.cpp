// SPDX-License-Identifier: Apache-2.0
#include "baton/testing/libfuzzer.hpp"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <algorithm>
#include <memory>
#include <set>
#include <string>
#include <string_view>

#include "baton/testing/mutation.hpp"

namespace {

using namespace baton::testing;

/// Flips a bit, and adds a byte if there is room.
std::size_t flip(std::uint8_t* data, std::size_t size, std::size_t max_size) {
  if (size > 0) data[size / 2] ^= 1;
  if (size < max_size) data[size++] = 'z';
  return size;
}

const std::uint8_t* bytes_of(std::string_view text) {
  return reinterpret_cast<const std::uint8_t*>(text.data());
}

FieldList fields_in(std::string_view text) { return fields_of(bytes_of(text), text.size()); }

/// In a buffer of exactly the permitted size, so that a sanitizer sees what is written beyond it.
std::string mutated(std::string_view text, std::size_t max_size, std::uint32_t seed) {
  const auto buffer = std::make_unique<std::uint8_t[]>(max_size);
  std::copy_n(text.begin(), std::min(text.size(), max_size), buffer.get());
  const std::size_t size =
      mutate_fields(buffer.get(), std::min(text.size(), max_size), max_size, seed, flip);
  EXPECT_LE(size, max_size);
  return {buffer.get(), buffer.get() + std::min(size, max_size)};
}

std::string crossed(std::string_view one, std::string_view other, std::size_t max_size,
                    std::uint32_t seed) {
  const auto buffer = std::make_unique<std::uint8_t[]>(max_size);
  const std::size_t size = cross_fields(bytes_of(one), one.size(), bytes_of(other), other.size(),
                                        buffer.get(), max_size, seed);
  EXPECT_LE(size, max_size);
  return {buffer.get(), buffer.get() + std::min(size, max_size)};
}

constexpr std::string_view request =
    "traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01\r\n"
    "tracestate: rojo=1,congo=2\r\n"
    "baggage: userId=alice;ttl=60,plan=gold\r\n"
    "b3: 80f198ee56343ba864fe8b2a57d3eff7-e457b5a2e4d86bd1-1\r\n"
    "x-datadog-trace-id: 5\r\n";

TEST(LibFuzzer, ReadsLinesAsFields) {
  EXPECT_EQ(fields_in("A: b\r\nc:d\ne:  f\r\r\n:g\nno\n\nh: i: j"),
            (FieldList{{"A", "b"}, {"c", "d"}, {"e", " f\r"}, {"", "g"}, {"h", "i: j"}}));
  EXPECT_TRUE(fields_in("").empty());
  EXPECT_EQ(lines_of({{"a", "b"}, {"c:", "d\ne"}}), "a: b\r\nc : d e\r\n");
}

TEST(LibFuzzer, BringsBackFieldsThatLinesCanSay) {
  for (std::uint64_t seed = 0; seed < 500; ++seed) {
    Draw draw(seed);
    FieldList fields = draw.fields();
    for (auto& [name, value] : fields) std::replace(value.begin(), value.end(), '\n', ' ');
    EXPECT_EQ(fields_in(lines_of(fields)), fields);
  }
}

TEST(LibFuzzer, NeverExceedsTheSize) {
  for (std::uint32_t seed = 0; seed < 3000; ++seed) {
    Draw draw(seed);
    const std::string text = draw.one_in(2) ? std::string(request) : draw.bytes(200);
    const std::size_t max_size = draw.number(0, 300);
    const std::string one = mutated(text, max_size, seed);
    static_cast<void>(crossed(text, request, max_size, seed));
    static_cast<void>(crossed(one, text, max_size, seed));
  }
}

TEST(LibFuzzer, DoesTheSameForOneSeed) {
  std::set<std::string> seen;
  std::set<std::string> seen_crossed;
  for (std::uint32_t seed = 0; seed < 500; ++seed) {
    EXPECT_EQ(mutated(request, 4096, seed), mutated(request, 4096, seed));
    seen.insert(mutated(request, 4096, seed));
    const std::string other = mutated(request, 4096, seed + 1000);
    EXPECT_EQ(crossed(request, other, 4096, seed), crossed(request, other, 4096, seed));
    seen_crossed.insert(crossed(request, other, 4096, seed));
  }
  EXPECT_GT(seen.size(), 350U);
  EXPECT_GT(seen_crossed.size(), 300U);
}

TEST(LibFuzzer, KeepsMostInputsParsable) {
  int parsable = 0;
  std::string text(request);
  for (std::uint32_t seed = 0; seed < 1000; ++seed) {
    text = mutated(text, 4096, seed);
    const FieldList fields = fields_in(text);
    parsable += lines_of(fields) == text ? 1 : 0;
    if (fields.size() > 40) text = request;
  }
  EXPECT_GT(parsable, 800);
}

/// A mutation is reached if one step from the request gives what it makes of it.
TEST(LibFuzzer, ReachesEveryKindOfChange) {
  const FieldList before = fields_in(request);
  std::set<std::string> reached;
  std::set<std::string> formats;
  for (std::uint32_t seed = 0; seed < 60'000; ++seed) {
    const FieldList after = fields_in(mutated(request, 16384, seed));
    for (const auto& [name, value] : after) {
      std::string lower = name;
      for (char& c : lower) c = static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c);
      formats.insert(lower);
      if (name == "TRACEPARENT") reached.insert("name");
      if (lower == "traceparent") {
        if (value.starts_with("ff-")) reached.insert("version");
        if (value.ends_with("-ff")) reached.insert("flags");
        if (value.find("-00000000000000000000000000000000-") != value.npos) reached.insert("zero");
        if (value.find("0x") != value.npos) reached.insert("prefix");
        if (value.find('\0') != value.npos) reached.insert("nul");
        if (value.size() < 55) reached.insert("short");
        if (value.size() > 110) reached.insert("doubled");
      }
      const auto members = std::count(value.begin(), value.end(), ',') + 1;
      if (lower == "tracestate" && members == 33) reached.insert("33 members");
      if (lower == "tracestate" && value.find("rojo=again") != value.npos) reached.insert("again");
      if (lower == "baggage" && members == 181) reached.insert("181 members");
      if (lower == "baggage" && value.size() == 8193) reached.insert("8193 bytes");
      if (lower == "baggage" && value.find("%ED%A0%80") != value.npos) reached.insert("surrogate");
      if (lower == "baggage" && value.find("%4,") != value.npos) reached.insert("cut escape");
      if (lower == "x-datadog-trace-id" && value == "18446744073709551616") {
        reached.insert("overflow");
      }
      if (value.find('z') != value.npos) reached.insert("bytes");
    }
    if (after.size() > before.size()) reached.insert("more fields");
    if (after.size() < before.size()) reached.insert("fewer fields");
  }
  EXPECT_EQ(reached.size(), 18U) << [&] {
    std::string text;
    for (const std::string& each : reached) text += each + ", ";
    return text;
  }();
  for (const char* name : {"uber-trace-id", "x-amzn-trace-id", "x-cloud-trace-context",
                           "ot-tracer-traceid", "grpc-trace-bin", "x-b3-sampled"}) {
    EXPECT_TRUE(formats.contains(name)) << name;
  }
}

TEST(LibFuzzer, CrossesFieldsAndMembers) {
  const std::string_view one = "tracestate: a=1,b=2\r\nbaggage: c=3\r\n";
  const std::string_view other = "tracestate: d=4\r\nb3: 0\r\n";
  bool has_both = false;
  bool has_new_field = false;
  for (std::uint32_t seed = 0; seed < 200; ++seed) {
    for (const auto& [name, value] : fields_in(crossed(one, other, 4096, seed))) {
      has_both = has_both || (value.find("a=1") != value.npos && value.find("d=4") != value.npos);
      has_new_field = has_new_field || name == "b3";
    }
  }
  EXPECT_TRUE(has_both);
  EXPECT_TRUE(has_new_field);
}

/// The most memory that the process has had, in MiB.
long most_memory() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_maxrss / 1024;
}

TEST(LibFuzzer, CrossesLongListsInTheirMemory) {
  constexpr std::size_t size = 30'000;
  const std::string commas = "baggage: a" + std::string(size, ',') + "\r\n";
  const std::string member = "baggage: " + std::string(size, 'x') + "\r\n";
  const long before = most_memory();
  for (std::uint32_t seed = 0; seed < 10; ++seed) {
    EXPECT_LE(crossed(commas, member, 2 * size, seed).size(), 2 * size);
  }
  EXPECT_LT(most_memory() - before, 50);  // not the product: a third of it is 300 MB
}

}  // namespace
