#include "baton/carriers/kafka/cpp_headers.hpp"

#include <algorithm>

#include "../lookup.hpp"
#include "c_list.hpp"

namespace baton::kafka {
namespace {

using lookup::Match;

template <class Headers>
class CopiedList {
 public:
  explicit CopiedList(const Headers& headers) noexcept : headers_(headers) {}

  [[nodiscard]] std::size_t size() const noexcept { return headers_.size(); }
  [[nodiscard]] detail::Header at(std::size_t i) const noexcept {
    const auto& header = headers_[i];
    if (!header.value) return {header.name.c_str(), std::nullopt};
    return {header.name.c_str(), std::string_view(*header.value)};
  }

 private:
  const Headers& headers_;
};

}  // namespace

std::vector<ConstCppHeadersCarrier::Header>& ConstCppHeadersCarrier::copy() const {
  if (copy_) return *copy_;
  copy_.emplace();
  if (headers_->size() == 0) return *copy_;
  for (const RdKafka::Headers::Header& header : headers_->get_all()) {
    Header& added = copy_->emplace_back(Header{header.key(), std::nullopt});
    if (header.value() != nullptr) {
      added.value.emplace(static_cast<const char*>(header.value()), header.value_size());
    }
  }
  return *copy_;
}

std::optional<std::string_view> ConstCppHeadersCarrier::get(std::string_view name) const {
  return lookup::find_last(CopiedList(copy()), name);
}

void ConstCppHeadersCarrier::get_all(std::string_view name, TextVisitor visit) const {
  lookup::visit_values(CopiedList(copy()), name, visit);
}

void ConstCppHeadersCarrier::keys(TextVisitor visit) const {
  lookup::visit_names(CopiedList(copy()), visit);
}

void CppHeadersCarrier::set(std::string_view name, std::string_view value) {
  if (name.find('\0') != std::string_view::npos) return;
  Header fresh{lookup::to_lower(name), std::string(value)};
  erase(fresh.name);
  headers_->add(fresh.name, fresh.value->data(), fresh.value->size());
  copy().push_back(std::move(fresh));
}

void CppHeadersCarrier::erase(std::string_view name) {
  std::vector<Header>& headers = copy();
  const std::string wanted(name);  // it may be the view of a header that goes
  std::vector<std::string> spellings;
  const auto is_one = [&](const Header& header) {
    if (lookup::compare(header.name.c_str(), wanted) == Match::none) return false;
    spellings.push_back(header.name);
    return true;
  };
  std::erase_if(headers, is_one);
  std::sort(spellings.begin(), spellings.end());
  spellings.erase(std::unique(spellings.begin(), spellings.end()), spellings.end());
  for (const std::string& spelling : spellings) headers_->remove(spelling);
}

}  // namespace baton::kafka
