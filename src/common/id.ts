/** How ids are written. */
export const ID_PATTERN = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/;

/** Whether a text can be the id of anything. Ids are compared letter by letter, so upper case is none. */
export function isId(text: string): boolean {
  return ID_PATTERN.test(text);
}
