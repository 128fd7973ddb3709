/** Reads Prometheus' text format. */

export interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

export interface Scrape {
  readonly text: string;
  readonly samples: readonly Sample[];
  /** Names as they stand behind `# TYPE`, with their types. */
  readonly types: ReadonlyMap<string, string>;
  /** The value of the one sample with this name and these labels, among others; undefined when there is none. */
  value(name: string, labels?: Readonly<Record<string, string>>): number | undefined;
}

const SAMPLE = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)$/;
const LABEL = /([a-zA-Z_]\w*)="((?:[^"\\]|\\.)*)"(?:,|$)/gy;

/** @throws Error on a line that the format does not allow */
export function parseMetrics(text: string): Scrape {
  const types = new Map<string, string>();
  const samples: Sample[] = [];
  for (const line of text.split('\n')) {
    const type = /^# TYPE (\S+) (counter|gauge|histogram|summary)$/.exec(line);
    if (type) types.set(type[1]!, type[2]!);
    if (line === '' || line.startsWith('#')) continue;
    const [, name, inBraces = '', value] = SAMPLE.exec(line) ?? [];
    if (name === undefined) throw new Error(`No sample: ${line}`);
    const pairs = [...inBraces.matchAll(LABEL)];
    if (pairs.map(([whole]) => whole).join('') !== inBraces) throw new Error(`No labels: ${line}`);
    const labels = Object.fromEntries(pairs.map(([, label, content]) => [label!, content!]));
    samples.push({ name, labels, value: value === '+Inf' ? Infinity : Number(value) });
  }
  return {
    text,
    types,
    samples,
    value: (name, labels = {}) => {
      const found = samples.filter(
        (sample) =>
          sample.name === name && Object.entries(labels).every(([label, value]) => sample.labels[label] === value),
      );
      if (found.length > 1) throw new Error(`${name} is there ${found.length} times.`);
      return found[0]?.value;
    },
  };
}

export async function scrape(url: string): Promise<Scrape> {
  const response = await fetch(`${url}/metrics`);
  if (response.status !== 200) throw new Error(`/metrics answers ${response.status}: ${await response.text()}`);
  return parseMetrics(await response.text());
}
