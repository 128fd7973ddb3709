/** Markdown as HTML that a page can show as it is, whoever wrote it. */
import MarkdownIt from 'markdown-it';
import { parseUrl } from './url.js';

const markdown = new MarkdownIt({ html: false, linkify: true })
  // A picture would tell its host who reads, and what.
  .disable('image');

// Else "slut.Nu" would be a link: people forget the space, and "nu" is a country.
markdown.linkify.set({ fuzzyLink: false });

/** Whole addresses only. Anything else, disguised or not, stays the text that it was written as. */
markdown.validateLink = (address) =>
  /^(?:https?:\/\/|mailto:)[^\s\p{Cc}]/iu.test(address) && parseUrl(address) !== null;

markdown.core.ruler.push('links', ({ tokens }) => {
  let leadsNowhere = false;
  for (const token of tokens.flatMap(({ children }) => children ?? [])) {
    if (token.type === 'link_open') {
      // `[a]()` passes without being asked for: it would lead to the page itself.
      leadsNowhere = token.attrGet('href') === '';
      token.attrSet('rel', 'noopener nofollow ugc');
    }
    if (token.type === 'link_open' || token.type === 'link_close') token.hidden = leadsNowhere;
  }
});

// What is written behind the fence would become a class of the page.
markdown.renderer.rules['fence'] = (tokens, index) =>
  `<pre><code>${markdown.utils.escapeHtml(tokens[index]!.content)}</code></pre>\n`;

// The alignment of a column is a `style`, which pages with a content security policy refuse.
for (const cell of ['th_open', 'td_open']) {
  markdown.renderer.rules[cell] = (tokens, index) => `<${tokens[index]!.tag}>`;
}

/**
 * Renders Markdown: CommonMark with tables, strikethrough and bare links. HTML in it is shown as text, pictures are left
 * out, and links lead to http, https and mailto alone, marked as another's (`rel="noopener nofollow ugc"`).
 *
 * @returns HTML of paragraphs, headings, lists, quotes, code, tables, emphasis and links, without classes, styles or ids
 */
export function renderMarkdown(text: string): string {
  return markdown.render(text);
}
