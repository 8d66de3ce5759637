#include "baton/carriers/kafka/produce.hpp"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <memory>
#include <utility>

#include "../lookup.hpp"
#include "message.hpp"

namespace baton::kafka {
namespace {

constexpr const char* interceptor = "baton";

bool is_empty(const Context& context) noexcept {
  return !context.trace_id().is_valid() && context.baggage().empty() &&
         context.sampling() == Sampling::defer;
}

/// The most that any propagator of the chain, reader or writer, finds. Not an extraction that is to
/// be counted: nobody has received anything.
Extracted look(const PropagatorChain& chain, CarrierReader carrier, Context& context) {
  Extracted best = Extracted::nothing;
  for (const auto& links : {chain.readers(), chain.writers()}) {
    for (const PropagatorChain::Link& link : links) {
      best = std::max(best, link->extract(carrier, context));
    }
  }
  return best;
}

/// Writes into a list that was empty before: what it has not set itself cannot be there. The
/// lengths of the names that it has set tell most others apart.
class FreshHeadersCarrier {
 public:
  explicit FreshHeadersCarrier(rd_kafka_headers_t& headers) noexcept : headers_(&headers) {}

  void set(std::string_view name, std::string_view value) {
    if (may_have(name) || !is_plain(name) || value.empty()) {
      HeadersCarrier(*headers_).set(name, value);
    } else {
      rd_kafka_header_add(headers_, name.data(), static_cast<ssize_t>(name.size()), value.data(),
                          static_cast<ssize_t>(value.size()));
    }
    sizes_ |= bit(name);
  }
  void erase(std::string_view name) {
    if (may_have(name)) HeadersCarrier(*headers_).erase(name);
  }

 private:
  /// Whether a name is lowercase for sure, and without NUL: what has bit 5 is neither a capital nor
  /// a control character.
  static bool is_plain(std::string_view name) noexcept {
    constexpr std::uint64_t bits = 0x2020202020202020;
    std::uint64_t all = bits;
    const auto see = [&](const char* eight) {
      std::uint64_t characters = 0;
      std::memcpy(&characters, eight, sizeof characters);
      all &= characters;
    };
    if (name.size() < 8) return false;
    for (std::size_t i = 0; i + 8 < name.size(); i += 8) see(name.data() + i);
    see(name.data() + name.size() - 8);
    return all == bits;
  }
  static std::uint64_t bit(std::string_view name) noexcept {
    return std::uint64_t{1} << name.size() % 64;
  }
  [[nodiscard]] bool may_have(std::string_view name) const noexcept {
    return (sizes_ & bit(name)) != 0;
  }

  rd_kafka_headers_t* headers_;
  std::uint64_t sizes_ = 0;
};

class Instrument {
 public:
  explicit Instrument(InstrumentOptions options) : options_(std::move(options)) {}

  void inject_into(rd_kafka_message_t& message) const {
    if (!options_.context) {
      inject_into(message, current());
    } else {
      inject_into(message, options_.context());
    }
  }

 private:
  void inject_into(rd_kafka_message_t& message, const Context& context) const {
    if (is_empty(context)) return;
    const PropagatorChain& chain = options_.chain ? *options_.chain : global_chain();
    const auto [headers, error] = detail::headers_of(message);
    if (error != RD_KAFKA_RESP_ERR_NO_ERROR || chain.writers().empty()) return;
    if (headers == nullptr) {
      HeadersPointer fresh(rd_kafka_headers_new(chain.fields().size()));
      chain.inject(context, FreshHeadersCarrier(*fresh));
      rd_kafka_message_set_headers(&message, fresh.release());
      return;
    }
    Context found;
    const Extracted most = look(chain, ConstHeadersCarrier(headers), found);
    if (most == Extracted::nothing) {
      chain.inject(context, HeadersCarrier(*headers));
    } else if (options_.existing == Existing::replace) {
      HeadersPointer kept = detail::copy_without_context(detail::CList(headers), chain);
      chain.inject(context, HeadersCarrier(*kept));
      rd_kafka_message_set_headers(&message, kept.release());
    } else if (most < Extracted::decision) {
      Context both = context;
      look(chain, ConstHeadersCarrier(headers), both);  // adds the message's baggage
      chain.inject(both, HeadersCarrier(*headers));
    }
  }

  InstrumentOptions options_;
};

/// What librdkafka holds for us with each configuration: a share.
using Share = std::shared_ptr<const Instrument>;

rd_kafka_resp_err_t add_to(rd_kafka_conf_t* conf, Share instrument) noexcept;

// librdkafka is C: no exception may reach it.

rd_kafka_resp_err_t on_send(rd_kafka_t*, rd_kafka_message_t* message, void* share) noexcept {
  try {
    (*static_cast<const Share*>(share))->inject_into(*message);
  } catch (...) {  // no memory: the message goes without a context
  }
  return RD_KAFKA_RESP_ERR_NO_ERROR;
}

rd_kafka_resp_err_t on_new(rd_kafka_t* client, const rd_kafka_conf_t*, void* share, char*,
                           std::size_t) noexcept {
  return rd_kafka_interceptor_add_on_send(client, interceptor, on_send, share);
}

rd_kafka_resp_err_t on_conf_dup(rd_kafka_conf_t* copy, const rd_kafka_conf_t*, std::size_t,
                                const char**, void* share) noexcept {
  return add_to(copy, *static_cast<const Share*>(share));
}

rd_kafka_resp_err_t on_conf_destroy(void* share) noexcept {
  delete static_cast<const Share*>(share);
  return RD_KAFKA_RESP_ERR_NO_ERROR;
}

rd_kafka_resp_err_t add_to(rd_kafka_conf_t* conf, Share instrument) noexcept {
  std::unique_ptr<Share> share(new (std::nothrow) Share(std::move(instrument)));
  if (share == nullptr) return RD_KAFKA_RESP_ERR__FAIL;
  rd_kafka_resp_err_t error =
      rd_kafka_conf_interceptor_add_on_new(conf, interceptor, on_new, share.get());
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) return error;
  // The first of the name went in, so the others do.
  error = rd_kafka_conf_interceptor_add_on_conf_dup(conf, interceptor, on_conf_dup, share.get());
  rd_kafka_conf_interceptor_add_on_conf_destroy(conf, interceptor, on_conf_destroy,
                                                share.release());
  return error;
}

}  // namespace

rd_kafka_resp_err_t instrument(rd_kafka_conf_t& conf, InstrumentOptions options) {
  return add_to(&conf, std::make_shared<const Instrument>(std::move(options)));
}

}  // namespace baton::kafka
