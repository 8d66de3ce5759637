// SPDX-License-Identifier: Apache-2.0
#include "baton/testing/vectors.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace {

using namespace baton::testing;

/// A folder that is there as long as the object.
class Folder {
 public:
  Folder() {
    std::string pattern = testing::TempDir() + "vectors-XXXXXX";
    path_ = ::mkdtemp(pattern.data());
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  [[nodiscard]] const std::string& path() const { return path_; }
  std::string write(const std::string& name, std::string_view text) const {
    std::string file = path_ + "/" + name;
    std::ofstream(file, std::ios::binary) << text;
    return file;
  }

 private:
  std::string path_;
};

VectorResult<std::vector<Vector>> loaded(std::string_view text) {
  const Folder folder;
  auto result = load_vectors(folder.write("file.json", text));
  // The path is another one in each run.
  if (!result && result.error().starts_with(folder.path())) {
    result = tl::unexpected(result.error().substr(folder.path().size() + 1));
  }
  return result;
}

std::string file_of(const std::string& vectors) {
  return R"({"about": "a", "propagators": "tracecontext", "vectors": [)" + vectors + "]}";
}

std::string error_of(const std::string& vector) {
  const auto result = loaded(file_of(vector));
  return result ? "" : result.error();
}

const std::string sound =
    R"({"name": "n", "clause": "c", "fields": [["a", "b"]], "context": {}, "issues": []})";

/// `sound` with `what` replaced.
std::string with(const std::string& what, const std::string& instead) {
  std::string text = sound;
  return text.replace(text.find(what), what.size(), instead);
}

/// If it does not, larger numbers count as the largest.
constexpr bool counts_beyond_32_bits = sizeof(std::size_t) > sizeof(std::uint32_t);

TEST(Vectors, AFileIsRead) {
  const auto result = loaded(file_of(
      R"({"name": "n", "clause": "c",
          "fields": [["a", {"repeat": ["{n}", {"hex": "00ff"}], "times": 2, "from": 9, "join": ","}]],
          "context": {"trace_id": "0af7651916cd43dd8448eb211c80319c", "span_id": "b7ad6b7169203331",
                      "flags": "01", "tracestate": [["a", "1"], {"repeat": ["k{n}", "v"], "times": 2}],
                      "baggage": [["k", "v", [["p", null], ["q", ""]]]]},
          "issues": [["traceparent", "too_short", 7]]})"));
  ASSERT_TRUE(result) << result.error();
  ASSERT_EQ(result->size(), 1U);
  const PropagationVector& vector = result->front().propagation.value();
  EXPECT_EQ(vector.chain.propagators, "tracecontext");
  using namespace std::string_literals;
  EXPECT_EQ(vector.fields, (std::vector<TextPair>{{"a", "9\0\xff,10\0\xff"s}}));
  EXPECT_EQ(describe(vector.expected),
            "trace_id 0af7651916cd43dd8448eb211c80319c\nspan_id b7ad6b7169203331\nflags 1\nremote\n"
            "sampling sample\ntracestate \"a\" = \"1\"\ntracestate \"k0\" = \"v\"\n"
            "tracestate \"k1\" = \"v\"\nbaggage \"k\" = \"v\" ; \"p\" ; \"q\" = \"\"\n");
  const auto context = make_context(vector.expected);
  ASSERT_TRUE(context) << context.error();
  EXPECT_EQ(describe(*context), describe(vector.expected));
  ASSERT_EQ(vector.issues.size(), 1U);
  EXPECT_EQ(vector.issues[0].code, baton::ErrorCode::too_short);
  EXPECT_EQ(vector.issues[0].offset, 7U);
  EXPECT_TRUE(make_chain(vector.chain));
}

TEST(Vectors, WhatIsOutsideTheSchemaIsAnError) {
  ASSERT_EQ(error_of(sound), "");
  const std::string begin = "file.json: vector 0 \"n\": ";
  EXPECT_EQ(error_of(with("issues", "isues")), begin + "unknown key \"isues\"");
  EXPECT_EQ(error_of(with(R"("context": {}, )", "")), begin + "\"fields\" needs \"context\"");
  EXPECT_EQ(error_of(with(R"("clause": "c", )", "")), begin + "there is no \"clause\"");
  EXPECT_EQ(error_of(with(R"("c")", R"("")")), begin + "\"clause\" is empty");
  EXPECT_EQ(error_of(with(R"("name": "n", )", "")), "file.json: vector 0: there is no \"name\"");
  EXPECT_EQ(error_of(with(R"(["a", "b"])", R"(["a"])")), begin + "not a [name, value]");
  EXPECT_EQ(error_of(with(R"("b")", "7")), begin + "not a text");
  EXPECT_EQ(error_of(with(R"("b")", R"({"hex": "0"})")), begin + "an odd number of digits");
  EXPECT_EQ(error_of(with(R"("b")", R"({"hex": "0G"})")), begin + "not lowercase hex");
  EXPECT_EQ(error_of(with("{}", R"({"trace": ""})")), begin + "unknown key \"trace\"");
  EXPECT_EQ(error_of(with("{}", R"({"span_id": ""})")), begin + "\"span_id\" needs \"trace_id\"");
  EXPECT_EQ(error_of(with("{}", R"({"trace_id": "ZZ"})")),
            begin + "\"trace_id\" is not lowercase hex of 32 digits");
  EXPECT_EQ(error_of(with("{}", R"({"tracestate": [["a", "b"]]})")),
            begin + "\"tracestate\" needs \"trace_id\"");
  EXPECT_EQ(error_of(with("{}", R"({"sampling": "maybe"})")), begin + "unknown sampling \"maybe\"");
  EXPECT_EQ(error_of(with("[]", R"([["a", "too_shrt", 0]])")),
            begin + "unknown error \"too_shrt\"");
  EXPECT_EQ(error_of(with("[]", R"([["a", "empty", -1]])")), begin + "not a number");
  if constexpr (counts_beyond_32_bits) {
    EXPECT_EQ(error_of(with("[]", R"([["a", "empty", 4294967296]])")),
              begin + "an offset of more than 32 bits");
  }
  EXPECT_EQ(error_of(with("[]", "{}")), begin + "not an array");
  EXPECT_EQ(error_of(with(R"("issues": [])", R"("outgoing": [])")),
            begin + "\"outgoing\" needs \"inject\"");
  EXPECT_EQ(error_of(with(R"("issues": [])", R"("propagators": "b3,")")),
            begin + "not names of formats: \"b3,\"");
  EXPECT_EQ(error_of("7"), "file.json: vector 0: not an object");
  EXPECT_EQ(error_of(sound + "," + sound), "file.json: two vectors \"n\"");
  EXPECT_EQ(error_of(""), "file.json: no vectors");
  EXPECT_EQ(loaded("{").error(), "file.json: incomplete JSON");
  EXPECT_EQ(loaded("[]").error(), "file.json: not an object");
  EXPECT_EQ(load_vectors("/nowhere/at.json").error(), "cannot read /nowhere/at.json");
}

// JSON keeps the last of two equal keys, so an expectation could get lost.
TEST(Vectors, AKeyThatAnObjectHasTwiceIsAnError) {
  EXPECT_EQ(error_of(with("{}", R"({}, "context": {})")), "file.json: two keys \"context\"");
  EXPECT_EQ(error_of(with("{}", R"({"remote": true, "flags": "01", "rem\u006fte": true})")),
            "file.json: two keys \"remote\"");
  EXPECT_EQ(error_of(with(R"("b")", R"({"hex": "00", "hex": "00"})")),
            "file.json: two keys \"hex\"");
  const Folder folder;
  folder.write("a.json", file_of(sound));
  folder.write("manifest.json", R"({"a": 1, "a": 2})");
  EXPECT_EQ(load_manifest(folder.path()).error(), folder.path() + "/manifest.json: two keys \"a\"");
}

TEST(Vectors, EachNumberInATextIsReplaced) {
  const auto result = loaded(
      file_of(with(R"("b")", R"({"repeat": "{n}={n}", "times": 2, "from": 9, "join": ";"})")));
  ASSERT_TRUE(result) << result.error();
  EXPECT_EQ(result->front().propagation.value().fields.at(0).second, "9=9;10=10");
}

TEST(Vectors, ATextIsBounded) {
  const std::string begin = "file.json: vector 0 \"n\": ";
  const std::string large = R"({"repeat": "0123456789", "times": 200000})";
  EXPECT_EQ(error_of(with(R"("b")", large)), begin + "a text of too many bytes");
  EXPECT_EQ(error_of(with(R"("b")", R"({"repeat": "", "times": 9000000000000000000})")),
            begin + "a text of too many bytes");
  EXPECT_EQ(error_of(with(R"("b")", '"' + std::string(1'100'000, 'b') + '"')),
            begin + "a text of too many bytes");
  const std::string half = R"({"repeat": "0123456789", "times": 60000})";
  EXPECT_EQ(error_of(with(R"("b")", "[" + half + "," + half + "]")),
            begin + "a text of too many bytes");
  if constexpr (!counts_beyond_32_bits) return;
  std::string numbers;
  for (int i = 0; i < 100'000; ++i) numbers += "{n}";
  EXPECT_EQ(error_of(with("{}", R"({"baggage": [{"repeat": [")" + numbers +
                                    R"(", "v"], "times": 1, "from": 1000000000000}]})")),
            begin + "a text of too many bytes");
}

