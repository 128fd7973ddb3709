/** One fault, or several at once, under work; then what it did. */
import { setTimeout as delay } from 'node:timers/promises';
import { check, type Finding } from './checker.js';
import { now } from './history.js';
import type { Random } from './random.js';
import type { Server, Site } from './site.js';
import { Workload, type WorkloadOptions } from './workload.js';

export interface FaultContext {
  readonly site: Site;
  readonly workload: Workload;
  readonly random: Random;
  /** Multiplies how long things last: 1 is as long as the requirement says. */
  readonly scale: number;
  /** Waits until so many more calls were answered well; not where several faults happen, of which each may prevent it. */
  progress(count: number, servers?: readonly Server[]): Promise<void>;
  /** How long an event took to all who hear everything at these servers; nothing where several faults happen. */
  told(servers?: readonly Server[]): Promise<string | undefined>;
}

export interface Fault {
  readonly name: string;
  readonly workload?: WorkloadOptions;
  /** Makes it happen, and resolves when the site may be healed; with what there is to say about it. */
  run(context: FaultContext): Promise<string | undefined | void>;
}

export interface Report {
  readonly faults: readonly string[];
  readonly seed: number;
  readonly ok: number;
  readonly failed: number;
  readonly unknown: number;
  /** Events in the log since the episode began. */
  readonly events: number;
  readonly receipts: number;
  /** How often somebody came again and went on. */
  readonly resumes: number;
  /** From when all was well again to when the last of those who hear everything heard something new, in milliseconds. */
  readonly silence: number;
  readonly seconds: number;
  readonly notes: readonly string[];
  readonly findings: readonly Finding[];
}

export async function runEpisode(
  site: Site,
  faults: readonly Fault[],
  random: Random,
  scale: number,
  usual: WorkloadOptions = {},
): Promise<Report> {
  const { seed } = random;
  const startedAt = now();
  await site.atRest();
  const before = await site.end();
  const options = Object.assign({}, usual, ...faults.map(({ workload }) => workload)) as WorkloadOptions;
  const workload = await Workload.start(site, random, options);
  try {
    const findings: Finding[] = [];
    const stuck = (error: Error) => {
      const output = site.servers.map((server) => server.output.slice(-1_000)).join('\n');
      findings.push({ invariant: 'GOES_ON', subject: 'the site', detail: `${error.message}\n${output}` });
      return undefined;
    };
    await workload.progress(3);
    const notes = await Promise.all(
      faults.map(async (fault, index) => {
        const own = random.branch();
        if (faults.length === 1) return fault.run(contextAlone(site, workload, own, scale)).catch(stuck);
        await delay(index * own.between(0, 1_000));
        // One fault may well be in the way of another.
        return fault.run(contextAmongOthers(site, workload, own, scale)).catch(({ message }: Error) => {
          return `${fault.name} was disturbed: ${message.split('\n')[0]}`;
        });
      }),
    );
    await site.heal();
    const silence = (await workload.longestSilence().catch(stuck)) ?? Infinity;
    await workload.progress(3).catch(stuck);
    const truth = await workload.finish();
    await workload.close();
    const { subscribers } = workload.history;
    return {
      faults: faults.map(({ name }) => name),
      seed,
      ok: workload.count('ok'),
      failed: workload.count('failed'),
      unknown: workload.count('unknown'),
      events: truth.lastPosition - before.position,
      receipts: subscribers.reduce((sum, { receipts }) => sum + receipts.length, 0),
      resumes: subscribers.reduce((sum, { openedAt }) => sum + Math.max(0, openedAt.length - 1), 0),
      silence: Math.round(silence),
      seconds: Math.round((now() - startedAt) / 100) / 10,
      notes: notes.filter((note) => typeof note === 'string'),
      findings: [...findings, ...check(workload.history, truth), ...(await site.leftOpen())],
    };
  } finally {
    await site.heal();
    await workload.close();
  }
}

function contextAlone(site: Site, workload: Workload, random: Random, scale: number): FaultContext {
  return {
    site,
    workload,
    random,
    scale,
    progress: (count, servers) => workload.progress(count, servers),
    told: async (servers) => `an event was told within ${await workload.told(servers)} ms`,
  };
}

function contextAmongOthers(site: Site, workload: Workload, random: Random, scale: number): FaultContext {
  const wait = () => delay(random.between(100, 1_000));
  return { site, workload, random, scale, progress: wait, told: () => wait().then(() => undefined) };
}

export function print({ findings, notes, ...figures }: Report): string {
  const { ok, failed, unknown, events, receipts, resumes, silence, seconds } = figures;
  const verdict = findings.length === 0 ? 'nothing broken' : `${findings.length} BROKEN`;
  return `calls ${ok} ok, ${failed} failed, ${unknown} unknown; ${events} events, ${receipts} received, ${resumes} resumes; silence ${silence} ms; ${seconds} s; ${[...notes, verdict].join('; ')}`;
}
