// SPDX-License-Identifier: Apache-2.0
#include "baton/carriers/celery/tasks/canvas.hpp"

#include <gtest/gtest.h>

#include "support.hpp"

namespace {

using namespace celery_test;
using baton::celery::inject_signature;
using baton::celery::inject_signatures;
using baton::celery::signature;
using baton::celery::Task;
using boost::json::object;

TEST(CeleryCanvasTest, ASignatureIsAsCeleryWritesIt) {
  EXPECT_EQ(boost::json::serialize(signature("shop.add", {1, 2}, {{"k", 3}})),
            R"({"task":"shop.add","args":[1,2],"kwargs":{"k":3},"options":{},)"
            R"("subtask_type":null,"immutable":false})");
}

TEST(CeleryCanvasTest, AChainIsWrittenFromItsEnd) {
  Task task{.name = "a"};
  then(task, signature("b"));
  then(task, signature("c"));
  EXPECT_EQ(task.embed.at("chain").as_array().size(), 2U);
  EXPECT_EQ(task.embed.at("chain").at(0).at("task").as_string(), "c");
  EXPECT_EQ(task.embed.at("chain").at(1).at("task").as_string(), "b");
}

TEST(CeleryCanvasTest, LinksStandInTheirOrder) {
  Task task{.name = "a"};
  link(task, signature("b"));
  link(task, signature("c"));
  link_error(task, signature("d"));
  EXPECT_EQ(task.embed.at("callbacks").at(0).at("task").as_string(), "b");
  EXPECT_EQ(task.embed.at("callbacks").at(1).at("task").as_string(), "c");
  EXPECT_EQ(task.embed.at("errbacks").at(0).at("task").as_string(), "d");
}

/// How many members named "traceparent" have this value.
std::size_t count(const boost::json::value& value, std::string_view traceparent) {
  std::size_t found = 0;
  if (const auto* const several = value.if_array()) {
    for (const auto& element : *several) found += count(element, traceparent);
  } else if (const auto* const members = value.if_object()) {
    for (const auto& [name, member] : *members) {
      found += name == "traceparent" && member == boost::json::value(traceparent)
                   ? 1U
                   : count(member, traceparent);
    }
  }
  return found;
}

TEST(CeleryCanvasTest, InjectsEverySignatureOfATask) {
  Task task{.name = "a", .kwargs = {{"body", signature("not one of ours")}}};
  then(task, signature("b"));
  link(task, signature("c"));
  link_error(task, signature("d"));
  task.embed["chord"] = signature("e");
  inject_signatures(task, context_of(parent, "k=v"));
  EXPECT_EQ(count(task.embed, parent), 4U);
  EXPECT_EQ(count(task.kwargs, parent), 0U);
  EXPECT_EQ(boost::json::serialize(task.embed.at("chord").at("options")),
            R"({"headers":{"traceparent":")" + std::string(parent) + R"(","baggage":"k=v"}})");
}

TEST(CeleryCanvasTest, InjectsEverythingThatFollowsASignature) {
  for (const char* name : {"link", "link_error", "chain", "chord"}) {
    object one = signature("a");
    one["options"].as_object()[name] = signature("b");
    inject_signature(one, context_of(parent));
    EXPECT_EQ(count(one, parent), 2U) << name;
  }
}

TEST(CeleryCanvasTest, OnlyCelerysOwnTasksHaveSignaturesAmongTheirArguments) {
  struct Case {
    std::string_view text;
    std::size_t signatures;
  };
  const Case cases[] = {
      {R"({"task":"celery.map"})", 1},
      {R"({"task":"celery.map","kwargs":null})", 1},
      {R"({"task":"celery.group","kwargs":{"tasks":[{"task":"a"}]}})", 2},
      {R"({"task":"a","kwargs":{"tasks":[{"task":"a"}],"body":{"task":"b"}}})", 1},
  };
  for (const auto& [text, signatures] : cases) {
    object one = json(text).as_object();
    inject_signature(one, context_of(parent));
    EXPECT_EQ(count(one, parent), signatures) << text;
  }
}

TEST(CeleryCanvasTest, InjectsAChord) {
  Task task = baton::celery::chord({signature("a"), signature("b")}, signature("c"));
  inject_signatures(task, context_of(parent));
  EXPECT_EQ(count(task.kwargs, parent), 3U);
}

// A chain of a task, a group with a chain in it, and a chord, as Celery 5.7 wrote it.
TEST(CeleryCanvasTest, InjectsWhatIsNested) {
  object nested = json(R"({"task": "celery.chain", "args": [], "kwargs": {"tasks": [
      {"task": "a", "args": [1], "kwargs": {}, "options": {"link": [{"task": "b", "args": [],
        "kwargs": {}, "options": {}, "subtask_type": null, "immutable": false}]},
        "subtask_type": null, "immutable": false},
      {"task": "celery.group", "args": [], "kwargs": {"tasks": [
        {"task": "c", "args": [], "kwargs": {}, "options": {}, "subtask_type": null,
         "immutable": false}]}, "options": {}, "subtask_type": "group", "immutable": false},
      {"task": "celery.chord", "args": [], "kwargs": {"header": {"task": "celery.group",
        "args": [], "kwargs": {"tasks": [{"task": "d", "args": [], "kwargs": {}, "options":
        {"headers": {"x": 1, "traceparent": "stale"}}, "subtask_type": null,
        "immutable": false}]}, "options": {}, "subtask_type": "group", "immutable": false},
        "body": {"task": "e", "args": [], "kwargs": {}, "options": {"link_error": {"task": "f"}},
        "subtask_type": null, "immutable": false}, "kwargs": {}}, "options": {},
       "subtask_type": "chord", "immutable": false}]},
      "options": {}, "subtask_type": "chain", "immutable": false})")
                      .as_object();
  inject_signature(nested, context_of(parent));
  EXPECT_EQ(count(nested, parent), 10U);  // a to f, and the four that contain them
  EXPECT_EQ(count(nested, "stale"), 0U);
  const auto& d = nested.at("kwargs")
                      .at("tasks")
                      .at(2)
                      .at("kwargs")
                      .at("header")
                      .at("kwargs")
                      .at("tasks")
                      .at(0)
                      .at("options")
                      .at("headers");
  EXPECT_EQ(d.at("x").as_int64(), 1);
}

