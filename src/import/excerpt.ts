/** Short forms of long texts, in the author's own words. */

type Writing = 'da' | 'en';

/** After these a full stop ends no sentence, whatever follows. */
const ABBREVIATION =
  /(?:^|[\s(])(?:bl\.a|ca|dr|dvs|e\.g|evt|f\.eks|hhv|i\.e|incl|inkl|jf|kr|m\.fl|mio|mr|mrs|ms|nr|pr|prof|st|tlf|vedr|vs)\.$/i;

/** The first sentences of a text, as many as fit into `length` characters; one that does not fit is cut at a word. */
export function firstSentences(text: string, language: Writing, length: number): string {
  const whole = text.trim();
  if (whole.length <= length) return whole;
  let kept = '';
  for (const sentence of sentences(whole, language)) {
    if ((kept + sentence).trimEnd().length > length) break;
    kept += sentence;
  }
  return kept === '' ? cutAtWord(whole, length) : kept.trimEnd();
}

export function firstSentence(text: string, language: Writing): string {
  const [first = ''] = sentences(text.trim(), language);
  return first.trimEnd();
}

/** The sentences one by one, each with the white space behind it. */
function* sentences(text: string, language: Writing): Iterable<string> {
  let begun = '';
  for (const { segment } of new Intl.Segmenter(language, { granularity: 'sentence' }).segment(text)) {
    begun += segment;
    if (ABBREVIATION.test(begun.slice(-40).trimEnd())) continue;
    yield begun;
    begun = '';
  }
  if (begun !== '') yield begun;
}

/** At most `length` characters; what is cut ends with an ellipsis. */
export function cutAtWord(text: string, length: number): string {
  if (text.length <= length) return text;
  const room = text.slice(0, length - 1);
  const space = room.search(/\s\S*$/);
  // A cut between the halves of a surrogate pair would leave what no database takes.
  return `${(space > 0 ? room.slice(0, space) : room.replace(/[\ud800-\udbff]$/, '')).trimEnd()}…`;
}
