/** Where a record has its address, for those who know its id alone. */

/**
 * The address that leads to a record's persistent one, whatever kind and slug it has; of a record that was taken back it
 * says so.
 *
 * @param base the address of the server as clients know it, without a slash at the end
 */
export function recordAddress(recordId: string, base: string): string {
  return `${base}/records/${recordId}`;
}