TEST(CeleryCanvasTest, NothingStaleStaysInNestedHeaders) {
  object one = signature("a");
  one["options"] = json(R"({"headers": {"headers": {"Traceparent": "stale", "x": 1}}})");
  inject_signature(one, context_of(parent));
  EXPECT_EQ(boost::json::serialize(one.at("options")),
            R"({"headers":{"headers":{"x":1,"traceparent":")" + std::string(parent) +
                R"("},"traceparent":")" + std::string(parent) + "\"}}");
}

TEST(CeleryCanvasTest, WhatGrowsIsLookedAtAnew) {
  object bare = json(R"({"task":"celery.chord","kwargs":{"header":[{"task":"a"}],
      "body":{"task":"b"}}})")
                    .as_object();
  inject_signature(bare, context_of(parent));
  EXPECT_EQ(count(bare, parent), 3U);
}

TEST(CeleryCanvasTest, LeavesWhatIsNoSignature) {
  for (const char* text : {R"({})", R"({"task":1})", R"({"a":{"task":"x"}})"}) {
    object other = json(text).as_object();
    inject_signature(other, context_of(parent));
    EXPECT_EQ(boost::json::serialize(other), text);
  }
  Task task{.name = "a", .embed = {{"callbacks", 1}, {"chain", {1, "x", nullptr, {1}}}}};
  inject_signatures(task, context_of(parent));
  EXPECT_EQ(boost::json::serialize(task.embed), R"({"callbacks":1,"chain":[1,"x",null,[1]]})");
}

TEST(CeleryCanvasTest, OptionsOfAnotherTypeAreReplaced) {
  object one = json(R"({"task":"a","options":{"headers":null}})").as_object();
  inject_signature(one, context_of(parent));
  EXPECT_EQ(count(one, parent), 1U);
  one["options"] = nullptr;
  inject_signature(one, context_of(parent));
  EXPECT_EQ(count(one, parent), 1U);
}

TEST(CeleryCanvasTest, DepthIsNoMatter) {
  object signatures = signature("celery.chain");
  for (int i = 0; i < 200; ++i) {
    object outer = signature("celery.chain");
    outer["kwargs"].as_object()["tasks"] = boost::json::array();
    outer["kwargs"].as_object()["tasks"].as_array().push_back(std::move(signatures));
    signatures = std::move(outer);
  }
  inject_signature(signatures, context_of(parent));
  EXPECT_EQ(count(signatures, parent), 201U);
}

TEST(CeleryCanvasTest, SignaturesObeyTheRuleForTheDestination) {
  const baton::PropagatorChain chain =
      baton::make_chain("tracecontext").chain.with_trust({.destinations = {{"partner"}}});
  object one = signature("a");
  inject_signature(one, context_of(parent), {.chain = chain});
  EXPECT_EQ(count(one, parent), 1U);
  inject_signature(one, context_of(parent), {.chain = chain, .destination = "partner"});
  EXPECT_EQ(count(one, parent), 0U);
  Task task{.name = "a", .queue = "partner"};
  then(task, signature("b"));
  inject_signatures(task, context_of(parent), {.chain = chain});
  EXPECT_EQ(count(task.embed, parent), 0U);
  inject_signatures(task, context_of(parent), {.chain = chain, .destination = "ours"});
  EXPECT_EQ(count(task.embed, parent), 1U);

  // A signature that names a queue is published to that.
  Task ours{.name = "a", .queue = "ours"};
  object elsewhere = signature("b");
  elsewhere["options"].as_object()["queue"] = "partner";
  then(ours, elsewhere);
  inject_signatures(ours, context_of(parent), {.chain = chain});
  EXPECT_EQ(count(ours.embed, parent), 0U);
  inject_signature(elsewhere, context_of(parent), {.chain = chain});
  EXPECT_EQ(count(elsewhere, parent), 0U);
  inject_signature(elsewhere, context_of(parent), {.chain = chain, .destination = "ours"});
  EXPECT_EQ(count(elsewhere, parent), 1U);
  // What is no text names none.
  elsewhere["options"].as_object()["queue"] = 1;
  ours.queue = "partner";
  ours.embed["chain"] = {elsewhere};
  inject_signatures(ours, context_of(parent), {.chain = chain});
  EXPECT_EQ(count(ours.embed, parent), 0U);
}

}  // namespace
