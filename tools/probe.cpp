// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <fstream>
#include <optional>
#include <string>
#include <vector>

#include "baton/configuration.hpp"
#include "text/chars.hpp"
#include "tools/commands.hpp"
#include "tools/join.hpp"
#include "tools/probe/arguments.hpp"
#include "tools/probe/catalog.hpp"
#include "tools/probe/judge.hpp"
#include "tools/probe/random_cases.hpp"
#include "tools/probe/report.hpp"
#include "tools/probe/run.hpp"

namespace baton::tool {
namespace {

using namespace probe;

/// What the arguments mean, all of them checked.
struct Plan {
  RunOptions run;
  PropagatorChain read;
  PropagatorChain written;
  Spans spans = Spans::any;
  std::vector<Case> cases;
};

using Sentence = std::string;

tl::expected<PropagatorChain, Sentence> parse_list(std::string_view option, std::string_view list) {
  ConfiguredChain configured = make_chain(list);
  const std::string prefix = std::string(option) + ": ";
  if (!configured.error.empty()) return tl::unexpected(prefix + configured.error);
  if (configured.chain.readers().empty()) return tl::unexpected(prefix + "no format to probe");
  for (const auto& format : configured.chain.readers()) {
    if (format->traits().reads_elsewhere) {
      return tl::unexpected(prefix + std::string(format->traits().name) +
                            " reads a variable of the environment, which no request has");
    }
  }
  return std::move(configured.chain);
}

/// A field line that cannot end the request's head.
bool is_field_line(std::string_view line) noexcept {
  const std::size_t name = detail::token_chars.find_outside(line);
  if (name == 0 || name >= line.size() || line[name] != ':') return false;
  return line.find_first_of(std::string_view("\r\n\0", 3)) == line.npos;
}

std::vector<std::string_view> names_of(const PropagatorChain& chain) {
  std::vector<std::string_view> names;
  for (const auto& format : chain.readers()) names.push_back(format->traits().name);
  return names;
}

std::vector<std::string_view> all_formats() {
  std::vector<std::string_view> names;
  for (const RegisteredPropagator& known : registered_propagators()) {
    if (!known.traits.reads_elsewhere) names.push_back(known.traits.name);
  }
  return names;
}

bool is_chosen(const Case& row, const ProbeArguments& arguments) {
  const auto any = [&row](const std::vector<std::string>& patterns) {
    return std::any_of(patterns.begin(), patterns.end(),
                       [&row](const std::string& pattern) { return matches(row.name, pattern); });
  };
  return (arguments.only.empty() || any(arguments.only)) && !any(arguments.skip);
}

tl::expected<std::vector<Case>, Sentence> choose_cases(const ProbeArguments& arguments,
                                                       const PropagatorChain& read, CallMode call) {
  const auto formats = arguments.list && arguments.lists_all ? all_formats() : names_of(read);
  std::vector<Case> cases = make_catalog(formats, arguments.seed);
  if (!arguments.list) add_random_cases(cases, read, arguments.random, arguments.seed);
  std::erase_if(cases, [&](const Case& row) {
    return !is_chosen(row, arguments) || (call != CallMode::body && row.calls > 1);
  });
  if (cases.empty()) return tl::unexpected(Sentence("no case has such a name; see --list"));
  if (!arguments.list)
    cases.insert(cases.begin(), make_plain_case(formats.front(), arguments.seed));
  return cases;
}

/// The rest of a sentence. Paths are appended to the URL.
tl::expected<void, Sentence> check_callback(const std::string& text, CallMode call) {
  if (text.empty()) return {};
  if (call != CallMode::body) {
    return tl::unexpected(Sentence(" is of use with --call=body only: else no URL is sent"));
  }
  if (const auto url = parse_url(text); !url) return tl::unexpected(": " + url.error());
  if (text.find_first_of("?#") != text.npos) {
    return tl::unexpected(": expected a URL without query and fragment, got " + text);
  }
  return {};
}

tl::expected<RunOptions, Sentence> make_run_options(const ProbeArguments& arguments,
                                                    CallMode call) {
  RunOptions run;
  if (arguments.url.empty()) return tl::unexpected(Sentence("a URL is required: baton probe URL"));
  auto url = parse_url(arguments.url);
  if (!url) return tl::unexpected(std::move(url.error()));
  auto listen = parse_host_and_port(arguments.listen);
  if (!listen) return tl::unexpected("--listen: " + listen.error());
  if (call == CallMode::response && arguments.names_listen) {
    return tl::unexpected(Sentence("--listen is of no use with --call=response: nobody is called"));
  }
  if (const auto callback = check_callback(arguments.callback, call); !callback) {
    return tl::unexpected("--callback" + callback.error());
  }
  if (call == CallMode::route && listen->port == 0) {
    return tl::unexpected(
        Sentence("--call=route needs --listen=HOST:PORT, the address that the service calls"));
  }
  for (const std::string& line : arguments.headers) {
    if (!is_field_line(line))
      return tl::unexpected("--header: expected 'Name: value', got " + line);
    for (const std::string_view name : {"Content-Length:", "Transfer-Encoding:"}) {
      if (detail::starts_with_ignoring_case(line, name)) {
        return tl::unexpected("--header: the length of the body is the probe's, unlike " + line);
      }
    }
  }
  run.method = arguments.method;
  if (run.method.empty()) run.method = call == CallMode::body ? "POST" : "GET";
  if (detail::token_chars.find_outside(run.method) != run.method.size()) {
    return tl::unexpected("--method: invalid method " + run.method);
  }
  run.url = *std::move(url);
  run.call = call;
  run.headers = arguments.headers;
  run.listen = *std::move(listen);
  run.callback = arguments.callback;
  run.rate = arguments.rate;
  run.timeout = std::chrono::milliseconds(std::lround(arguments.timeout * 1000));
  run.max_time = std::chrono::seconds(arguments.max_time);
  return run;
}

tl::expected<Plan, Sentence> make_plan(const ProbeArguments& arguments) {
  Plan plan;
  const CallMode call = arguments.call == "route"      ? CallMode::route
                        : arguments.call == "response" ? CallMode::response
                                                       : CallMode::body;
  auto read = parse_list("--propagators", arguments.propagators);
  if (!read) return tl::unexpected(std::move(read.error()));
  auto written = parse_list("--written",
                            arguments.written.empty() ? arguments.propagators : arguments.written);
  if (!written) return tl::unexpected(std::move(written.error()));
  plan.read = *std::move(read);
  plan.written = *std::move(written);
  plan.spans = arguments.spans == "fresh"       ? Spans::fresh
               : arguments.spans == "forwarded" ? Spans::forwarded
                                                : Spans::any;
  auto cases = choose_cases(arguments, plan.read, call);
  if (!cases) return tl::unexpected(std::move(cases.error()));
  plan.cases = *std::move(cases);
  if (arguments.list) return plan;
  auto run = make_run_options(arguments, call);
  if (!run) return tl::unexpected(std::move(run.error()));
  plan.run = *std::move(run);
  return plan;
}

bool has(const std::vector<Finding>& findings, const Mistake* mistake) {
  return std::any_of(findings.begin(), findings.end(),
                     [mistake](const Finding& finding) { return finding.mistake == mistake; });
}

/// What the plain request after a hostile one shows is a finding of the hostile one, unless the
/// first plain request has shown it.
void add_aftermath(Result& result, const Result& plain, Judge& judge) {
  if (!result.seen->afterwards) return;
  const Case& row = *result.row;
  for (const Finding& finding : judge.judge(*plain.row, *result.seen->afterwards)) {
    if (finding.level != Level::must || has(plain.findings, finding.mistake)) continue;
    result.findings.push_back({&mistakes::unwell_afterwards, Level::must, row.clause,
                               finding.expected,
                               std::string(finding.mistake->name) + ": " + finding.got});
    return;
  }
}

Report judge_all(const Plan& plan, const ProbeArguments& arguments, const Run& run) {
  Report report;
  report.url = arguments.url;
  report.call = arguments.call;
  report.read = join(names_of(plan.read));
  report.written = join(names_of(plan.written));
  report.seed = arguments.seed;
  report.strict = arguments.strict;
  report.stopped = run.stopped;
  report.unknown_calls = run.unknown_calls;
  Judge judge({plan.written, plan.spans, plan.run.call});
  for (std::size_t i = 0; i < plan.cases.size(); ++i) {
    const Case& row = plan.cases[i];
    const Observation& seen = run.seen[i];
    Result result{&row, &seen, judge.judge(row, seen), Grade::not_run};
    if (i != 0) add_aftermath(result, report.results.front(), judge);
    result.grade = grade_of(result.findings, seen.was_run, arguments.strict);
    report.results.push_back(std::move(result));
  }
  report.parent_ids = judge.parent_ids();
  return report;
}

/// The report for CI. It is opened before the first request: who cannot have it, need not wait, and
/// nobody takes that of an earlier run for it.
class JunitFile {
 public:
  explicit JunitFile(const std::string& name) : name_(name) {
    if (!name.empty()) file_.open(name, std::ios::binary);
  }