/// `text` `count` times, as items of a list.
std::string listed(const std::string& text, int count) {
  std::string list = text;
  for (int i = 1; i < count; ++i) list += "," + text;
  return list;
}

// A few bytes can stand for many: wherever they are said, the file has one limit.
TEST(Vectors, AFileIsBoundedWhenItIsExpanded) {
  const std::string too_much =
      "file.json: vector 0 \"n\": the texts of the file are more than 16 MiB when they are "
      "expanded";
  const std::string large = R"([{"repeat": "a", "times": 1000000}, "v"])";
  const std::string trace = R"("trace_id": "0af7651916cd43dd8448eb211c80319c", )";
  const std::string empty = R"({"repeat": ["", ""], "times": 65536})";
  EXPECT_EQ(error_of(with(R"(["a", "b"])", listed(large, 17))), too_much);
  EXPECT_EQ(
      error_of(with(R"(["a", "b"])", listed(R"([{"repeat": "", "times": 1000000}, "v"])", 17))),
      too_much);
  EXPECT_EQ(error_of(with("{}", "{" + trace + R"("tracestate": [)" + listed(large, 17) + "]}")),
            too_much);
  for (const std::string& list : {listed(large, 17), listed(empty, 3)}) {
    EXPECT_EQ(error_of(with("{}", R"({"baggage": [)" + list + "]}")), too_much);
    EXPECT_EQ(error_of(with("{}", "{" + trace + R"("tracestate": [)" + list + "]}")), too_much);
  }
  EXPECT_EQ(
      error_of(with("{}", R"({"baggage": [{"repeat": ["", ""], "times": 9000000000000000000}]})")),
      too_much);
  EXPECT_EQ(error_of(with(
                "{}", R"({"baggage": [["", "", [)" + listed(R"(["", null])", 140'000) + "]]]}")),
            too_much);
  // The limit is the file's, and none of each vector.
  const std::string half = with(R"("b")", listed(R"([{"repeat": "a", "times": 500000}])", 1));
  std::string vectors;
  for (int i = 0; i < 18; ++i) {
    std::string vector = half;
    vectors += (i == 0 ? "" : ",") +
               vector.replace(vector.find("\"n\""), 3, '"' + std::to_string(i) + '"');
  }
  EXPECT_EQ(error_of(vectors).substr(0, 28), "file.json: vector 11 \"11\": t");
  EXPECT_EQ(loaded(std::string((std::size_t{1} << 24U) + 1, ' ')).error(),
            "file.json: more than 16 MiB");
}

TEST(Vectors, AContextThatCannotBeMadeIsAnError) {
  ContextSpec spec;
  spec.trace_id = "0";
  EXPECT_EQ(make_context(spec).error().substr(0, 10), "trace_id: ");
  spec.trace_id = "0af7651916cd43dd8448eb211c80319c";
  spec.trace_state = {{"A", "1"}};
  EXPECT_EQ(make_context(spec).error().substr(0, 12), "tracestate: ");
  ChainSpec chain;
  chain.propagators = "pigeons";
  EXPECT_NE(make_chain(chain).error().find("pigeons"), std::string::npos);
}

TEST(Vectors, TheManifestAndTheFolderAgree) {
  const Folder folder;
  EXPECT_EQ(load_manifest(folder.path()).error(),
            "cannot read " + folder.path() + "/manifest.json");
  folder.write("manifest.json", "{}");
  EXPECT_EQ(load_manifest(folder.path()).error(), "the manifest names no file");
  folder.write("manifest.json", R"({"a": 0})");
  EXPECT_EQ(load_manifest(folder.path()).error(), "the manifest wants no vector of a");
  folder.write("manifest.json", R"({"a": 1})");
  EXPECT_EQ(load_manifest(folder.path()).error(), "the manifest names a, which is not there");
  folder.write("a.json", file_of(sound));
  folder.write("vectors.schema.json", "{}");
  ASSERT_TRUE(load_manifest(folder.path()));
  EXPECT_EQ(load_manifest(folder.path())->front().second, 1U);
  folder.write("b.json", "{}");
  EXPECT_EQ(load_manifest(folder.path()).error(), folder.path() + "/b.json is not in the manifest");
}

}  // namespace
