/** A history of the published knowledge, as random steps that a server is made to go through. */
import fc from 'fast-check';
import { createCaseStudy, createExperience, createLesson, mutate, publish, type Reference } from './records.js';
import type { TestServer } from './server.js';

/** What happens next. Numbers choose among what is there, counted round. */
export type Step =
  | { readonly kind: 'create'; readonly what: number; readonly choice: number }
  | { readonly kind: 'revise'; readonly record: number; readonly choice: number }
  | { readonly kind: 'edit'; readonly record: number }
  | { readonly kind: 'draft'; readonly what: number }
  | { readonly kind: 'link'; readonly from: number; readonly to: number }
  | { readonly kind: 'evidence'; readonly lesson: number; readonly experience: number; readonly choice: number }
  | { readonly kind: 'adopt'; readonly record: number; readonly choice: number }
  | { readonly kind: 'unlink'; readonly link: number }
  | { readonly kind: 'retract'; readonly record: number };

const number = fc.nat({ max: 1000 });
const step = (kind: Step['kind'], fields: Record<string, fc.Arbitrary<number>>) =>
  fc.record({ kind: fc.constant(kind), ...fields }) as fc.Arbitrary<Step>;

/** @param takingBack whether something may be retracted or unlinked on the way */
export function randomHistory(length: number, takingBack: boolean): fc.Arbitrary<readonly Step[]> {
  const steps = fc.oneof(
    { weight: 5, arbitrary: step('create', { what: number, choice: number }) },
    { weight: 6, arbitrary: step('revise', { record: number, choice: number }) },
    { weight: 2, arbitrary: step('edit', { record: number }) },
    { weight: 1, arbitrary: step('draft', { what: number }) },
    { weight: 3, arbitrary: step('link', { from: number, to: number }) },
    { weight: 4, arbitrary: step('evidence', { lesson: number, experience: number, choice: number }) },
    { weight: 1, arbitrary: step('adopt', { record: number, choice: number }) },
    ...(takingBack
      ? [
          { weight: 2, arbitrary: step('retract', { record: number }) },
          { weight: 1, arbitrary: step('unlink', { link: number }) },
        ]
      : []),
  );
  return fc.array(steps, { minLength: length, maxLength: length, size: 'max' });
}

type Kind = 'caseStudy' | 'experience' | 'lesson';

interface Written extends Reference {
  readonly kind: Kind;
}

const KINDS: readonly Kind[] = ['caseStudy', 'experience', 'lesson'];

/** Stands in every text that was never published. */
export const CANARY = 'kanariefugl';

/** The server's knowledge while a history runs. */
export class History {
  private readonly records: Written[] = [];
  private readonly links: string[] = [];
  readonly retracted = new Set<string>();
  private count = 0;

  constructor(
    private readonly server: TestServer,
    private readonly organisations: readonly string[],
  ) {}

  /** One of each kind, for the first steps to have something to be about. */
  async begin(): Promise<void> {
    for (const what of [0, 1, 2]) await this.run({ kind: 'create', what, choice: what });
  }

  async run(step: Step): Promise<void> {
    switch (step.kind) {
      case 'create':
        return this.create(KINDS[step.what % 3]!, step.choice);
      case 'revise':
        return this.revise(pick(this.records, step.record), step.choice);
      case 'edit': {
        const record = pick(this.records, step.record);
        return record && this.update(record, { title: `${CANARY} an edit`, ...secret(record.kind) });
      }
      case 'draft':
        await this.draft(KINDS[step.what % 3]!, { title: `${CANARY} a draft` });
        return;
      case 'link':
        return this.link(pick(this.records, step.from), pick(this.records, step.to));
      case 'evidence':
        return this.evidence(
          pick(this.of('lesson'), step.lesson),
          pick(this.of('experience'), step.experience),
          step.choice,
        );
      case 'adopt':
        return this.adopt(pick(this.records, step.record), step.choice);
      case 'unlink': {
        const id = pick(this.links, step.link);
        if (id !== undefined) {
          this.links.splice(this.links.indexOf(id), 1);
          await mutate(this.server, 'unlink', 'link { id }', { id });
        }
        return;
      }
      case 'retract':
        return this.retract(pick(this.records, step.record));
    }
  }

