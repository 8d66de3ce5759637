// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <string>

#include "tools/probe/url.hpp"

namespace baton::tool::probe {
namespace {

std::string parts_of(std::string_view text) {
  const auto url = parse_url(text);
  return url ? url->host + " " + std::to_string(url->port) + " " + url->target + " " +
                   url->authority()
             : "error";
}

TEST(ProbeUrl, HasHostPortAndTarget) {
  EXPECT_EQ(parts_of("http://a"), "a 80 / a:80");
  EXPECT_EQ(parts_of("HTTP://a.b-c_d:81/x/y?z=1#f"), "a.b-c_d 81 /x/y?z=1 a.b-c_d:81");
  EXPECT_EQ(parts_of("http://a?q"), "a 80 /?q a:80");
  EXPECT_EQ(parts_of("http://[::1]:8080/"), "::1 8080 / [::1]:8080");
  EXPECT_EQ(parts_of("http://[::1]"), "::1 80 / [::1]:80");
}

TEST(ProbeUrl, RefusesWhatIsNone) {
  for (const char* text : {"",
                           "a",
                           "/",
                           "http:",
                           "http://",
                           "http:///x",
                           "http://:80",
                           "http://a:",
                           "http://a:0",
                           "http://a:65536",
                           "http://a:-1",
                           "http://a:8x",
                           "http://u@a",
                           "http://u:p@a/",
                           "http://a b",
                           "http://[::1",
                           "http://[x]",
                           "http://[::1]x",
                           "http://a/ b",
                           "http://a/\r\nX: y",
                           "http://a/\x80",
                           "ftp://a",
                           "https://a"}) {
    EXPECT_EQ(parts_of(text), "error") << text;
  }
  EXPECT_NE(parse_url("HTTPS://a").error().find("https is not supported"), std::string::npos);
}

TEST(ProbeUrl, HostAndPort) {
  const auto v4 = parse_host_and_port("127.0.0.1:0");
  ASSERT_TRUE(v4.has_value());
  EXPECT_EQ(v4->host, "127.0.0.1");
  EXPECT_EQ(v4->port, 0);
  const auto v6 = parse_host_and_port("[::1]:65535");
  ASSERT_TRUE(v6.has_value());
  EXPECT_EQ(v6->host, "::1");
  EXPECT_EQ(v6->port, 65535);
  for (const char* text : {"", "a", ":1", "a:", "a:65536", "a:b", "a:1:2", "a/b:1"}) {
    EXPECT_FALSE(parse_host_and_port(text).has_value()) << text;
  }
}

}  // namespace
}  // namespace baton::tool::probe
