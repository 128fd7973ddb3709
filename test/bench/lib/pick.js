/** @returns the names of a comma-separated list, each of which is a key of `known` */
export function pick(list, known) {
  const names = list.split(',');
  const unknown = names.filter((name) => !(name in known));
  if (unknown.length > 0) throw new Error(`${unknown.join()} is not one of ${Object.keys(known).join()}.`);
  return names;
}
