/** UUIDs of what has none of its own, for those who can name nothing otherwise. */
import { v5 } from 'uuid';

/** Of UUIDs of version 5 (RFC 9562); the names in it are `theme:SLUG` and `recommendation:NUMBER`. */
const NAMESPACE = '7320d7b0-dcdb-4e9a-970d-dd6d5e3438d4';

export function uuidOfTheme(slug: string): string {
  return v5(`theme:${slug}`, NAMESPACE);
}

export function uuidOfRecommendation(number: number): string {
  return v5(`recommendation:${number}`, NAMESPACE);
}
