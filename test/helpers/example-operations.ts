/** The GraphQL in programs and texts of several languages, found without knowing more of them than their strings. */

export interface ExampleOperations {
  readonly operations: readonly string[];
  /** Texts that the program puts together while it runs: only a run can tell what they are. */
  readonly composed: readonly string[];
}

const SLASHED = /^\s*(\/\/|\/?\*).*$/gm;
const HASHED = /^\s*#.*$/gm;

const LANGUAGES: Record<
  string,
  { readonly strings: RegExp; readonly comments: RegExp | null; readonly escaped: boolean }
> = {
  js: { strings: /`([^`]*)`|'((?:[^'\\\n]|\\.)*)'/g, comments: SLASHED, escaped: false },
  ts: { strings: /`([^`]*)`|'((?:[^'\\\n]|\\.)*)'/g, comments: SLASHED, escaped: false },
  py: { strings: /"""([^]*?)"""/g, comments: HASHED, escaped: false },
  R: { strings: /r"\(([^]*?)\)"/g, comments: HASHED, escaped: false },
  // JSON and programs of jq in shell commands.
  md: { strings: /```graphql\n([^]*?)```|\bquery"?: "((?:[^"\\]|\\.)*)"/g, comments: null, escaped: true },
};

/** Beginnings of an operation, and of nothing else that examples have in strings. */
const OPERATION = /^\s*((query|mutation|subscription|fragment)\b[^{]*\{|\{\s*\w+)/;

/** @param file its name tells the language; of one that is none of ours nothing is found */
export function operationsIn(file: string, text: string): ExampleOperations {
  const language = LANGUAGES[file.slice(file.lastIndexOf('.') + 1)];
  if (language === undefined) return { operations: [], composed: [] };
  const program = language.comments === null ? text : text.replace(language.comments, '');
  const found = [...program.matchAll(language.strings)]
    .map((match) => match.slice(1).find((group) => group !== undefined)!)
    .map((string) => (language.escaped ? string.replaceAll('\\"', '"') : string))
    .filter((string) => OPERATION.test(string));
  return {
    operations: found.filter((string) => !string.includes('${')),
    composed: found.filter((string) => string.includes('${')),
  };
}
