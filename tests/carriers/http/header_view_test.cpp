// SPDX-License-Identifier: Apache-2.0
// Names and values that are views into the container that they are written to.

#include "containers.hpp"
#include "support/spelling.hpp"

namespace {

using namespace http_test;

/// Long enough to be on the heap, where a sanitizer sees a use after the end.
const std::string long_name = "x-a-name-that-no-string-keeps-inside";
const std::string long_value = "a value that no string keeps inside itself";

template <class Binding>
class HeaderViewTest : public testing::Test {
 protected:
  using Traits = baton::http::FieldTraits<typename Binding::Storage::value_type>;

  void arrive(std::string_view name, std::string_view value) {
    Binding::add(storage_, name, value);
  }
  auto carrier() { return Binding::carrier(storage_); }
  FieldList raw() const { return Binding::raw(storage_); }
  FieldList sorted() const {
    FieldList fields = raw();
    std::sort(fields.begin(), fields.end());
    return fields;
  }
  const auto& field_at(std::size_t place) const {
    return *std::next(storage_.begin(), static_cast<std::ptrdiff_t>(place));
  }
  std::string_view name_at(std::size_t place) const { return Traits::name(field_at(place)); }
  std::string_view value_at(std::size_t place) const { return Traits::value(field_at(place)); }
  std::string_view value_of(std::string_view name) { return *carrier().get(name); }

  typename Binding::Storage storage_{};
};
TYPED_TEST_SUITE(HeaderViewTest, Everything);

TYPED_TEST(HeaderViewTest, ValueOfAnotherField) {
  for (const std::string& value : {std::string("1"), long_value}) {
    this->storage_ = {};
    this->arrive("a", "old");
    this->arrive("b", value);
    this->carrier().set("a", this->value_of("b"));
    EXPECT_EQ(this->sorted(), (FieldList{{"a", value}, {"b", value}}));
  }
}

TYPED_TEST(HeaderViewTest, PartOfTheValueItReplaces) {
  for (const std::string& value : {std::string("12345"), long_value}) {
    this->storage_ = {};
    this->arrive("a", value);
    this->carrier().set("a", this->value_of("a"));
    EXPECT_EQ(this->raw(), (FieldList{{"a", value}}));
    this->carrier().set("a", this->value_of("a").substr(1, 3));
    EXPECT_EQ(this->raw(), (FieldList{{"a", value.substr(1, 3)}}));
  }
}

TYPED_TEST(HeaderViewTest, NameOfTheFieldThatIsReplaced) {
  for (std::string name : {std::string("a"), long_name}) {
    for (const bool is_lowercase : {true, false}) {
      if (!is_lowercase) name.front() = static_cast<char>(name.front() & ~0x20);
      this->storage_ = {};
      this->arrive(name, "old");
      this->carrier().set(this->name_at(0), this->name_at(0));
      std::string lowercase = name;
      std::transform(name.begin(), name.end(), lowercase.begin(), fold);
      EXPECT_EQ(this->raw(), (FieldList{{lowercase, name}}));
    }
  }
}

TYPED_TEST(HeaderViewTest, NameInTheValueThatIsReplaced) {
  this->arrive(long_name, long_name);
  this->carrier().set(this->value_of(long_name), "new");
  EXPECT_EQ(this->raw(), (FieldList{{long_name, "new"}}));
}

TYPED_TEST(HeaderViewTest, EraseByAName) {
  this->arrive("b", "1");
  this->arrive(long_name, "1");
  this->arrive("c", "1");
  for (std::size_t i = 0; i < 3; ++i) this->carrier().erase(this->name_at(0));
  EXPECT_EQ(this->raw(), FieldList{});
}

template <class Binding>
class ManySpellingsTest : public HeaderViewTest<Binding> {};
TYPED_TEST_SUITE(ManySpellingsTest, ManySpellings);

/// Whichever field is kept, and whichever are erased: one of them is viewed.
TYPED_TEST(ManySpellingsTest, NameAndValueOfEachField) {
  constexpr std::size_t count = 5;
  for (const std::size_t others : {0U, 20U}) {
    for (std::size_t number = 0; number < count; ++number) {
      for (const bool is_set : {true, false}) {
        this->storage_ = {};
        for (std::size_t i = 0; i < count; ++i) {
          this->arrive(baton::test::spelling(long_name, i), long_value + std::to_string(i));
        }
        for (std::size_t i = 0; i < others; ++i) this->arrive("other-" + std::to_string(i), "1");
        // The container may have an order of its own.
        std::size_t place = 0;
        const std::string value = long_value + std::to_string(number);
        while (this->value_at(place) != value) ++place;
        if (is_set) {
          this->carrier().set(this->name_at(place), this->value_at(place));
          EXPECT_EQ(this->carrier().get(long_name), value);
        } else {
          this->carrier().erase(this->name_at(place));
          EXPECT_EQ(this->carrier().get(long_name), std::nullopt);
        }
        EXPECT_EQ(this->storage_.size(), others + (is_set ? 1 : 0));
      }
    }
  }
}

/// Text whose `assign` must not be given a part of itself.
class CarelessText {
 public:
  void assign(const char* from, std::size_t size) {
    text_.assign(text_.size(), '?');
    text_.assign(from, size);
  }
  void assign(std::size_t size, char c) { text_.assign(size, c); }
  operator std::string_view() const { return text_; }
  auto begin() { return text_.begin(); }
  auto end() { return text_.end(); }

 private:
  std::string text_;
};

TEST(HeaderView, OfTextOfAnyType) {
  struct Field {
    CarelessText name;
    CarelessText value;
  };
  std::vector<Field> fields;
  HeaderCarrier carrier(fields);
  carrier.set("a", long_value);
  carrier.set("a", *carrier.get("a"));
  EXPECT_EQ(carrier.get("a"), long_value);
  carrier.set("a", carrier.get("a")->substr(2));
  EXPECT_EQ(carrier.get("a"), long_value.substr(2));
}

}  // namespace
