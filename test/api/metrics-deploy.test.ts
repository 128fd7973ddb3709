/** The dashboard and the alert rules of deploy/ ask for nothing that `/metrics` does not have. */
import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Scrape, scrape } from '../helpers/metrics.js';
import { startTestServer, type TestServer } from '../helpers/server.js';

const deploy = new URL('../../deploy/', import.meta.url);

/** Functions and words of PromQL that the files use; whatever else stands there is a metric or a label. */
const WORDS = new Set(
  'sum max min count by on rate increase delta histogram_quantile topk or vector and unless le for'.split(' '),
);
/** Made by Prometheus itself. */
const OF_PROMETHEUS = ['up'];

interface Used {
  readonly metric: string;
  /** Labels that are compared with a value. */
  readonly matched: Readonly<Record<string, string>>;
}

/** The metrics of an expression. */
function used(expression: string): Used[] {
  const found = [...expression.matchAll(/([a-zA-Z_]\w*)(?:\{([^}]*)\})?/g)];
  const labels = [...expression.matchAll(/\bby \(([^)]*)\)/g)].flatMap(([, names]) => names!.split(/, */));
  return found.flatMap(([, metric, matchers = '']) => {
    const isMetric = !WORDS.has(metric!) && !labels.includes(metric!) && !/^(?:\$|[smhd]$)/.test(metric!);
    if (!isMetric || /^(?:__rate_interval|instance|OK|INTERNAL_SERVER_ERROR)$/.test(metric!)) return [];
    const matched = Object.fromEntries(
      [...matchers.matchAll(/(\w+)(?:=~|!=|=)"([^"]*)"/g)].map(([, k, v]) => [k!, v!]),
    );
    return [{ metric: metric!, matched }];
  });
}

/** `expr` of each rule, on its line or folded below it. */
function rulesIn(yaml: string): { alert: string; expr: string; rest: string }[] {
  return yaml
    .split(/^ +- alert: /m)
    .slice(1)
    .map((rule) => {
      const [, folded, line] = /^ +expr: (?:>-\n((?: {10}.*\n)+)|(.*)\n)/m.exec(rule) ?? [];
      return { alert: rule.split('\n')[0]!, expr: (folded ?? line ?? '').replace(/\s+/g, ' ').trim(), rest: rule };
    });
}

let server: TestServer;
let live: Scrape;
beforeAll(async () => {
  server = await startTestServer();
  await server.query('{ organisations(first: 2) { nodes { name } } }');
  await server.query('{ nothing }');
  live = await scrape(server.url);
});
afterAll(() => server.close());

function complaints(expression: string): string[] {
  return used(expression).flatMap(({ metric, matched }) => {
    if (OF_PROMETHEUS.includes(metric)) return [];
    const family = metric.replace(/_(?:bucket|sum|count)$/, '');
    const type = live.types.get(metric) ?? (live.types.get(family) === 'histogram' ? 'histogram' : undefined);
    if (type === undefined) return [`${metric} is not there`];
    if (type === 'counter' && !new RegExp(`(?:rate|increase)\\(${metric}\\b`).test(expression)) {
      return [`${metric} only grows: it wants rate or increase`];
    }
    const samples = live.samples.filter(({ name }) => name === metric);
    // What has not happened yet has no labels to compare with.
    const wrong = Object.keys(matched).filter(
      (label) => label !== 'instance' && samples.length > 0 && samples.every(({ labels }) => !(label in labels)),
    );
    return wrong.map((label) => `${metric} has no label ${label}`);
  });
}

describe('a check of expressions', () => {
  it.each([
    ['rate(medspil_nothing_total[5m])', 'medspil_nothing_total is not there'],
    ['medspil_errors_total > 5', 'medspil_errors_total only grows: it wants rate or increase'],
    ['medspil_database_up{colour="red"} == 0', 'medspil_database_up has no label colour'],
    ['sum by (code) (rate(medspil_errors_total{code="X"}[5m]))', undefined],
  ])('finds what is wrong with %s', (expression, complaint) => {
    expect(complaints(expression)).toEqual(complaint === undefined ? [] : [complaint]);
  });
});

describe('the dashboard', () => {
  it('asks for metrics that there are', async () => {
    const { panels, templating } = JSON.parse(await readFile(new URL('grafana-dashboard.json', deploy), 'utf8')) as any;
    const expressions = panels.flatMap(({ targets = [] }: any) => targets.map(({ expr }: any) => expr as string));
    expect(expressions.length).toBeGreaterThan(30);
    expect(expressions.flatMap(complaints)).toEqual([]);
    expect(templating.list.map(({ name }: any) => name)).toEqual(['datasource', 'instance']);
    const named = JSON.stringify(templating).match(/medspil_\w+/g)!;
    for (const name of named) expect(live.types.has(name), name).toBe(true);
  });

  it('shows every metric that is ours', async () => {
    const text = await readFile(new URL('grafana-dashboard.json', deploy), 'utf8');
    const ours = [...live.types.keys()].filter((name) => name.startsWith('medspil_'));
    expect(ours.length).toBeGreaterThan(25);
    expect(ours.filter((name) => !text.includes(name))).toEqual([]);
  });

  it('has panels that lie beside each other and not over each other', async () => {
    const { panels } = JSON.parse(await readFile(new URL('grafana-dashboard.json', deploy), 'utf8')) as any;
    const cells = panels.flatMap(({ gridPos: { x, y, w, h } }: any) =>
      Array.from({ length: w * h }, (_, n) => `${x + (n % w)}/${y + Math.floor(n / w)}`),
    );
    expect(new Set(cells).size).toBe(cells.length);
    expect(new Set(panels.map(({ id }: any) => id)).size).toBe(panels.length);
  });
});

describe('the alert rules', () => {
  it('ask for metrics that there are, and say what to do', async () => {
    const yaml = await readFile(new URL('alerts.yml', deploy), 'utf8');
    const rules = rulesIn(yaml);
    expect(rules).toHaveLength(yaml.match(/- alert:/g)!.length);
    expect(new Set(rules.map(({ alert }) => alert)).size).toBe(rules.length);
    for (const { alert, expr, rest } of rules) {
      expect(expr, alert).not.toBe('');
      expect(used(expr).length, alert).toBeGreaterThan(0);
      expect([alert, complaints(expr)]).toEqual([alert, []]);
      expect(rest, alert).toMatch(/severity: (critical|warning|info)/);
      expect(rest, alert).toMatch(/summary: .+\n +action: /);
    }
  });

  it('are quiet on a server that is well', () => {
    expect(live.value('medspil_database_up')).toBe(1);
    expect(live.value('medspil_log_unstamped_age_seconds')).toBe(0);
  });
});

it('is not passed on to the outside by nginx', async () => {
  const configuration = await readFile(new URL('nginx/nginx.conf', deploy), 'utf8');
  expect(configuration).toMatch(/location = \/metrics \{\s+return 404;\s+\}/);
});
