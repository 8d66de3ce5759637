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
/// shows them on `request` all the same.
enum class Protocol1 : std::uint8_t {
  headers,  ///< into the message's headers, as with protocol 2
  kwargs,   ///< into the task's keyword arguments, which the task then must accept
};

struct EnvelopeOptions {
  const PropagatorChain& chain = global_chain();
  Protocol1 protocol1 = Protocol1::headers;
};

/// Writes a context into a message as Celery's Redis transport keeps it.
///
///     baton::celery::inject(envelope).value();
///
///     {"body": "W1tdLCB7fSwge31d", "content-encoding": "utf-8",
///      "content-type": "application/json",
///      "headers": {"task": "orders.ship", "id": "…", "traceparent": "00-…"},
///      "properties": {…}}
///
/// The fields become members of `headers`, which is made if it is absent or null. Every other byte
/// remains: the body, unknown members, their order, white space, and numbers as they are written. A
/// member that exists keeps its place, and new ones are written last. Values are escaped; what is
/// not UTF-8 in them becomes U+FFFD.
///
/// A member that has the name of a field in another case is erased. Some tracers write into an
/// object named `headers` inside of the headers: the fields that it has, unless they are null, are
/// set or erased there too, so that nothing stale is sent. What an older context has in a family of
/// fields (`uberctx-…`, `ot-baggage-…`) remains: its names are not those that are written.
///
/// The text must be one JSON object (RFC 8259) with strings in UTF-8, nested 1,024 levels at most,
/// and without a number that no double can hold. It, its headers, and the `headers` in them must
/// each have no name twice; deeper objects may. An error has the offset of the byte in the
/// envelope, and leaves the envelope as it was: `too_short`, `too_long`, `bad_delimiter`,
/// `bad_key`, `bad_value`, `bad_number`, `bad_utf8`, `too_deep`, `duplicate_key`, `wrong_type`.
///
/// With `Protocol1::kwargs`, the fields of a task of protocol 1 (its headers have no `task`) are
/// written into the `kwargs` of its body, in base 64 or plain as `properties.body_encoding` says.
/// All that the chain owns in the headers and in those nested in them is erased, families included,
/// since it would be read first. Errors in the body, such as `missing_field` and `bad_base64`, have
/// offsets in the envelope too.
///
/// Work is linear in the size of the envelope. Allocates if the envelope has no room to grow, or if
/// what is written, from the first change to the last one, takes more than two KiB; throws
/// `std::bad_alloc`, and then too leaves the envelope as it was.
[[nodiscard]] expected<void> inject(std::string& envelope, const Context& context = current(),
                                    const EnvelopeOptions& options = {});

/// The context that came with a message.
///
///     baton::Context context = baton::celery::extract(envelope).child();
///
/// Never fails: if `inject` would refuse the envelope, the context is empty, and the report has the
/// error under `envelope`. Names are matched exactly, and if no header has the very name, in any
/// case; of several spellings the last counts, and all of lists. A null value is absent; one of
/// another type than string is too, and reported as `wrong_type`. Offsets of the fields' own errors
/// count in the decoded value.
///
/// The object `headers` inside of the headers is read for each format of the chain that has none of
/// its fields in the headers themselves.
///
/// If neither has a text for a field of the chain, and the headers have no `task`, the message may
/// be a task of protocol 1: then `kwargs` in its body are read. An error in the body is reported
/// only if it begins with `{`.
///
/// Allocates for values with escapes, for more than 32 headers, and for bodies of protocol 1.
[[nodiscard]] Context extract(std::string_view envelope, const ExtractOptions& options = {});

namespace internal {
class Envelope;
class EnvelopeEdits;
}  // namespace internal

/// Reads the headers of an envelope, but not those nested in them: only `extract` knows which
/// fields belong together. The text must outlive it. One thread at a time.
class ConstEnvelopeCarrier {
 public:
  static constexpr bool last_field_counts = true;
  static constexpr bool names_without_case = true;

  explicit ConstEnvelopeCarrier(std::string_view envelope);
  ConstEnvelopeCarrier(ConstEnvelopeCarrier&&) noexcept;
  ConstEnvelopeCarrier& operator=(ConstEnvelopeCarrier&&) noexcept;
  ~ConstEnvelopeCarrier();

  /// Why the envelope cannot be read, if it cannot; then the carrier is empty.
  [[nodiscard]] const ParseError& error() const noexcept;

  [[nodiscard]] std::optional<std::string_view> get(std::string_view name) const;
  void get_all(std::string_view name, TextVisitor visit) const;
  void keys(TextVisitor visit) const;

 protected:
  /// Whether there is an envelope without an error.
  [[nodiscard]] bool is_readable() const noexcept;

  std::unique_ptr<internal::Envelope> envelope_;
};

/// Reads the headers of an envelope and collects changes to them, and to the fields that are nested
/// in them, as `inject` does.
///
///     baton::celery::EnvelopeCarrier carrier(envelope);
///     chain.inject(context, carrier);
///     carrier.apply().value();
///
/// `apply` makes all changes at once, or none after an error; what is read is the envelope as it
/// was before. The envelope must outlive it and must not be changed by others until `apply`, after
/// which the carrier is done.
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
