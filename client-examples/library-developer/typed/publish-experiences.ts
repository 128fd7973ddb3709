// Shares the evaluations that a library keeps in a system of its own as experiences. It can be run again and again, e.g.
// each night: what was shared before is not shared twice.
//
//   MEDSPIL_KEY=... node build/publish-experiences.js DK-746100 evaluations.json
//
// The key is one of the library (or of a person in it) with the scopes WRITE and READ_DRAFTS. With PUBLISH as well it
// publishes; without, what is shared waits for an editor of the library.
import { readFile } from 'node:fs/promises';
import type { VariablesOf } from 'gql.tada';
import { ask, AskError, graphql } from './ask.ts';

/** A row of the library's own system. */
interface Evaluation {
  number: number;
  /** The slug of the case: the last part of its address. */
  partnership: string;
  headline: string;
  aim: string;
  story: string;
  difficulties: string;
  result: 'good' | 'mixed' | 'bad';
}

const CreateExperience = graphql(`
  mutation CreateExperience($input: CreateExperienceInput!) {
    createExperience(input: $input) { experience { id version status } errors { code message path } }
  }
`);
const SubmitForReview = graphql(`
  mutation SubmitForReview($input: RecordTransitionInput!) {
    submitForReview(input: $input) { record { id version status } errors { code message path } }
  }
`);
const Publish = graphql(`
  mutation Publish($input: RecordTransitionInput!) {
    publish(input: $input) { record { id version status } errors { code message path } }
  }
`);
const Places = graphql(`
  query Places($isil: String!, $slug: String!) { library(isil: $isil) { id } caseStudy(slug: $slug) { id } }
`);

/** A record that the server did not take, or that has no place there. */
class Refused extends Error {}

const OUTCOMES = { good: 'SUCCESS', mixed: 'MIXED', bad: 'FAILURE' } as const;

const [isil, file] = process.argv.slice(2);
if (!isil || !file) throw new Error('Give the ISIL of the library and the file of evaluations');

const evaluations = JSON.parse(await readFile(file, 'utf8')) as Evaluation[];
for (const evaluation of evaluations) {
  try {
    console.log(`${evaluation.number}: ${await share(evaluation)}`);
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    // The others may be well: go on, and let whoever started this know at the end.
    console.error(`${evaluation.number}: ${error.message}`);
    process.exitCode = 1;
  }
}

/** Brings one evaluation as far as the key may, from wherever an earlier run has left it. */
async function share(evaluation: Evaluation): Promise<string> {
  const created = await ask(CreateExperience, { input: await experienceOf(evaluation) });
  let record = made(created.createExperience.experience, created.createExperience.errors);
  if (record.status === 'DRAFT') {
    const { id, version } = record;
    const { submitForReview } = await ask(SubmitForReview, { input: { id, version } });
    record = made(submitForReview.record, submitForReview.errors);
  }
  if (record.status === 'IN_REVIEW') {
    const { id, version } = record;
    try {
      const { publish } = await ask(Publish, { input: { id, version } });
      record = made(publish.record, publish.errors);
    } catch (error) {
      if (!(error instanceof AskError && error.code === 'FORBIDDEN')) throw error;
      return 'waits for an editor';
    }
  }
  return record.status;
}

async function experienceOf(evaluation: Evaluation): Promise<VariablesOf<typeof CreateExperience>['input']> {
  const { library, caseStudy } = await ask(Places, { isil: isil!, slug: evaluation.partnership });
  if (!library || !caseStudy) throw new Refused(`there is no ${library ? evaluation.partnership : isil}`);
  return {
    // The same for the same evaluation, for ever. The server answers it with what it made the first time.
    idempotencyKey: `evaluation-${evaluation.number}`,
    organisationId: library.id,
    caseStudyId: caseStudy.id,
    language: 'EN',
    provenance: 'ILLUSTRATIVE', // as the ones in evaluations.json are invented; a real one is REPORTED
    documentation: 'INCOMPLETE', // as this system asks three of the five questions
    title: evaluation.headline,
    purpose: evaluation.aim,
    experienced: evaluation.story,
    challenges: evaluation.difficulties,
    phase: 'EVALUATING',
    outcome: OUTCOMES[evaluation.result],
  };
}

/** What a mutation made. What it refused is told with the fields that it is about. */
function made<Made>(result: Made | null, errors: { code: string; message: string; path: string[] | null }[]): Made {
  if (result && errors.length === 0) return result;
  throw new Refused(errors.map(({ code, message, path }) => `${code} ${path?.join('.') ?? ''} ${message}`).join('; '));
}
