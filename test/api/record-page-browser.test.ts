/** The page of a record in a browser: it shows what was written, whatever that is, and nothing runs. */
import { existsSync } from 'node:fs';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { escapeHtml, scriptText } from '../../src/modules/linked-data/html.js';
import { createCaseStudy, libraryId, mutate, publish } from '../helpers/records.js';
import { startTestServer, type TestServer } from '../helpers/server.js';

const browserPath = [
  process.env.CHROMIUM_PATH,
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
].find((path) => path && existsSync(path));

const HOSTILE = `</script><script>document.title='RUN'</script><!--<script>"'&amp;\u2028\u2029<img src=x onerror=alert(1)>`;

it('keeps JSON within its script element, and text within its place', () => {
  const data = { name: HOSTILE, deep: [{ '<!--': ']]>' }] };
  expect(scriptText(data)).not.toMatch(/[<>&\u2028\u2029]/);
  expect(JSON.parse(scriptText(data))).toEqual(data);
  expect(escapeHtml(`<a b='"'>&\u0000\u001f`)).toBe('&lt;a b=&#39;&quot;&#39;&gt;&amp;\ufffd\ufffd');
});

it('a browser is there for the checks of the page', (context) => {
  if (browserPath) return;
  const reason = 'No Chromium at CHROMIUM_PATH or in the usual places: the pages are not opened in a browser.';
  if (process.env.CI) throw new Error(reason);
  console.warn(reason);
  context.skip(reason);
});

describe.runIf(browserPath)('the page', () => {
  let server: TestServer;
  let browser: Browser;
  let page: Page;
  const problems: string[] = [];
  const requested: string[] = [];
  beforeAll(async () => {
    server = await startTestServer({ seed: true });
    browser = await chromium.launch({ executablePath: browserPath!, args: ['--no-sandbox'] });
    const context = await browser.newContext();
    page = await context.newPage();
    context.on('request', (request) => requested.push(request.url()));
    page.on('console', (message) => problems.push(message.text()));
    page.on('pageerror', (error) => problems.push(error.message));
    page.on('dialog', (dialog) => problems.push(dialog.message()));
  });
  afterAll(async () => {
    await browser?.close();
    await server?.close();
  });

  async function open(address: string): Promise<void> {
    problems.length = requested.length = 0;
    await page.goto(address);
    expect(requested.filter((each) => !each.endsWith('/favicon.ico'))).toEqual([address]);
    expect(problems.filter((each) => !each.includes('favicon'))).toEqual([]);
  }

  it('[RECORD-PAGE-INERT] shows hostile texts as they were written, in every place', async () => {
    const organisationId = await libraryId(server);
    const text = (place: string) => `${place} ${HOSTILE}`;
    const caseStudy = await createCaseStudy(server, {
      title: text('title'),
      summary: text('summary'),
      description: text('description'),
      state: 'ACTIVE',
      documentation: 'COMPLETE',
      slug: 'hostile',
      parties: [
        { organisationId, role: 'LEAD', contributions: [{ kind: 'STAFF', description: text('contribution') }] },
        {
          organisationId: await libraryId(server, 'DK-710100'),
          role: 'PARTNER',
          contributions: [{ kind: 'VENUE', description: text('contribution') }],
        },
      ],
      rulesOfPlay: [{ topic: 'GOALS', text: text('rule') }],
      benefits: [
        { group: 'USERS', description: text('benefit') },
        { group: 'LIBRARIES', description: text('benefit') },
      ],
      funding: [{ pool: text('pool'), amount: 1234567.5, currency: 'DKK', year: 2020 }],
      sources: [
        {
          title: text('source'),
          publisher: text('publisher'),
          page: text('page'),
          url: `https://example.org/?a="><b>`,
        },
      ],
    });
    const published = await publish(server, caseStudy);
    await mutate(server, 'recordAdoption', 'adoption { id }', {
      recordId: published.id,
      organisationId,
      taken: text('taken'),
      result: text('result'),
      adaptation: text('adaptation'),
    });
    await open(`${server.url}/records/hostile.html`);
    expect(await page.title()).toContain(
      text('title')
        .replace(/[\u2028\u2029]/g, '')
        .slice(0, 30),
    );
    const shown = await page.locator('body').textContent();
    const places =
      'title summary description contribution rule benefit pool source publisher page taken result adaptation';
    for (const place of places.split(' ')) expect(shown).toContain(`${place} </script><script>document.title='RUN'`);
    expect(
      await page.locator('img, iframe, object, form, button, script:not([type="application/ld+json"])').count(),
    ).toBe(0);
    const data = JSON.parse((await page.locator('script[type="application/ld+json"]').textContent())!);
    expect(data).toMatchObject({
      '@context': 'https://schema.org',
      '@type': 'Article',
      // Taken in as line breaks.
      name: text('title').replace(/[\u2028\u2029]/g, '\n'),
      inLanguage: 'en',
      license: 'https://creativecommons.org/licenses/by/4.0/',
    });
  });

  it.each([
    ['/records/limboland', 'da', 'Limboland'],
    ['/records/illustration-job-cafe', 'en', 'Illustration: The job café that closed after ten months'],
    ['/themes', 'en', 'Themes'],
    ['/ns', 'en', "Medspil's own terms"],
  ])('%s has its style, its language, and one heading of the first rank', async (path, language, heading) => {
    await open(server.url + path);
    expect(await page.locator('html').getAttribute('lang')).toBe(language);
    expect(await page.locator('h1').allTextContents()).toEqual([heading]);
    expect(await page.locator('main').count()).toBe(1);
    const width = await page.evaluate("getComputedStyle(document.querySelector('main')).maxWidth");
    expect(width).not.toBe('none');
    const links = await page
      .locator('a')
      .evaluateAll((all) => all.map((each) => (each as { textContent: string }).textContent));
    expect(links.filter((text) => text.trim() === '')).toEqual([]);
  });

  it('is not wider than a telephone', async () => {
    await page.setViewportSize({ width: 360, height: 700 });
    for (const path of [
      '/records/illustration-kulturhavnen',
      '/records/hostile',
      '/ns',
      '/framework/recommendations/1',
    ]) {
      await open(server.url + path);
      const width = await page.evaluate('document.documentElement.scrollWidth');
      expect([path, width]).toEqual([path, 360]);
    }
  });
});
