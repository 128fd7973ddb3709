/** Writers, followers and readers at work, while something happens to the site. */
import { setTimeout as delay } from 'node:timers/promises';
import { expect, vi } from 'vitest';
import type { EventFilterInput } from '../../src/platform/log/event-filter.js';
import { owed } from './check-subscriber.js';
import { type Answer, canariesIn, type History, now } from './history.js';
import { INBOX_SUBSCRIPTION, InboxReader } from './inbox-reader.js';
import { post } from './post.js';
import type { Random } from './random.js';
import { Recorder } from './recorder.js';
import { ADMIN_KEY, patience, type Server, type Site } from './site.js';
import { SocketSubscriber, StreamSubscriber, type Subscriber } from './subscribers.js';
import { readTruth, type Truth } from './truth.js';
import { WebhookSubscriber } from './webhook-subscriber.js';
import { Writer } from './writer.js';

const READING = `{
  lessons(first: 20) { nodes { title context advice } }
  knowledgeEvents(last: 20) { nodes { type recordId record { title ... on Lesson { context advice } } } }
}`;

export interface WorkloadOptions {
  readonly writers?: number;
  /** Of each kind, at each server. */
  readonly subscribers?: number;
  /** Whether there are webhooks; after a server's death each takes as long as a lease lasts. */
  readonly webhooks?: boolean;
  /** Length of the lessons' texts, in characters. */
  readonly textLength?: number;
}

export class Workload {
  /** Of this episode, with the calls and texts of those before. */
  readonly history: History;
  readonly subscribers: Subscriber[] = [];
  readonly webhooks: WebhookSubscriber[] = [];
  private inbox: InboxReader | undefined;
  /** Those who hear everything at one server. */
  private readonly resident = new Map<Subscriber, Server>();
  private readonly closers: (() => void)[] = [];
  private readonly firstCall: number;
  private writers: Writer[] = [];
  private reading: Promise<void> = Promise.resolve();
  private stopped = false;

  private constructor(
    private readonly site: Site,
    private readonly random: Random,
  ) {
    this.history = { calls: site.calls, canaries: site.canaries, subscribers: [], answers: [] };
    this.firstCall = site.calls.length;
  }

  static async start(site: Site, random: Random, options: WorkloadOptions = {}): Promise<Workload> {
    const workload = new Workload(site, random);
    const { writers = 4, subscribers = 3, textLength = 100, webhooks = false } = options;
    const organisations = await site.rows<{ id: string }>('SELECT id FROM organisation ORDER BY id LIMIT 3');
    const themes = await site.rows<{ slug: string }>('SELECT slug FROM theme ORDER BY slug LIMIT 4');
    const facets = { organisations: organisations.map(({ id }) => id), themes: themes.map(({ slug }) => slug) };
    const filters: EventFilterInput[] = [
      {},
      { themes: facets.themes.slice(0, 2) },
      { types: ['PUBLISHED'] },
      { organisations: facets.organisations.slice(0, 1), kinds: ['LESSON'] },
      { types: ['REVISED', 'RETRACTED'], recommendations: [1, 2, 3] },
    ];
    const after = await site.end();
    for (const server of site.servers) {
      for (const Kind of [SocketSubscriber, StreamSubscriber]) {
        for (let count = 0; count < subscribers; count++) {
          // The first of each kind stays with its server and hears all; the others may come back elsewhere.
          const filter = count === 0 ? {} : random.pick(filters);
          const roams = count > 0 && random.happens(0.5);
          const name = `${Kind.name} ${count} of server ${server.index} with ${JSON.stringify(filter)}`;
          const recorder = workload.record(new Recorder(name, filter, after));
          const choice = random.branch();
          const url = () => (roams ? choice.pick(site.servers) : server).url;
          const subscriber = new Kind({ recorder, url, random: random.branch() });
          workload.subscribers.push(subscriber);
          if (count === 0) workload.resident.set(subscriber, server);
        }
      }
    }
    // Of one that writes nothing itself: what its own records are used for would come as well.
    const [reader] = await site.rows<{ id: string }>('SELECT id FROM organisation ORDER BY id DESC LIMIT 1');
    await workload.follow(reader!.id, random.pick(filters), after);
    for (const filter of webhooks ? [{}, random.pick(filters)] : []) {
      const recorder = new Recorder(`webhook with ${JSON.stringify(filter)}`, filter, after, { repeats: true });
      workload.webhooks.push(await WebhookSubscriber.open(site, workload.record(recorder), reader!.id));
    }
    for (let count = 0; count < writers; count++) {
      const { calls, canaries } = site;
      workload.writers.push(
        new Writer({ servers: site.servers, random: random.branch(), ...facets, textLength, calls, canaries }),
      );
    }
    workload.reading = workload.read();
    return workload;
  }