  private of(kind: Kind): Written[] {
    return this.records.filter((record) => record.kind === kind);
  }

  private async draft(kind: Kind, input: object): Promise<Reference | undefined> {
    switch (kind) {
      case 'caseStudy':
        return createCaseStudy(this.server, input);
      case 'lesson':
        return createLesson(this.server, input);
      case 'experience': {
        const caseStudy = pick(this.of('caseStudy'), this.count);
        return caseStudy && createExperience(this.server, caseStudy.id, input);
      }
    }
  }

  private async create(kind: Kind, choice: number): Promise<void> {
    const draft = await this.draft(kind, this.content(kind, choice));
    if (draft) this.records.push({ kind, ...(await publish(this.server, draft)) });
  }

  private async update(record: Written, input: object): Promise<void> {
    const current = (
      await this.server.admin(
        'query ($id: ID!) { node(id: $id) { ... on KnowledgeRecord { version workingCopy { version } } } }',
        {
          id: record.id,
        },
      )
    ).data.node;
    const { id } = record;
    const version = current.workingCopy?.version ?? current.version;
    const name = `update${record.kind[0]!.toUpperCase()}${record.kind.slice(1)}`;
    const { errors } = await mutate(this.server, name, `${record.kind} { id }`, { id, version, ...input });
    if (errors.length > 0) throw new Error(JSON.stringify(errors));
  }

  private async revise(record: Written | undefined, choice: number): Promise<void> {
    if (record === undefined) return;
    const content = this.content(record.kind, choice);
    const caseStudy = pick(this.of('caseStudy'), choice);
    await this.update(record, {
      ...content,
      ...(record.kind === 'experience' && caseStudy && { caseStudyId: caseStudy.id }),
    });
    const { data } = await this.server.admin(
      'query ($id: ID!) { node(id: $id) { ... on KnowledgeRecord { workingCopy { id version } } } }',
      { id: record.id },
    );
    try {
      await publish(this.server, data.node.workingCopy);
    } catch (error) {
      // An experience cannot be published again once its case is retracted: it stays an edit in progress, and hidden.
      if (record.kind !== 'experience') throw error;
      const { data: refused } = await this.server.admin(
        'query ($id: ID!) { node(id: $id) { ... on KnowledgeRecord { workingCopy { id version status } } } }',
        { id: record.id },
      );
      const { id, version } = refused.node.workingCopy;
      await mutate(this.server, 'requestChanges', 'record { id }', { id, version, comment: CANARY });
    }
  }

  private async link(from: Written | undefined, to: Written | undefined): Promise<void> {
    if (from === undefined || to === undefined || from.id === to.id) return;
    const input = { fromId: from.id, toId: to.id, relation: 'CONTINUES', note: `note ${++this.count}` };
    const { link } = await mutate(this.server, 'link', 'link { id }', input);
    if (link !== null) this.links.push(link.id);
  }

  private async evidence(lesson: Written | undefined, experience: Written | undefined, choice: number): Promise<void> {
    if (lesson === undefined || experience === undefined) return;
    await mutate(this.server, 'addEvidence', 'lesson { id }', {
      lessonId: lesson.id,
      experienceId: experience.id,
      stance: choice % 2 === 0 ? 'SUPPORTS' : 'CONTRADICTS',
      note: `note ${++this.count}`,
    });
  }

  private async adopt(record: Written | undefined, choice: number): Promise<void> {
    if (record === undefined) return;
    await mutate(this.server, 'recordAdoption', 'adoption { id }', {
      recordId: record.id,
      organisationId: pick(this.organisations, choice),
      taken: `All of it, ${++this.count}.`,
      outcome: 'MIXED',
    });
  }

