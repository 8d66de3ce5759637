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
  return R"({"about": "", "propagators": "tracecontext", "vectors": [)" + vectors + "]}";
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
  EXPECT_EQ(error_of(with(R"("context": {}, )", "")), begin + "there is no \"context\"");
  EXPECT_EQ(error_of(with(R"("clause": "c", )", "")), begin + "there is no \"clause\"");
  EXPECT_EQ(error_of(with(R"("c")", R"("")")), begin + "no clause");
  EXPECT_EQ(error_of(with(R"("name": "n", )", "")), "file.json: vector 0: there is no \"name\"");
  EXPECT_EQ(error_of(with(R"(["a", "b"])", R"(["a"])")), begin + "not a [name, value]");
  EXPECT_EQ(error_of(with(R"("b")", "7")), begin + "not a text");
  EXPECT_EQ(error_of(with(R"("b")", R"({"hex": "0"})")), begin + "an odd number of digits");
  EXPECT_EQ(error_of(with(R"("b")", R"({"hex": "0G"})")), begin + "not lowercase hex");
  EXPECT_EQ(error_of(with("{}", R"({"trace": ""})")), begin + "unknown key \"trace\"");
  EXPECT_EQ(error_of(with("{}", R"({"span_id": ""})")), begin + "\"span_id\" needs \"trace_id\"");
  EXPECT_EQ(error_of(with("{}", R"({"sampling": "maybe"})")), begin + "unknown sampling \"maybe\"");
  EXPECT_EQ(error_of(with("[]", R"([["a", "too_shrt", 0]])")),
            begin + "unknown error \"too_shrt\"");
  EXPECT_EQ(error_of(with("[]", R"([["a", "empty", -1]])")), begin + "not a number");
  EXPECT_EQ(error_of(with("[]", "{}")), begin + "not an array");
  EXPECT_EQ(error_of("7"), "file.json: vector 0: not an object");
  EXPECT_EQ(error_of(sound + "," + sound), "file.json: two vectors \"n\"");
  EXPECT_EQ(loaded("{").error(), "file.json: incomplete JSON");
  EXPECT_EQ(loaded("[]").error(), "file.json: not an object");
  EXPECT_EQ(load_vectors("/nowhere/at.json").error(), "cannot read /nowhere/at.json");
}

TEST(Vectors, TextsAndListsAreBounded) {
  const std::string begin = "file.json: vector 0 \"n\": ";
  const std::string large = R"({"repeat": "0123456789", "times": 200000})";
  EXPECT_EQ(error_of(with(R"("b")", large)), begin + "a text of too many bytes");
  EXPECT_EQ(error_of(with(R"("b")", R"({"repeat": "", "times": 9000000000000000000})")),
            begin + "a text of too many bytes");
  const std::string half = R"({"repeat": "0123456789", "times": 60000})";
  EXPECT_EQ(error_of(with(R"("b")", "[" + half + "," + half + "]")),
            begin + "a text of too many bytes");
  EXPECT_EQ(error_of(with("{}", R"({"baggage": [{"repeat": ["k", "v"], "times": 70000}]})")),
            begin + "a list of too many members");
  EXPECT_EQ(
      error_of(with("{}", R"({"baggage": [{"repeat": ["k", )" + half + R"(], "times": 60000}]})")),
      begin + "a list of too many bytes");
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
