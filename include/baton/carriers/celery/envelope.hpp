// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "baton/carrier.hpp"
#include "baton/options.hpp"
#include "baton/scope.hpp"

namespace baton::celery {

/// Where a task of protocol 1 gets its fields. Its headers do not name the task, but Celery 5.7
/// shows them on `request` nevertheless.
enum class Protocol1 : std::uint8_t {
  headers,  ///< into the message's headers, as with protocol 2
  kwargs,   ///< into the task's keyword arguments, which the task then must accept
};

struct EnvelopeOptions {
  const PropagatorChain& chain = global_chain();
  Protocol1 protocol1 = Protocol1::headers;
  std::string_view destination = {};  ///< as InjectOptions::destination
};

/// Writes a context into a message in the form that Celery's Redis transport stores.
///
///     if (auto done = baton::celery::inject(envelope); !done) log(done.error().message());
///
///     {"body": "W1tdLCB7fSwge31d", "content-encoding": "utf-8",
///      "content-type": "application/json",
///      "headers": {"task": "orders.ship", "id": "…", "traceparent": "00-…"},
///      "properties": {…}}
///
/// The fields become members of `headers`, which is made if it is absent or null. All other bytes
/// remain: the body, unknown members, their order, white space, and the spelling of numbers. A
/// member that exists keeps its place, and new ones are written last. Values are escaped; bytes
/// that are not UTF-8 become U+FFFD.
///
/// A member that has the name of a field in another case is erased. Some tracers write into an
/// object named `headers` inside of the headers: its fields, unless they are null, are set or
/// erased there too, so that nothing stale is sent. Fields of a family (`uberctx-…`,
/// `ot-baggage-…`) from an older context are erased.
///
/// The text must be one JSON object (RFC 8259) with strings in UTF-8, nested at most 1,024 levels,
/// and all its numbers must fit into a double. The object, its headers, and the `headers` in them
/// must not repeat a name; deeper objects may. An error has the offset of the byte in the envelope,
/// and leaves the envelope unchanged: `too_short`, `too_long`, `bad_delimiter`, `bad_key`,
/// `bad_value`, `bad_number`, `bad_utf8`, `too_deep`, `duplicate_key`, `wrong_type`.
///
/// With `Protocol1::kwargs`, the fields of a task of protocol 1 (its headers have no `task`) are
/// written into the `kwargs` of its body, in base 64 or plain as `properties.body_encoding` says.
/// All fields of the chain in the headers and in those nested in them are erased, families
/// included, since readers would find them first. Errors in the body, such as `missing_field` and
/// `bad_base64`, also have offsets in the envelope.
///
/// Work is linear in the size of the envelope. Allocates if the envelope has no room to grow, or if
/// the text between the first change and the last takes more than two KiB. Throws `std::bad_alloc`,
/// and then also leaves the envelope unchanged.
[[nodiscard]] expected<void> inject(std::string& envelope, const Context& context = current(),
                                    const EnvelopeOptions& options = {});

/// The context of a message.
///
///     baton::Context context = baton::celery::extract(envelope).child();
///
/// Never fails: if `inject` would refuse the envelope, the context is empty, and the report has the
/// error under `envelope`. Names are matched exactly or, if no header has exactly that name, in any
/// case. Of several spellings the last counts; of a list, all do. A value that is no string counts
/// as absent, and is reported as `wrong_type` unless it is null. Offsets of the fields' own errors
/// count in the decoded value.
///
/// The object `headers` inside of the headers is read for each format of the chain that has no
/// fields in the headers themselves.
///
/// If neither has a text for a field of the chain, and the headers have no `task`, the message may
/// be a task of protocol 1: then `kwargs` in its body is read. An error in the body is reported
/// only if the body begins with `{`.
///
/// Allocates for values with escapes, for more than 32 headers, and for bodies of protocol 1.
[[nodiscard]] Context extract(std::string_view envelope, const ExtractOptions& options = {});

namespace internal {
class Envelope;
class EnvelopeEdits;
}  // namespace internal

/// Reads the headers of an envelope, but not those nested in them: only `extract` knows which
/// fields belong together. The text must outlive it. Only one thread at a time may use it.
class ConstEnvelopeCarrier {
 public:
  static constexpr bool last_field_counts = true;
  static constexpr bool names_without_case = true;
  static constexpr bool prefers_exact_names = true;

  explicit ConstEnvelopeCarrier(std::string_view envelope);
  ConstEnvelopeCarrier(ConstEnvelopeCarrier&&) noexcept;
  ConstEnvelopeCarrier& operator=(ConstEnvelopeCarrier&&) noexcept;
  ~ConstEnvelopeCarrier();

  /// The error for which the envelope cannot be read, if any; then the carrier is empty.
  [[nodiscard]] const ParseError& error() const noexcept;

  [[nodiscard]] std::optional<std::string_view> get(std::string_view name) const;
  void get_all(std::string_view name, TextVisitor visit) const;
  void keys(TextVisitor visit) const;

 protected:
  /// Whether there is an envelope without an error.
  [[nodiscard]] bool is_readable() const noexcept;

  std::unique_ptr<internal::Envelope> envelope_;
};

/// Reads the headers of an envelope and collects changes to them, and to fields nested in them, as
/// `inject` does.
///
///     baton::celery::EnvelopeCarrier carrier(envelope);
///     chain.inject(context, carrier);
///     if (auto done = carrier.apply(); !done) log(done.error().message());
///
/// `apply` makes all changes at once, or none after an error. Until then, reading shows the
/// envelope without the changes, and nothing else may change it; afterwards the carrier is
/// unusable. The envelope must outlive the carrier.
class EnvelopeCarrier : public ConstEnvelopeCarrier {
 public:
  explicit EnvelopeCarrier(std::string& envelope);
  EnvelopeCarrier(EnvelopeCarrier&&) noexcept;
  EnvelopeCarrier& operator=(EnvelopeCarrier&&) noexcept;
  ~EnvelopeCarrier();

  void set(std::string_view name, std::string_view value);
  void erase(std::string_view name);
  [[nodiscard]] expected<void> apply();

 private:
  std::unique_ptr<internal::EnvelopeEdits> edits_;
  std::string* text_;
};

}  // namespace baton::celery