  /** By the inbox of an organisation: what it holds in the end, and what is told of it meanwhile. */
  private async follow(
    organisationId: string,
    filter: EventFilterInput,
    after: Awaited<ReturnType<Site['end']>>,
  ): Promise<void> {
    const { site, random } = this;
    const named = (name: string) => `${name} of an inbox with ${JSON.stringify(filter)}`;
    const recorder = new Recorder(named('items'), filter, after);
    this.inbox = await InboxReader.open(site, this.record(recorder), organisationId);
    const operation = { query: INBOX_SUBSCRIPTION, variables: { organisationId }, key: ADMIN_KEY };
    for (const Kind of [SocketSubscriber, StreamSubscriber]) {
      const live = this.record(new Recorder(named(Kind.name), filter, after, { operation }));
      const server = random.pick(site.servers);
      this.subscribers.push(new Kind({ recorder: live, url: () => server.url, random: random.branch() }));
    }
  }

  /** Has a subscriber's history judged with the others. */
  record(recorder: Recorder): Recorder {
    this.history.subscribers.push(recorder.history);
    return recorder;
  }

  /** Has something ended with the episode. */
  onClose(close: () => void): void {
    this.closers.push(close);
  }

  /** Calls of this episode. */
  get calls() {
    return this.history.calls.slice(this.firstCall);
  }

  count(outcome: 'ok' | 'failed' | 'unknown'): number {
    return this.calls.filter((call) => call.outcome === outcome).length;
  }

  /** Waits until so many more calls were answered well, by all servers or by those that are told. */
  async progress(count: number, servers: readonly { index: number }[] = this.site.servers): Promise<void> {
    const done = ({ index }: { index: number }) =>
      this.calls.filter(({ server, outcome }) => server === index && outcome === 'ok').length;
    const goals = servers.map((server) => done(server) + count);
    await vi.waitFor(
      () => servers.forEach((server, place) => expect(done(server)).toBeGreaterThanOrEqual(goals[place]!)),
      patience,
    );
  }

  /** Waits until all who hear everything have heard something new, and gives the longest that one waited, in milliseconds. */
  async longestSilence(since = now()): Promise<number> {
    const heardAt = new Map<Subscriber, number>();
    const hearing = this.hearing(this.site.servers);
    await vi.waitFor(() => {
      for (const subscriber of hearing) {
        const { lastReceiptAt } = subscriber.recorder;
        if (lastReceiptAt > since && !heardAt.has(subscriber)) heardAt.set(subscriber, lastReceiptAt);
      }
      const deaf = hearing.filter((subscriber) => !heardAt.has(subscriber));
      expect(deaf.map(({ recorder }) => recorder.history.name)).toEqual([]);
    }, patience);
    return Math.max(...heardAt.values()) - since;
  }

  /**
   * Writes one event past the servers, and waits until those who hear everything at these servers have it.
   *
   * @returns how long that took, in milliseconds
   */
  async told(servers: readonly Server[] = this.site.servers): Promise<number> {
    const eventId = await this.site.plantOne();
    const since = now();
    await vi.waitFor(() => {
      for (const { recorder } of this.hearing(servers)) {
        // It is among the last.
        const last = recorder.history.receipts.slice(-200);
        expect(
          last.some((receipt) => receipt.eventId === eventId),
          recorder.history.name,
        ).toBe(true);
      }
    }, patience);
    return Math.round(now() - since);
  }

  /** Ends the writing, and waits until all have got what they are owed, or for so long that they will not any more. */
  async finish(timeout = patience.timeout): Promise<Truth> {
    this.stopped = true;
    await Promise.all([...this.writers.map((writer) => writer.stop()), this.reading]);
    this.writers = [];
    await this.site.settle();
    const truth = await readTruth(this.site.postgres.connection);
    await vi
      .waitFor(
        () => {
          for (const subscriber of this.history.subscribers) {
            if (subscriber === this.inbox?.recorder.history) continue;
            const distinct = new Set(subscriber.receipts.map(({ eventId }) => eventId));
            distinct.delete(undefined);
            expect(distinct.size).toBeGreaterThanOrEqual(owed(subscriber, truth.log).length);
          }
        },
        { timeout, interval: 50 },
      )
      // What is missing is for the checker to say.
      .catch(() => undefined);
    await this.inbox?.read(truth, timeout);
    return truth;
  }

  private hearing(servers: readonly Server[]): Subscriber[] {
    return [...this.resident].flatMap(([subscriber, server]) => (servers.includes(server) ? [subscriber] : []));
  }

  async close(): Promise<void> {
    this.stopped = true;
    await Promise.all(this.writers.map((writer) => writer.stop()));
    await Promise.all(this.subscribers.map((subscriber) => subscriber.close()));
    await Promise.all(this.webhooks.splice(0).map((webhook) => webhook.close()));
    await this.inbox?.close();
    this.inbox = undefined;
    for (const close of this.closers.splice(0)) close();
  }

  /** Reads as anybody may, and keeps what texts there were. */
  private async read(): Promise<void> {
    while (!this.stopped) {
      const invokedAt = now();
      try {
        const { text } = await post(this.random.pick(this.site.servers).url, READING);
        const answer: Answer = { invokedAt, endedAt: now(), canaries: canariesIn(text) };
        this.history.answers.push(answer);
      } catch {
        // Nobody there, or cut.
      }
      await delay(50);
    }
  }
}
