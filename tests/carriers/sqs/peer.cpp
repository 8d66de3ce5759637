// SPDX-License-Identifier: Apache-2.0
// Our side of test_moto.py: peer inject|extract PROPAGATORS [NAME=VALUE...], with the JSON on
// standard input. `inject` writes the context of the fields, and prints the request; `extract`
// prints a line of fields for each message of a response.

#include <baton/baton.hpp>
#include <baton/carriers/sqs.hpp>

#include <iostream>
#include <iterator>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace {

using Fields = std::map<std::string, std::string, std::less<>>;

int fail(const baton::ParseError& error) {
  std::cerr << error.message() << '\n';
  return 1;
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string_view> arguments(argv + 1, argv + argc);
  if (arguments.size() < 2) return 2;
  const baton::PropagatorChain chain = baton::make_chain(arguments[1]).chain;
  std::string text{std::istreambuf_iterator<char>(std::cin), {}};

  if (arguments[0] == "inject") {
    Fields fields;
    for (std::size_t i = 2; i < arguments.size(); ++i) {
      const std::size_t equals = arguments[i].find('=');
      fields.emplace(arguments[i].substr(0, equals), arguments[i].substr(equals + 1));
    }
    const baton::MapCarrier carrier(fields);
    const auto left_out = baton::sqs::inject(text, chain.extract(carrier), {.chain = chain});
    if (!left_out) return fail(left_out.error());
    for (const auto& [entry, field, others] : *left_out) std::cerr << entry << ' ' << field << '\n';
    std::cout << text;
    return 0;
  }

  const auto contexts = baton::sqs::extract(text, {.chain = chain});
  if (!contexts) return fail(contexts.error());
  for (const baton::Context& context : *contexts) {
    Fields fields;
    chain.inject(context, baton::MapCarrier(fields));
    for (const auto& [name, value] : fields) std::cout << name << '=' << value << '\t';
    std::cout << '\n';
  }
}
