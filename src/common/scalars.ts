/** The scalars beyond GraphQL's own five, under the names that the schema gives them. */
import { GraphQLScalarType } from 'graphql';
import {
  GraphQLCountryCode,
  GraphQLCurrency,
  GraphQLDateTime,
  GraphQLJSON,
  GraphQLJSONObject,
  GraphQLLocalDate,
  GraphQLURL,
} from 'graphql-scalars';

/** RFC 3339 time with an offset; a JavaScript `Date` inside. */
export const DateTime = described(
  GraphQLDateTime,
  'DateTime',
  'A moment in time as RFC 3339 has it, e.g. "2010-01-31T12:00:00Z".',
);

const date = described(GraphQLLocalDate, 'Date', 'A calendar date, YYYY-MM-DD, e.g. "2010-01-31".');

/**
 * Calendar date without a time zone; a `YYYY-MM-DD` string inside, as `pg` is told to read DATE columns. The year 0000, which
 * ISO 8601 has, is refused: PostgreSQL has none.
 */
export const CalendarDate = new GraphQLScalarType({
  ...date.toConfig(),
  parseValue: (value) => ofOurEra(date.parseValue(value)),
  parseLiteral: (node, variables) => ofOurEra(date.parseLiteral(node, variables)),
});

/** ISO 4217 code; a string inside. */
export const Currency = described(GraphQLCurrency, 'Currency', 'A currency as its ISO 4217 code, e.g. "DKK".');

/** ISO 3166-1 alpha-2 code; a string inside. */
export const CountryCode = described(
  GraphQLCountryCode,
  'CountryCode',
  'A country as its ISO 3166-1 alpha-2 code, e.g. "DK".',
);

const url = described(GraphQLURL, 'URL', 'An absolute http or https address (WHATWG URL).');

/** Absolute web address; a string inside. Other schemes are refused: `javascript:` in a link runs in the reader's browser. */
export const Url = new GraphQLScalarType({
  ...url.toConfig(),
  serialize: (value) => String(value),
  parseValue: (value) => webAddress(url.parseValue(value)),
  parseLiteral: (node, variables) => webAddress(url.parseLiteral(node, variables)),
});

function described(scalar: GraphQLScalarType, name: string, description: string): GraphQLScalarType {
  return new GraphQLScalarType({ ...scalar.toConfig(), name, description });
}

function ofOurEra(value: unknown): string {
  const text = String(value);
  if (text.startsWith('0000')) throw new TypeError('A date must lie in the year 0001 or later.');
  return text;
}

function webAddress(value: unknown): string {
  const address = value as URL;
  if (address.protocol !== 'https:' && address.protocol !== 'http:') {
    throw new TypeError('A URL must begin with http:// or https://.');
  }
  return address.href;
}

/** A JSON object whose shape the field's description gives. */
export const JsonObject = described(
  GraphQLJSONObject,
  'JSONObject',
  'A JSON object; the field that has it says what is in it.',
);

/** Any JSON value. */
export const Json = described(
  GraphQLJSON,
  'JSON',
  'Any JSON value: an object, a list, a text, a number, true, false or null; the field that has it says what is in it.',
);
