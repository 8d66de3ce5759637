#pragma once

#include <boost/json/fwd.hpp>
#include <optional>
#include <string_view>

#include "baton/carrier.hpp"
#include "baton/global.hpp"
#include "baton/scope.hpp"

namespace baton::celery {

/// Reads the headers of a message, a JSON object. The object must outlive it.
///
/// Names are matched exactly, as Python does. A value that is no string counts as absent. Nothing
/// is copied.
class ConstHeadersCarrier {
 public:
  explicit ConstHeadersCarrier(const boost::json::object& headers) noexcept : headers_(&headers) {}

  [[nodiscard]] std::optional<std::string_view> get(std::string_view name) const noexcept;
  void get_all(std::string_view name, TextVisitor visit) const;
  void keys(TextVisitor visit) const;

 private:
  const boost::json::object* headers_;
};

/// Reads and writes them.
///
///     boost::json::object headers;
///     chain.inject(context, baton::celery::HeadersCarrier(headers));
///
/// `set` keeps the place of a name that is there, `erase` the order of the others. Throws
/// `std::bad_alloc`, and nothing else.
class HeadersCarrier : public ConstHeadersCarrier {
 public:
  explicit HeadersCarrier(boost::json::object& headers) noexcept
      : ConstHeadersCarrier(headers), headers_(&headers) {}

  void set(std::string_view name, std::string_view value);
  void erase(std::string_view name);

 private:
  boost::json::object* headers_;
};

/// The context that is in headers.
[[nodiscard]] inline Context extract(const boost::json::object& headers,
                                     const PropagatorChain& chain = global_chain(),
                                     ExtractReport* report = nullptr) {
  return chain.extract(ConstHeadersCarrier(headers), report);
}

/// Writes a context into headers that the application builds itself.
inline void inject(boost::json::object& headers, const Context& context = current(),
                   const PropagatorChain& chain = global_chain()) {
  chain.inject(context, HeadersCarrier(headers));
}

}  // namespace baton::celery
