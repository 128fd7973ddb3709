/** HTML in which text stays text: whatever is put into the template is escaped, unless it is HTML already. */
import { createHash } from 'node:crypto';

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** HTML that may be put into other HTML as it is. */
export class Html {
  constructor(private readonly source: string) {}

  toString(): string {
    return this.source;
  }
}

type Content = Html | string | number | null | undefined | false | readonly Content[];

/** `html`&lt;p title="${text}"&gt;${parts}&lt;/p&gt;``: null, undefined and false are nothing, lists are put one behind the other. */
export function html(parts: TemplateStringsArray, ...contents: readonly Content[]): Html {
  return new Html(parts.reduce((text, part, index) => text + write(contents[index - 1]) + part));
}

/** @param source HTML from where text was escaped already, such as rendered Markdown */
export function trustedHtml(source: string): Html {
  return new Html(source);
}

/** The source of a style sheet or script within a page, for its content security policy: `'sha256-…'`. */
export function contentHash(text: string): string {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
}

export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character]!);
}

function write(content: Content): string {
  if (content === null || content === undefined || content === false) return '';
  if (content instanceof Html) return content.toString();
  return Array.isArray(content) ? content.map(write).join('') : escapeHtml(String(content));
}