  private async retract(record: Written | undefined): Promise<void> {
    if (record === undefined) return;
    const { data } = await this.server.admin(
      'query ($id: ID!) { node(id: $id) { ... on KnowledgeRecord { version } } }',
      { id: record.id },
    );
    const input = { id: record.id, version: data.node.version, reason: CANARY };
    const { errors } = await mutate(this.server, 'retract', 'record { id }', input);
    if (errors.length > 0) throw new Error(JSON.stringify(errors));
    this.records.splice(this.records.indexOf(record), 1);
    this.retracted.add(record.id);
  }

  /** Content of every kind of field, each time another one. */
  private content(kind: Kind, choice: number): object {
    const number = ++this.count;
    const organisationId = pick(this.organisations, choice)!;
    const common = {
      title: `${TITLES[choice % TITLES.length]} ${number}`,
      language: choice % 2 === 0 ? 'DA' : 'EN',
      organisationId,
      documentation: 'INCOMPLETE',
      provenance: choice % 5 === 0 ? 'ILLUSTRATIVE' : 'REPORTED',
      recommendations: [1 + (choice % 3), 7],
      themes: choice % 2 === 0 ? ['reading'] : [],
      sources:
        choice % 3 === 0 ? [] : [{ title: `Source ${number}`, year: 2009, page: 'p. 1', url: 'https://example.org/' }],
    };
    const period =
      choice % 2 === 0 ? { startedOn: '2009-02-01', endedOn: '2010-03-02' } : { startedOn: null, endedOn: null };
    switch (kind) {
      case 'caseStudy':
        return {
          ...common,
          ...period,
          summary: `Summary ${number}`,
          description: `# Story ${number}\n\nIt *went* on.`,
          kind: choice % 2 === 0 ? 'PROJECT' : 'EVENT',
          scope: choice % 3 === 0 ? 'LOCAL' : 'NATIONAL',
          state: choice % 4 === 0 ? null : 'ACTIVE',
          municipalityCode: choice % 3 === 0 ? '0851' : choice % 3 === 1 ? '0101' : null,
          rationales: [1 + (choice % 3)],
          parties: this.organisations.slice(0, 1 + (choice % 3)).map((party, place) => ({
            organisationId: party,
            role: place === 0 ? 'LEAD' : 'PARTNER',
            contributions: [
              { kind: 'MONEY', description: `Money ${number}`, amount: 12.5 * number, currency: 'DKK' },
              { kind: 'STAFF', description: 'Time.' },
            ].slice(place === 0 ? 0 : choice % 3),
          })),
          rulesOfPlay: [
            { topic: 'GOALS', text: `Rule ${number}` },
            { topic: 'EXIT', text: 'Another.' },
          ].slice(choice % 3),
          benefits: [
            { group: 'USERS', description: `Benefit ${number}` },
            { group: 'LIBRARIES', description: 'More.' },
          ],
          funding: [{ pool: `Pool ${number}`, amount: 0.5, currency: 'EUR', year: 2010 }, { pool: 'Other' }],
        };
      case 'experience':
        return {
          ...common,
          ...period,
          purpose: `Purpose ${number}`,
          experienced: `**Experienced** ${number}`,
          challenges: choice % 2 === 0 ? '' : `Challenges ${number}`,
          phase: choice % 2 === 0 ? 'RUNNING' : 'ENDING',
          outcome: choice % 3 === 0 ? 'SUCCESS' : 'MIXED',
        };
      case 'lesson':
        return {
          ...common,
          context: `Context ${number}`,
          cause: choice % 2 === 0 ? '' : `Cause ${number}`,
          advice: `Do ${number}`,
        };
    }
  }
}

const TITLES = ['Ånd', 'Zebra', 'Alder', 'Ældre', 'bog'];

/** Everything that an edit of a record can hold back. */
function secret(kind: Kind): object {
  const common = { sources: [{ title: CANARY }], recommendations: [10] };
  switch (kind) {
    case 'caseStudy':
      return { ...common, summary: CANARY, description: CANARY, funding: [{ pool: CANARY }] };
    case 'experience':
      return { ...common, purpose: CANARY, experienced: CANARY };
    case 'lesson':
      return { ...common, advice: CANARY, context: CANARY };
  }
}

function pick<Item>(items: readonly Item[], number: number): Item | undefined {
  return items[number % items.length];
}
