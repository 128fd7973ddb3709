/** What is asked of a download beforehand (RFC 9110, section 13). */

/** The tags that a header lists; `*` for any. */
function tagsIn(header: string): string[] {
  return header.match(/(?:W\/)?"[^"]*"|\*/g) ?? [];
}

/** The tag of `current` that `If-None-Match` has, weak or not; undefined when it has none. */
export function knownTag(header: string | undefined, current: readonly string[]): string | undefined {
  if (header === undefined) return undefined;
  const tags = tagsIn(header).map((tag) => tag.replace(/^W\//, ''));
  return tags.includes('*') ? current[0] : current.find((tag) => tags.includes(tag));
}

/** Whether `If-Match` lets the request through: it is not there, or has one of the tags. */
export function isMatch(header: string | undefined, current: readonly string[]): boolean {
  if (header === undefined) return true;
  const tags = tagsIn(header);
  return tags.includes('*') || current.some((tag) => tags.includes(tag));
}

/** Whether `If-Range` lets a part be sent. A date there never does: what is downloaded has none. */
export function isSameStill(header: string | undefined, current: string): boolean {
  return header === undefined || header.trim() === current;
}
