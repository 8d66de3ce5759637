// SPDX-License-Identifier: Apache-2.0
#include <boost/json.hpp>

#include "tools/escape.hpp"
#include "tools/probe/report.hpp"

namespace baton::tool::probe {
namespace {

namespace json = boost::json;

json::string text(std::string_view bytes) { return json::string(escape_controls(bytes)); }

json::array to_json(const std::vector<Finding>& findings) {
  json::array out;
  for (const Finding& finding : findings) {
    out.push_back(json::object{{"name", finding.mistake->name},
                               {"level", to_string(finding.level)},
                               {"clause", text(finding.clause)},
                               {"meaning", finding.mistake->meaning},
                               {"expected", text(finding.expected)},
                               {"got", text(finding.got)}});
  }
  return out;
}

json::value status_of(const Observation& seen) {
  if (!seen.was_run || seen.reply.answer != Answer::answered) return nullptr;
  return seen.reply.status;
}

json::object to_json(const Result& result) {
  json::array sent;
  for (const std::string& line : result.row->lines) sent.emplace_back(text(line));
  return {{"name", result.row->name},
          {"level", to_string(result.row->level)},
          {"clause", text(result.row->clause)},
          {"sent", std::move(sent)},
          {"expected", text(describe(*result.row))},
          {"outcome", to_string(result.grade)},
          {"status", status_of(*result.seen)},
          {"seconds", result.seen->seconds},
          {"findings", to_json(result.findings)}};
}

}  // namespace

std::string to_json(const Report& report) {
  json::array cases;
  for (const Result& result : report.results) cases.push_back(to_json(result));
  json::object summary;
  for (const Grade grade :
       {Grade::passed, Grade::noted, Grade::warned, Grade::failed, Grade::not_run}) {
    summary.emplace(to_string(grade), report.count(grade));
  }
  const json::object document{
      {"url", text(report.url)},
      {"call", report.call},
      {"propagators", report.read},
      {"written", report.written},
      {"seed", report.seed},
      {"strict", report.strict},
      {"passed", report.is_good()},
      {"summary", std::move(summary)},
      {"parent_ids",
       {{"fresh", report.parent_ids.fresh}, {"forwarded", report.parent_ids.forwarded}}},
      {"unknown_calls", report.unknown_calls},
      {"stopped", report.stopped.empty() ? json::value(nullptr) : json::value(report.stopped)},
      {"seconds", report.seconds},
      {"cases", std::move(cases)}};
  return json::serialize(document);
}

}  // namespace baton::tool::probe