  [[nodiscard]] bool is_wanted() const noexcept { return !name_.empty(); }
  [[nodiscard]] bool is_good() const { return !is_wanted() || file_.good(); }
  [[nodiscard]] Sentence problem() const { return "cannot write " + name_; }

  void write(const Report& report) {
    if (!is_wanted()) return;
    file_ << to_junit(report);
    file_.close();
  }

 private:
  std::string name_;
  std::ofstream file_;
};

}  // namespace

Outcome run_probe(const ProbeArguments& arguments, const Paint& paint,
                  const std::function<void(std::string_view)>& show_progress) {
  auto plan = make_plan(arguments);
  if (!plan) return refuse(plan.error());
  if (arguments.list) return {Status::done, to_list(plan->cases), {}};

  const std::size_t total = plan->cases.size();
  if (show_progress) {
    plan->run.on_progress = [&](std::size_t done) {
      show_progress("probing " + std::to_string(done) + "/" + std::to_string(total));
    };
  }
  JunitFile junit(arguments.junit);
  if (!junit.is_good()) return refuse(junit.problem());
  const auto begin = std::chrono::steady_clock::now();
  const auto run = run_cases(plan->run, plan->cases);
  if (show_progress) show_progress("");
  if (!run) {
    Run nothing;
    nothing.seen.resize(total);
    nothing.stopped = run.error();
    junit.write(judge_all(*plan, arguments, nothing));
    return refuse(run.error());
  }

  Report report = judge_all(*plan, arguments, *run);
  report.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  Outcome outcome;
  outcome.status = report.is_good() ? Status::done : Status::issues;
  outcome.out =
      arguments.json ? probe::to_json(report) + "\n" : to_table(report, paint, arguments.verbose);
  junit.write(report);
  if (!junit.is_good()) {
    outcome.status = Status::usage;
    outcome.err = complaint(junit.problem());
  }
  return outcome;
}

}  // namespace baton::tool
