#include "baton/configuration.hpp"

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <utility>
#include <vector>

#include "baton/registry.hpp"
#include "chars.hpp"

namespace baton {
namespace {

constexpr const char* environment_variable = "OTEL_PROPAGATORS";
constexpr std::string_view default_names = "tracecontext,baggage";
constexpr std::string_view none = "none";

void add_sentence(std::string& text, std::string sentence) {
  if (!text.empty()) text += "; ";
  text += sentence;
}

std::string unknown_name(std::string_view name) {
  std::string sentence = "unknown propagator '" + std::string(name) + "', known are ";
  for (const RegisteredPropagator& known : registered_propagators()) {
    sentence.append(known.name).append(", ");
  }
  return sentence.append(none);
}

}  // namespace

ConfiguredChain make_chain(std::string_view names, ExtractionPolicy policy) {
  ConfiguredChain result;
  std::vector<std::string_view> wanted;
  for (std::size_t begin = 0; begin <= names.size();) {
    const std::size_t end = std::min(names.find(',', begin), names.size());
    const std::string_view name = detail::trim(names.substr(begin, end - begin));
    begin = end + 1;
    if (name.empty() || std::find(wanted.begin(), wanted.end(), name) != wanted.end()) continue;
    wanted.push_back(name);
  }

  const bool wants_none = std::erase(wanted, none) != 0;
  if (wants_none && !wanted.empty()) {
    add_sentence(result.error, "'none' leaves no place for other propagators; none is used");
  }

  std::vector<PropagatorChain::Link> links;
  for (const std::string_view name : wanted) {
    const auto known = registered_propagators();
    const auto found = std::find_if(known.begin(), known.end(), [name](const auto& candidate) {
      return candidate.name == name;
    });
    if (found == known.end()) {
      add_sentence(result.error, unknown_name(name));
    } else if (!wants_none) {
      links.push_back(found->make());
    }
  }
  result.chain = PropagatorChain(std::move(links), policy);
  return result;
}

ConfiguredChain make_chain_from_environment() {
  const char* const value = std::getenv(environment_variable);
  const std::string_view names = value == nullptr ? "" : value;
  const bool has_any = detail::list_separators.find_outside(names) != names.size();
  return make_chain(has_any ? names : default_names);
}

}  // namespace baton
