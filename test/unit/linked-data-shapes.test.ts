/** The shapes hold for whatever we write, and each thing that they ask for is missed when it is not so. */
import fc from 'fast-check';
import n3, { type NamedNode, type Quad, type Quad_Object, type Term } from 'n3';
import SHACLValidator from 'rdf-validate-shacl';
import { beforeAll, describe, expect, it } from 'vitest';
import { quadsOf } from '../../src/modules/linked-data/quads.js';
import { recordJsonLd } from '../../src/modules/linked-data/record-json-ld.js';
import { shapes } from '../../src/modules/linked-data/shapes.js';
import { conceptNode, schemeNode, vocabularyNodes } from '../../src/modules/linked-data/vocabulary.js';
import { BASE, randomRecordDocument } from '../helpers/random-record-document.js';
import { randomRuns } from '../helpers/random-runs.js';

const { namedNode, literal, quad } = n3.DataFactory;
const SH = 'http://www.w3.org/ns/shacl#';
const XSD = 'http://www.w3.org/2001/XMLSchema#';
const TYPE = namedNode('http://www.w3.org/1999/02/22-rdf-syntax-ns#type');

const PUBLICATION = {
  license: 'https://creativecommons.org/licenses/by/4.0/',
  publisher: 'Medspil',
  versions: [
    { version: 3, publishedAt: '2020-01-01T00:00:00.000Z' },
    { version: 7, publishedAt: '2021-01-01T00:00:00.000Z' },
  ],
};

const shapeStore = new n3.Store(new n3.Parser().parse(shapes(BASE)));
const validator = new SHACLValidator(shapeStore as never);

interface Violation {
  readonly focus: string;
  readonly path: string;
  readonly component: string;
}

async function violations(quads: readonly Quad[]): Promise<Violation[]> {
  const report = await validator.validate(new n3.Store([...quads]) as never);
  return report.results.map((result: any) => ({
    focus: result.focusNode.value,
    path: result.path?.value ?? '',
    component: result.sourceConstraintComponent.value.slice(SH.length),
  }));
}

describe('the shapes', () => {
  it('[LINKED-DATA-SHAPES] hold for the triples of every record', async () => {
    await fc.assert(
      fc.asyncProperty(randomRecordDocument, async (document) => {
        expect(await violations(quadsOf(recordJsonLd(document, BASE, PUBLICATION), BASE))).toEqual([]);
      }),
      randomRuns(40),
    );
  });

  it('hold for the vocabulary, and for the concepts of a scheme', async () => {
    const scheme = `${BASE}/themes`;
    const label = { da: 'Film', en: 'Film' };
    const nodes = [
      ...vocabularyNodes(BASE),
      schemeNode(scheme, { da: 'Temaer', en: 'Themes' }, [`${scheme}/film`]),
      conceptNode(`${scheme}/film`, label, scheme, { notation: 'film' }),
    ];
    expect(await violations(nodes.flatMap((node) => quadsOf(node, BASE)))).toEqual([]);
  });
});

/** What one property of one class has to be. */
interface Constraint {
  readonly targetClass: string;
  readonly path: string;
  readonly component: string;
  readonly value: Quad_Object;
}

const objectsOf = (subject: Term, property: string) =>
  shapeStore.getObjects(subject as never, namedNode(SH + property), null);

const constraints: Constraint[] = shapeStore
  .getQuads(null, namedNode(`${SH}targetClass`), null, null)
  .flatMap(({ subject, object: targetClass }) =>
    objectsOf(subject, 'property').flatMap((property) => {
      const [path] = objectsOf(property, 'path');
      return shapeStore
        .getQuads(property as never, null, null, null)
        .filter(({ predicate }) => predicate.value !== `${SH}path`)
        .map(({ predicate, object }) => ({
          targetClass: targetClass.value,
          path: path!.value,
          component: predicate.value.slice(SH.length),
          value: object,
        }));
    }),
  );

/** What the report calls it; what is not asked by itself but with another is not among them. */
const COMPONENTS: Readonly<Record<string, string>> = {
  minCount: 'MinCountConstraintComponent',
  maxCount: 'MaxCountConstraintComponent',
  datatype: 'DatatypeConstraintComponent',
  nodeKind: 'NodeKindConstraintComponent',
  class: 'ClassConstraintComponent',
  pattern: 'PatternConstraintComponent',
  in: 'InConstraintComponent',
  languageIn: 'LanguageInConstraintComponent',
  uniqueLang: 'UniqueLangConstraintComponent',
  minLength: 'MinLengthConstraintComponent',
  minInclusive: 'MinInclusiveConstraintComponent',
  lessThanOrEquals: 'LessThanOrEqualsConstraintComponent',
  disjoint: 'DisjointConstraintComponent',
  qualifiedMinCount: 'QualifiedMinCountConstraintComponent',
  qualifiedMaxCount: 'QualifiedMaxCountConstraintComponent',
};

