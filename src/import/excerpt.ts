/** Short forms of long texts, in the author's own words. */

/** The first sentences of a text, as many as fit into `length` characters; one that does not fit is cut at a word. */
export function firstSentences(text: string, language: 'da' | 'en', length: number): string {
  const whole = text.trim();
  if (whole.length <= length) return whole;
  let end = 0;
  for (const { index, segment } of new Intl.Segmenter(language, { granularity: 'sentence' }).segment(whole)) {
    if (index + segment.trimEnd().length > length) break;
    end = index + segment.length;
  }
  return end > 0 ? whole.slice(0, end).trimEnd() : cutAtWord(whole, length);
}

export function firstSentence(text: string, language: 'da' | 'en'): string {
  const [first] = new Intl.Segmenter(language, { granularity: 'sentence' }).segment(text.trim());
  return first?.segment.trimEnd() ?? '';
}

/** At most `length` characters; what is cut ends with an ellipsis. */
export function cutAtWord(text: string, length: number): string {
  if (text.length <= length) return text;
  const room = text.slice(0, length - 1);
  const space = room.search(/\s\S*$/);
  // A cut between the halves of a surrogate pair would leave what no database takes.
  return `${(space > 0 ? room.slice(0, space) : room.replace(/[\ud800-\udbff]$/, '')).trimEnd()}…`;
}
