/** Which of the two JSON types of GraphQL over HTTP a response has. */

export const JSON_TYPE = 'application/json; charset=utf-8';
export const GRAPHQL_RESPONSE_TYPE = 'application/graphql-response+json; charset=utf-8';

/**
 * Whether a client knows `application/graphql-response+json`, and so reads the status as part of the answer. Those who
 * do not are answered 200 also when the operation is refused, or many would not look at the `errors`.
 *
 * @param accept value of the `Accept` header
 */
export function acceptsGraphqlResponse(accept: string | undefined): boolean {
  const quality = qualityOf(accept, 'application/graphql-response+json');
  return quality > 0 && quality >= qualityOf(accept, 'application/json');
}

/** How much a client wants a media type that it names: 0 (not at all, or not named) to 1. */
export function qualityOf(accept: string | undefined, mediaType: string): number {
  for (const range of accept?.split(',') ?? []) {
    const [type, ...parameters] = range.split(';').map((part) => part.trim().toLowerCase());
    if (type !== mediaType) continue;
    const quality = Number(parameters.find((parameter) => parameter.startsWith('q='))?.slice(2) ?? 1);
    return Number.isNaN(quality) ? 0 : quality;
  }
  return 0;
}