describe('a shape that cannot fail is none', () => {
  /** Everything that there is, many times over. */
  let sound: n3.Store;
  beforeAll(() => {
    const documents = fc.sample(randomRecordDocument, { numRuns: 60, seed: 7 });
    const scheme = `${BASE}/themes`;
    const nodes = [
      ...documents.map((document) => recordJsonLd(document, BASE, PUBLICATION)),
      ...vocabularyNodes(BASE),
      schemeNode(scheme, { da: 'Temaer', en: 'Themes' }, [`${scheme}/film`]),
      conceptNode(`${scheme}/film`, { da: 'Film', en: 'Film' }, scheme, { notation: 'film' }),
    ];
    sound = new n3.Store(nodes.flatMap((node) => quadsOf(node, BASE)));
  });

  /** The smallest graph in which a node of the class has the property: that node's triples, and what types its values have. */
  function sample({ targetClass, path, component }: Constraint): { node: NamedNode; quads: Quad[] } {
    const further = component === 'lessThanOrEquals' ? [namedNode('https://schema.org/endDate')] : [];
    const node = sound.getSubjects(TYPE, namedNode(targetClass), null).find((subject) => {
      const has = (property: NamedNode) => sound.countQuads(subject, property, null, null) > 0;
      const needs = path.endsWith('startDate') ? further : [];
      return (
        has(namedNode(path)) &&
        needs.every(has) &&
        targetClass.endsWith('Entity') === subject.value.includes('#version')
      );
    });
    if (node === undefined) throw new Error(`There is no ${targetClass} with ${path} to break.`);
    const own = sound.getQuads(node, null, null, null);
    const types = own.flatMap(({ object }) => sound.getQuads(object as never, TYPE, null, null));
    return { node: node as NamedNode, quads: [...own, ...types] };
  }

  function broken({ node, quads }: ReturnType<typeof sample>, { path, component, value }: Constraint): Quad[] {
    const property = namedNode(path);
    const isMeant = (one: Quad) => one.subject.equals(node) && one.predicate.equals(property);
    const others = quads.filter((one) => !isMeant(one));
    const values = quads.filter(isMeant).map(({ object }) => object);
    const [first] = values;
    const withValues = (...all: Quad_Object[]) => [...others, ...all.map((object) => quad(node, property, object))];
    switch (component) {
      case 'minCount':
        return withValues(...values.slice(0, Number(value.value) - 1));
      case 'maxCount':
        return withValues(
          ...values,
          ...Array.from({ length: Number(value.value) }, (_, number) => another(first!, number)),
        );
      case 'datatype':
      case 'languageIn':
        return withValues(
          value.value.endsWith('boolean') ? literal('x') : literal('Text', 'fr'),
          ...(component === 'datatype' ? [literal('true', namedNode(`${XSD}boolean`))] : []),
        );
      case 'nodeKind':
        return withValues(literal('no address'));
      case 'class':
        return [...withValues(namedNode('https://example.org/untyped'))];
      case 'pattern':
      case 'in':
        return withValues(first!.termType === 'Literal' ? literal('?') : namedNode('https://example.org/else'));
      case 'uniqueLang':
        return withValues(literal('One', 'da'), literal('Other', 'da'));
      case 'minLength':
        return withValues(first!.termType === 'Literal' && first!.language ? literal('', 'da') : literal(''));
      case 'minInclusive':
        return withValues(literal('-1', (first as n3.Literal).datatype));
      case 'lessThanOrEquals':
        return withValues(literal(`9999${first!.value.slice(4)}`, (first as n3.Literal).datatype));
      case 'disjoint':
        return [...quads, quad(node, namedNode(value.value), first!)];
      case 'qualifiedMinCount':
        return withValues(...values.filter((type) => type.value.startsWith('https://schema.org/')));
      case 'qualifiedMaxCount':
        return withValues(...values, ...['CaseStudy', 'Lesson'].map((name) => namedNode(`${BASE}/ns#${name}`)));
      default:
        throw new Error(`It is not known how to break sh:${component}.`);
    }
  }

  /** A value like it. */
  function another(value: Quad_Object, number: number): Quad_Object {
    if (value.termType !== 'Literal') return namedNode(`${value.value}-${number + 2}`);
    if (value.language) return literal(`${value.value} ${number + 2}`, value.language === 'da' ? 'en' : 'da');
    return literal(`${value.value}0${number}`, value.datatype);
  }

  it('is asked of by all constraints that the shapes have', () => {
    expect(constraints.length).toBeGreaterThan(200);
    const names = new Set(constraints.map(({ component }) => component));
    expect([...names].filter((name) => name !== 'qualifiedValueShape' && COMPONENTS[name] === undefined)).toEqual([]);
  });

  it('[LINKED-DATA-SHAPES-FAIL] misses each thing that it asks for', async () => {
    const notMissed: string[] = [];
    for (const constraint of constraints) {
      if (constraint.component === 'qualifiedValueShape') continue;
      const { node, quads } = sample(constraint);
      const told = (found: Violation[]) =>
        found.some(
          ({ focus, path, component }) =>
            focus === node.value && path === constraint.path && component === COMPONENTS[constraint.component],
        );
      const name = `${constraint.targetClass} ${constraint.path} sh:${constraint.component}`;
      if (told(await violations(quads))) notMissed.push(`${name}: told of what is sound`);
      if (!told(await violations(broken({ node, quads }, constraint)))) notMissed.push(`${name}: not missed`);
    }
    expect(notMissed).toEqual([]);
  }, 120_000);
});
