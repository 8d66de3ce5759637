// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/json/fwd.hpp>
#include <optional>
#include <string_view>

#include "baton/carrier.hpp"
#include "baton/options.hpp"
#include "baton/scope.hpp"

namespace baton::celery {

/// Reads the headers of a message, a JSON object. The object must outlive it.
///
/// - Names are matched exactly or, if no header has exactly that name, in any case (ASCII letters
///   only). Of several spellings `get` returns the last, and `get_all` shows all in order.
/// - A value that is not a string counts as absent.
/// - Headers nested in these are not read: only `extract` knows which fields belong together.
///
/// Nothing is copied. Each lookup passes over the headers at most twice.
class ConstHeadersCarrier {
 public:
  static constexpr bool last_field_counts = true;
  static constexpr bool names_without_case = true;
  static constexpr bool prefers_exact_names = true;

  explicit ConstHeadersCarrier(const boost::json::object& headers) noexcept : headers_(&headers) {}

  [[nodiscard]] std::optional<std::string_view> get(std::string_view name) const noexcept;
  void get_all(std::string_view name, TextVisitor visit) const;
  void keys(TextVisitor visit) const;
  void fields(FieldVisitor visit) const;

 private:
  const boost::json::object* headers_;
};

/// Reads and writes them.
///
///     boost::json::object headers;
///     options.chain.inject(context, baton::celery::HeadersCarrier(headers));
///
/// Names are written in lowercase. `set` leaves one header of a name and `erase` none, in any case
/// and of any type. `set` keeps the place of exactly that name, `erase` the order of the others. If
/// the headers have an object named `headers` in which the name has a value other than null, both
/// do the same there, so that nothing stale is sent. Each passes over the headers a fixed number of
/// times. Throws `std::bad_alloc`, and nothing else: the headers are then as before.
class HeadersCarrier : public ConstHeadersCarrier {
 public:
  explicit HeadersCarrier(boost::json::object& headers) noexcept
      : ConstHeadersCarrier(headers), headers_(&headers) {}

  void set(std::string_view name, std::string_view value);
  void erase(std::string_view name);

 private:
  boost::json::object* headers_;
};

/// The context in headers.
///
/// Some tracers write into an object named `headers` inside of the headers, since Celery passes
/// that one to tasks as `request.headers`. It is read for each format of the chain that has no
/// fields in the headers themselves: a format is never read from both.
///
/// Never fails. A field that is neither a string nor null is reported as `wrong_type`; one of the
/// nested headers only if its format is read from there. Work is linear in the number of headers.
[[nodiscard]] Context extract(const boost::json::object& headers,
                              const ExtractOptions& options = {});

/// Writes a context into headers that the application builds itself. Fields of a family
/// (`uberctx-…`, `ot-baggage-…`) from an older context are erased, the nested ones included.
void inject(boost::json::object& headers, const Context& context = current(),
            const InjectOptions& options = {});

}  // namespace baton::celery
