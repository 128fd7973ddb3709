/** What all pages of the reference have around them. They load nothing and run nothing. */
import { contentHash, html, type Html, trustedHtml } from '../common/html.js';

const STYLE = `
:root { color-scheme: light dark; --ink: light-dark(#1c1c1c, #e8e8e8); --paper: light-dark(#fff, #161616);
  --faint: light-dark(#5c5c5c, #a6a6a6); --line: light-dark(#d9d9d9, #3a3a3a); --link: light-dark(#0b57a4, #8ab8f0);
  --code: light-dark(#f4f4f4, #222) }
* { box-sizing: border-box }
body { margin: 0; font: 1rem/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper) }
header, main { max-width: 60rem; margin: 0 auto; padding: 1rem }
header { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; align-items: baseline; border-bottom: 1px solid var(--line) }
header strong { font-size: 1.1rem }
a { color: var(--link) }
h1 { font-size: 1.6rem } h2 { font-size: 1.25rem; margin-top: 2.2rem } h3 { font-size: 1.05rem; margin-bottom: .25rem }
h1 code, h2 code, h3 code { background: none; padding: 0 }
code, pre { font: .9em ui-monospace, monospace; background: var(--code); border-radius: 3px }
code { padding: .1em .25em; overflow-wrap: anywhere }
pre { padding: .75rem; overflow-x: auto } pre code { padding: 0 }
dt { margin-top: .75rem } dd { margin: .1rem 0 0 1.25rem } dd p { margin: .2rem 0 }
ul.names { columns: 16rem; padding-left: 1.1rem }
.faint { color: var(--faint) } .deprecated { border-left: 3px solid #b3541e; padding-left: .6rem }
section { scroll-margin-top: 1rem; border-top: 1px solid var(--line) }
`;

/** Sent with every page. */
export const PAGE_HEADERS = {
  'content-security-policy': `default-src 'none'; style-src ${contentHash(STYLE)}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
};

export const PAGES = [
  ['/docs', 'Overview'],
  ['/docs/queries', 'Queries'],
  ['/docs/mutations', 'Mutations'],
  ['/docs/subscriptions', 'Subscriptions'],
  ['/docs/changes', 'Changes'],
] as const;

export function writePage(title: string, content: Html): string {
  const links = PAGES.map(([path, name]) => html`<a href="${path}">${name}</a> `);
  // No space around the style sheet: the browser hashes it as it stands.
  return String(html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${title} – Medspil</title>
<style>${trustedHtml(STYLE)}</style>
</head>
<body>
<header><strong>Medspil</strong> <nav>${links}<a href="/graphiql">Explorer</a> <a href="/schema.graphql">SDL</a></nav></header>
<main>
<h1>${title}</h1>
${content}
</main>
</body>
</html>
`);
}
