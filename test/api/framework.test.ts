import { afterAll, beforeAll, expect, test } from 'vitest';
import sql from 'sql-template-tag';
import {
  FrameworkResolver,
  RecommendationResolver,
  ThemeResolver,
} from '../../src/modules/framework/framework.resolver.js';
import { FrameworkService } from '../../src/modules/framework/framework.service.js';
import { addOrganisation, addRecord, type RecordRow } from '../helpers/knowledge-rows.js';
import { ADMIN, createModuleSchema, type ModuleSchema } from '../helpers/module-schema.js';

let api: ModuleSchema;

beforeAll(async () => {
  api = await createModuleSchema((database) => [
    new FrameworkResolver(new FrameworkService(database)),
    new RecommendationResolver(),
    new ThemeResolver(),
  ]);
});

afterAll(() => api?.close());

test('a knowledge base without content has an empty framework', async () => {
  expect(await api.data('{ framework { definition { label } recommendations { number } } themes { slug } }')).toEqual({
    framework: { definition: null, recommendations: [] },
    themes: [],
  });
});

test('the framework, its languages, and how much of it has evidence', async () => {
  const { database } = api;
  for (const [kind, numbers, group] of [
    ['DEFINITION', 1, null],
    ['RATIONALE', 3, null],
    ['POTENTIAL', 1, 'USERS'],
    ['RECOMMENDATION', 4, null],
    ['INITIATIVE', 2, null],
  ] as const) {
    await database.rows(
      sql`INSERT INTO framework_element
        SELECT ${kind}, n, 'Navn ' || n, 'Name ' || n, 'Tekst ' || n, 'Text ' || n, ${group} FROM generate_series(${numbers}::integer, 1, -1) n`,
    );
  }
  await database.rows(
    sql`INSERT INTO theme VALUES ('digital', 'Digitalt', 'Digital'), ('children', 'Børn', 'Children')`,
  );
  const organisation = await addOrganisation(database, 'Et bibliotek');
  const add = (row: Pick<RecordRow, 'kind' | 'recommendations' | 'columns' | 'themes'>) =>
    addRecord(database, { title: 'Titel', organisation, ...row });
  const caseStudy = await add({ kind: 'CASE_STUDY', recommendations: [1, 2], themes: ['digital'] });
  await add({ kind: 'EXPERIENCE', recommendations: [1], columns: { case_study_id: caseStudy }, themes: ['digital'] });
  await add({ kind: 'LESSON', recommendations: [1, 4], columns: { status: 'DRAFT' }, themes: ['children'] });
  await add({ kind: 'LESSON', recommendations: [3], columns: { provenance: 'ILLUSTRATIVE' }, themes: ['digital'] });
  await add({ kind: 'LESSON', recommendations: [1], columns: { status: 'RETRACTED' } });
  await add({ kind: 'CASE_STUDY', recommendations: [1], columns: { status: 'DRAFT', working_copy_of: caseStudy } });

  const query = `{
    framework {
      definition { __typename label text }
      rationales { number label(language: DA) }
      potentials { number group text(language: DA) }
      recommendations { number label danish: label(language: DA) coverage { caseStudies experiences lessons illustrative covered } }
      initiatives { number text }
    }
    themes { slug label danish: label(language: DA) recordCount }
  }`;
  const none = { caseStudies: 0, experiences: 0, lessons: 0, illustrative: 0, covered: false };
  const expected = {
    framework: {
      definition: { __typename: 'FrameworkDefinition', label: 'Name 1', text: 'Text 1' },
      rationales: [1, 2, 3].map((number) => ({ number, label: `Navn ${number}` })),
      potentials: [{ number: 1, group: 'USERS', text: 'Tekst 1' }],
      recommendations: [
        { ...none, caseStudies: 1, experiences: 1, covered: true },
        { ...none, caseStudies: 1 },
        { ...none, illustrative: 1 },
        none,
      ].map((coverage, index) => ({
        number: index + 1,
        label: `Name ${index + 1}`,
        danish: `Navn ${index + 1}`,
        coverage,
      })),
      initiatives: [1, 2].map((number) => ({ number, text: `Text ${number}` })),
    },
    themes: [
      { slug: 'children', label: 'Children', danish: 'Børn', recordCount: 0 },
      { slug: 'digital', label: 'Digital', danish: 'Digitalt', recordCount: 3 },
    ],
  };
  api.statements();
  expect(await api.data(query)).toEqual(expected);
  expect(api.statements()).toHaveLength(4);
  // Drafts count for nobody: coverage is about what is published.
  expect(await api.data(query, {}, ADMIN)).toEqual(expected);
});
