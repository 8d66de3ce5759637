// SPDX-License-Identifier: Apache-2.0
#include "baton/carriers/amqp.hpp"

#include "fuzz/input.hpp"
#include "laws/header_model.hpp"

namespace {

using laws::HeaderModel;

std::string to_string(const amqp_bytes_t& bytes) {
  return {static_cast<const char*>(bytes.bytes), bytes.len};
}

HeaderModel to_model(const amqp_table_t& table) {
  HeaderModel::Headers headers;
  for (int i = 0; i < table.num_entries; ++i) {
    const amqp_table_entry_t& entry = table.entries[i];
    headers.emplace_back(to_string(entry.key), std::nullopt);
    if (entry.value.kind == AMQP_FIELD_KIND_UTF8 || entry.value.kind == AMQP_FIELD_KIND_BYTES) {
      headers.back().second = to_string(entry.value.value.bytes);
    }
  }
  return HeaderModel(std::move(headers));
}

/// How many fields the chain would read if they were text.
std::size_t wrong_types(const amqp_table_t& table) {
  std::size_t count = 0;
  for (int i = 0; i < table.num_entries; ++i) {
    const amqp_table_entry_t& entry = table.entries[i];
    const std::uint8_t kind = entry.value.kind;
    const bool has_right_type = kind == AMQP_FIELD_KIND_UTF8 || kind == AMQP_FIELD_KIND_BYTES ||
                                kind == AMQP_FIELD_KIND_VOID;
    const auto reads = [&](const auto& reader) {
      return reader->traits().owns(to_string(entry.key));
    };
    if (!has_right_type && std::ranges::any_of(laws::header_chain().readers(), reads)) ++count;
  }
  return count;
}

std::string encode(amqp_table_t table) {
  std::string buffer(std::size_t{1} << 17, '\0');
  std::size_t offset = 0;
  laws::require(
      amqp_encode_table({buffer.size(), buffer.data()}, &table, &offset) == AMQP_STATUS_OK,
      "a table can be encoded");
  return buffer.substr(0, offset);
}

/// The entries whose names do not belong to the chain.
std::vector<amqp_table_entry_t> others_of(const amqp_table_t& table) {
  std::vector<amqp_table_entry_t> others;
  for (int i = 0; i < table.num_entries; ++i) {
    if (!laws::header_chain().owns(to_string(table.entries[i].key))) {
      others.push_back(table.entries[i]);
    }
  }
  return others;
}

std::string encode(std::vector<amqp_table_entry_t> entries) {
  return encode(amqp_table_t{static_cast<int>(entries.size()), entries.data()});
}

}  // namespace

/// The bytes of a table, without the four of its size.
int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string wire;
  for (const int shift : {24, 16, 8, 0}) wire += static_cast<char>(size >> shift);
  wire.append(reinterpret_cast<const char*>(data), size);
  baton::amqp::Pool pool;
  amqp_table_t received{};
  std::size_t offset = 0;
  if (amqp_decode_table({wire.size(), wire.data()}, pool.get(), &received, &offset) !=
      AMQP_STATUS_OK) {
    return 0;
  }
  HeaderModel model = to_model(received);
  check_reading(baton::amqp::ConstTableCarrier(received), model);

  const std::string before = encode(received);
  const std::string others = encode(others_of(received));
  const baton::PropagatorChain& chain = laws::header_chain();
  baton::ExtractReport of_model;
  static_cast<void>(chain.extract(model, &of_model));
  baton::ExtractReport report;
  const baton::Context context =
      baton::amqp::extract(received, {.chain = chain, .report = &report});
  laws::require(report.issue_count() == of_model.issue_count() + wrong_types(received),
                "what is ours and no text is reported");
  HeaderModel::Headers kept = model.headers();
  std::erase_if(kept, [&](const auto& header) { return chain.owns(header.first); });
  HeaderModel anew(std::move(kept));
  chain.inject(context, anew);
  amqp_table_t written = received;
  baton::amqp::inject(written, pool, context, {.chain = chain});
  laws::require(to_model(written).headers() == anew.headers(),
                "fields of the chain are written anew");
  amqp_table_t changed = received;
  chain.inject(context, baton::amqp::TableCarrier(changed, pool));
  chain.inject(context, model);
  laws::require(to_model(changed).headers() == model.headers(),
                "inject writes what the model does");
  laws::require_same(encode(received), before, "what was received remains");
  laws::require_same(encode(others_of(written)), others, "fields of others stay");

  const std::string sent = encode(written);
  amqp_table_t arrived{};
  offset = 0;
  laws::require(amqp_decode_table({sent.size(), const_cast<char*>(sent.data())}, pool.get(),
                                  &arrived, &offset) == AMQP_STATUS_OK &&
                    offset == sent.size(),
                "what is written can be read");
  laws::require(to_model(arrived).headers() == anew.headers(), "all arrives");
  return 0;
}
