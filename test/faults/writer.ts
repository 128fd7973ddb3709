/** Somebody who writes lessons, publishes, edits and retracts them, and comes again when nobody answers. */
import { setTimeout as delay } from 'node:timers/promises';
import { type Call, type Canary, canaryText, type Mutation, now } from './history.js';
import { post } from './post.js';
import type { Random } from './random.js';
import { ADMIN_KEY, type Server } from './site.js';

const OPERATIONS: Readonly<Record<Mutation, { readonly name: string; readonly input: string; readonly made: string }>> =
  {
    create: { name: 'createLesson', input: 'CreateLessonInput', made: 'lesson' },
    update: { name: 'updateLesson', input: 'UpdateLessonInput', made: 'lesson' },
    submit: { name: 'submitForReview', input: 'RecordTransitionInput', made: 'record' },
    publish: { name: 'publish', input: 'RecordTransitionInput', made: 'record' },
    retract: { name: 'retract', input: 'RetractInput', made: 'record' },
  };

const STATE = 'query ($id: ID!) { node(id: $id) { ... on Lesson { id version workingCopy { version } } } }';

interface Reference {
  readonly id: string;
  readonly version: number;
}

export interface WriterOptions {
  readonly servers: readonly Server[];
  readonly random: Random;
  readonly organisations: readonly string[];
  readonly themes: readonly string[];
  /** Length of the texts, in characters. */
  readonly textLength: number;
  /** Where it writes down what it does. */
  readonly calls: Call[];
  readonly canaries: Canary[];
}

export class Writer {
  private stopped = false;
  private readonly running: Promise<void>;

  constructor(private readonly options: WriterOptions) {
    this.running = this.run();
  }

  /** Resolves when no call is under way any more. */
  async stop(): Promise<void> {
    this.stopped = true;
    await this.running;
  }

  private async run(): Promise<void> {
    while (!this.stopped) await this.writeLesson();
  }

  /** Leaves off wherever it is when it is stopped. */
  private async writeLesson(): Promise<void> {
    const { random, organisations, themes } = this.options;
    const first = this.canary();
    const { title } = first;
    const content = {
      title,
      language: 'EN',
      organisationId: random.pick(organisations),
      context: this.text(first),
      advice: 'Write down who takes over what.',
      themes: random.sample(themes, random.between(0, 2)),
      recommendations: random.sample([1, 2, 3, 4, 5], random.between(0, 2)),
    };
    let lesson = await this.create(title, content);
    if (lesson === undefined || random.happens(0.15)) return;
    lesson = await this.release(title, lesson, first);
    if (lesson !== undefined && random.happens(0.4)) {
      const second = this.canary(title);
      lesson = await this.step('update', title, lesson, { advice: this.text(second) });
      // The others stay edits that nobody has published.
      if (lesson !== undefined && random.happens(0.6)) lesson = await this.release(title, lesson, second);
    }
    if (lesson !== undefined && random.happens(0.3)) {
      await this.step('retract', title, lesson, { reason: 'It was wrong.' });
    }
  }

  private async release(title: string, lesson: Reference, canary: Canary): Promise<Reference | undefined> {
    const submitted = await this.step('submit', title, lesson, {});
    if (submitted === undefined) return undefined;
    canary.publicFrom = now();
    return this.step('publish', title, submitted, {});
  }

  /** The same again with the same key, until it is known what became of it. */
  private async create(title: string, content: object): Promise<Reference | undefined> {
    const idempotencyKey = title.replaceAll(' ', '-');
    while (!this.stopped) {
      const call = await this.call('create', title, { ...content, idempotencyKey }, { idempotencyKey });
      if (call.outcome === 'ok') return { id: call.recordId!, version: call.version! };
      if (call.outcome === 'failed') return undefined;
      await delay(100);
    }
    return undefined;
  }

  /** Again, unless it shows that it was done although nobody said so. */
  private async step(
    mutation: Mutation,
    title: string,
    { id, version }: Reference,
    more: object,
  ): Promise<Reference | undefined> {
    while (!this.stopped) {
      const call = await this.call(mutation, title, { id, version, ...more }, { recordId: id });
      if (call.outcome === 'ok') return { id, version: call.version! };
      const state = await this.state(id);
      if (state !== undefined && state.version !== version) return state;
      if (call.outcome === 'failed') return undefined;
      await delay(100);
    }
    return undefined;
  }

  private async state(id: string): Promise<Reference | undefined> {
    while (!this.stopped) {
      try {
        const { data } = await post(this.server().url, STATE, { id }, ADMIN_KEY);
        // Of an edit in progress, it is that one's version that counts.
        if (data?.node != null) return { id, version: data.node.workingCopy?.version ?? data.node.version };
      } catch {
        // Nobody there: it asks another.
      }
      await delay(100);
    }
    return undefined;
  }

  private async call(mutation: Mutation, title: string, input: object, about: Partial<Call>): Promise<Call> {
    const server = this.server();
    const call: Call = { mutation, title, server: server.index, invokedAt: now(), ...about };
    this.options.calls.push(call);
    const { name, input: inputType, made } = OPERATIONS[mutation];
    const operation = `mutation ($input: ${inputType}!) {
      ${name}(input: $input) { ${made} { id version } errors { code message } }
    }`;
    try {
      const { data, errors } = await post(server.url, operation, { input }, ADMIN_KEY);
      const payload = data?.[name];
      const record = payload?.[made] as Reference | null | undefined;
      if (record != null) {
        Object.assign(call, { outcome: 'ok', recordId: record.id, version: record.version });
      } else if (payload?.errors?.length > 0) {
        Object.assign(call, { outcome: 'failed', reason: JSON.stringify(payload.errors) });
      } else {
        Object.assign(call, { outcome: 'unknown', reason: JSON.stringify(errors) });
      }
    } catch (error) {
      const { message, cause } = error as Error;
      Object.assign(call, { outcome: 'unknown', reason: `${message} ${(cause as Error | undefined)?.message ?? ''}` });
    }
    call.endedAt = now();
    return call;
  }

  private server(): Server {
    return this.options.random.pick(this.options.servers);
  }

  /** @param title of the lesson that it is for; a new one's holds it */
  private canary(title?: string): Canary {
    const { canaries, random } = this.options;
    const text = canaryText(random.seed, canaries.length);
    const canary: Canary = { text, title: title ?? `Lesson ${text}`, publicFrom: Infinity };
    canaries.push(canary);
    return canary;
  }

  private text({ text }: Canary): string {
    return `${'While servers come and go. '.repeat(Math.ceil(this.options.textLength / 27))}${text}`;
  }
}
