/** The page in the place of a record that was taken back. Nothing says any more which language it had, so it speaks both. */
import { escapeHtml, type PageLink, writePage } from './html.js';
import { PAGE_WORDING } from './page-wording.js';
import { time } from './record-page.js';
import type { Tombstone } from './tombstone.js';

export function writeTombstonePage({ recordKind, retractedAt }: Tombstone, links: readonly PageLink[]): string {
  const kind = (language: 'da' | 'en') => escapeHtml(PAGE_WORDING[language].kinds[recordKind]);
  return writePage({
    language: 'en',
    title: 'Taken back',
    links,
    body: `<p class="kind">${kind('en')}</p>
<h1>This record was taken back</h1>
<p class="lead">Those who published it took it back on ${time(retractedAt, 'en')}. Remove it from copies.</p>
<section lang="da">
<h2>${kind('da')}: trukket tilbage</h2>
<p>De, der udgav den, trak den tilbage den ${time(retractedAt, 'da')}. Fjern den fra kopier.</p>
</section>`,
  });
}
