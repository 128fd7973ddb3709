import { describe, expect, it } from 'vitest';
import { caseStudies } from '../../src/seed/case-studies.js';
import {
  definition,
  frameworkReport,
  initiatives,
  potentials,
  rationales,
  recommendations,
  themes,
} from '../../src/seed/framework.js';
import { illustrativeExperiences } from '../../src/seed/illustration-experiences.js';
import { illustrativeAdoptions, illustrativeLessons, illustrativeLinks } from '../../src/seed/illustration-lessons.js';
import { illustrativeCaseStudies } from '../../src/seed/illustrations.js';
import { libraries, mainLibraryAgencyId } from '../../src/seed/libraries.js';
import { municipalities, regions } from '../../src/seed/municipalities.js';
import { illustrativePartners, partners } from '../../src/seed/organisations.js';
import type { BilingualText } from '../../src/seed/seed-types.js';

const allCases = [...caseStudies, ...illustrativeCaseStudies];
const allPartners = [...partners, ...illustrativePartners];
const records = [...allCases, ...illustrativeExperiences, ...illustrativeLessons];
const frameworkItems = [...rationales, ...potentials, ...recommendations, ...initiatives];

const organisationKeys = new Set([...allPartners.map(({ key }) => key), ...libraries.map(({ isil }) => isil)]);
const slugPattern = /^[a-z0-9]+(-[a-z0-9]+)*$/;

function duplicates(values: readonly string[]): string[] {
  return values.filter((value, index) => values.indexOf(value) !== index);
}

/** The values that are not among the known ones: an empty answer means that every reference resolves. */
function unresolved<Value>(values: readonly Value[], known: Iterable<Value>): Value[] {
  const knownValues = new Set(known);
  return values.filter((value) => !knownValues.has(value));
}

describe('municipalities and libraries', () => {
  it('lists 98 municipalities in five regions', () => {
    expect(municipalities).toHaveLength(98);
    expect(regions).toHaveLength(5);
    expect(duplicates(municipalities.map(({ code }) => code))).toEqual([]);
    expect(duplicates(municipalities.map(({ name }) => name))).toEqual([]);
    expect(municipalities.filter(({ code }) => !/^0\d{3}$/.test(code))).toEqual([]);
    expect(new Set(municipalities.map(({ regionCode }) => regionCode))).toEqual(
      new Set(regions.map(({ code }) => code)),
    );
  });

  it('gives each municipality one library, numbered by the rule', () => {
    expect(libraries.map(({ municipalityCode }) => municipalityCode)).toEqual(municipalities.map(({ code }) => code));
    expect(duplicates(libraries.map(({ name }) => name))).toEqual([]);
    for (const library of libraries) {
      expect(library.agencyId).toBe(mainLibraryAgencyId(library.municipalityCode));
      expect(library.isil).toBe(`DK-${library.agencyId}`);
      expect(library.isil).toMatch(/^DK-7\d{3}00$/);
    }
  });

  it.each([
    ['0101', 'DK-710100'],
    ['0461', 'DK-746100'],
    ['0751', 'DK-775100'],
    ['0851', 'DK-785100'],
  ])('gives the library of municipality %s the published ISIL %s', (municipalityCode, isil) => {
    expect(libraries.find((library) => library.municipalityCode === municipalityCode)?.isil).toBe(isil);
  });
});

describe('framework', () => {
  it('has the parts of the source, numbered from one', () => {
    for (const [items, count] of [
      [rationales, 3],
      [potentials, 5],
      [recommendations, 10],
      [initiatives, 5],
    ] as const) {
      expect(items.map(({ number }) => number)).toEqual(Array.from({ length: count }, (_, index) => index + 1));
    }
    expect(duplicates(potentials.map(({ stakeholderGroup }) => stakeholderGroup))).toEqual([]);
  });

  it('says everything in Danish and in English', () => {
    const texts: BilingualText[] = [definition, ...frameworkItems].flatMap(({ label, text }) => [label, text]);
    texts.push(...themes.map(({ label }) => label));
    for (const { da, en } of texts) {
      expect(da.trim()).not.toBe('');
      expect(en.trim()).not.toBe('');
      expect(en).not.toBe(da);
    }
  });

  it('cites the report with a valid ISBN', () => {
    const digits = frameworkReport.isbn.replaceAll('-', '');
    const weighted = [...digits].map((digit, index) => Number(digit) * (index % 2 === 0 ? 1 : 3));
    expect(digits).toHaveLength(13);
    expect(weighted.reduce((sum, value) => sum + value, 0) % 10).toBe(0);
  });
});

describe('references between the tables', () => {
  it('have unique, well-formed keys to point at', () => {
    const slugs = records.map(({ slug }) => slug);
    const themeSlugs = themes.map(({ slug }) => slug);
    expect(duplicates(slugs)).toEqual([]);
    expect(duplicates(themeSlugs)).toEqual([]);
    expect(duplicates(allPartners.map(({ key }) => key))).toEqual([]);
    const keys = [...slugs, ...themeSlugs, ...allPartners.map(({ key }) => key)];
    expect(keys.filter((key) => !slugPattern.test(key))).toEqual([]);
  });

  it('resolve for every record', () => {
    expect(
      unresolved(
        records.map(({ organisation }) => organisation),
        organisationKeys,
      ),
    ).toEqual([]);
    expect(
      unresolved(
        records.flatMap((record) => record.themes),
        themes.map(({ slug }) => slug),
      ),
    ).toEqual([]);
    const numbers = recommendations.map(({ number }) => number);
    expect(
      unresolved(
        records.flatMap((record) => record.recommendations),
        numbers,
      ),
    ).toEqual([]);
  });

  it('resolve for cases, experiences and lessons', () => {
    const parties = allCases.flatMap((caseStudy) => caseStudy.parties.map(({ organisation }) => organisation));
    expect(unresolved(parties, organisationKeys)).toEqual([]);
    const codes = allCases.flatMap(({ municipalityCode }) => municipalityCode ?? []);
    expect(
      unresolved(
        codes,
        municipalities.map(({ code }) => code),
      ),
    ).toEqual([]);
    const rationaleNumbers = rationales.map(({ number }) => number);
    expect(
      unresolved(
        allCases.flatMap((caseStudy) => caseStudy.rationales),
        rationaleNumbers,
      ),
    ).toEqual([]);
    const told = illustrativeExperiences.map(({ caseStudy }) => caseStudy);
    expect(
      unresolved(
        told,
        allCases.map(({ slug }) => slug),
      ),
    ).toEqual([]);
    const evidence = illustrativeLessons.flatMap((lesson) => lesson.evidence.map(({ experience }) => experience));
    expect(
      unresolved(
        evidence,
        illustrativeExperiences.map(({ slug }) => slug),
      ),
    ).toEqual([]);
  });

  it('resolve for links and adoptions', () => {
    const slugs = records.map(({ slug }) => slug);
    expect(
      unresolved(
        illustrativeLinks.flatMap(({ from, to }) => [from, to]),
        slugs,
      ),
    ).toEqual([]);
    expect(illustrativeLinks.filter(({ from, to }) => from === to)).toEqual([]);
    expect(
      unresolved(
        illustrativeAdoptions.map(({ record }) => record),
        slugs,
      ),
    ).toEqual([]);
    expect(
      unresolved(
        illustrativeAdoptions.map(({ organisation }) => organisation),
        organisationKeys,
      ),
    ).toEqual([]);
  });
});

describe('documented cases', () => {
  it('are incomplete, sourced, and hold nothing that no source tells', () => {
    for (const caseStudy of caseStudies) {
      expect(caseStudy).toMatchObject({ provenance: 'DOCUMENTED', documentation: 'INCOMPLETE', language: 'DA' });
      expect(caseStudy.sources.length).toBeGreaterThan(0);
      expect(caseStudy.description).toContain('Hvad vi ikke ved');
      expect(caseStudy.parties.flatMap(({ contributions }) => contributions)).toEqual([]);
      expect([...caseStudy.rulesOfPlay, ...caseStudy.benefits, ...caseStudy.funding]).toEqual([]);
      expect([caseStudy.startedOn, caseStudy.endedOn]).toEqual([undefined, undefined]);
    }
  });
});

describe('illustrations', () => {
  const illustrations = [...illustrativeCaseStudies, ...illustrativeExperiences, ...illustrativeLessons];

  it('are labelled in provenance, slug, title and first sentence', () => {
    for (const record of illustrations) {
      expect(record.provenance).toBe('ILLUSTRATIVE');
      expect(record.slug).toMatch(/^illustration-/);
      expect(record.title).toMatch(/^Illustration: /);
    }
    const openings = [
      ...illustrativeCaseStudies.map(({ summary, language }) => ({ text: summary, language })),
      ...illustrativeExperiences.map(({ purpose, language }) => ({ text: purpose, language })),
      ...illustrativeLessons.map(({ context, language }) => ({ text: context, language })),
    ];
    for (const { text, language } of openings) {
      expect(text).toMatch(language === 'DA' ? /^Opdigtet eksempel\. / : /^Invented example\. /);
    }
  });

  it('name invented organisations only', () => {
    const invented = new Set(illustrativePartners.map(({ key }) => key));
    const named = [
      ...illustrations.map(({ organisation }) => organisation),
      ...illustrativeCaseStudies.flatMap(({ parties }) => parties.map(({ organisation }) => organisation)),
      ...illustrativeAdoptions.map(({ organisation }) => organisation),
    ];
    expect(unresolved(named, invented)).toEqual([]);
    expect(illustrativePartners.filter(({ key }) => !key.startsWith('illustration-'))).toEqual([]);
    expect(illustrativePartners.filter(({ name }) => !name.endsWith(' (illustration)'))).toEqual([]);
  });

  it('are partnerships by every part of the definition', () => {
    for (const { parties, rulesOfPlay, benefits } of illustrativeCaseStudies) {
      expect(parties.length).toBeGreaterThanOrEqual(2);
      expect(parties.filter(({ contributions }) => contributions.length === 0)).toEqual([]);
      expect(rulesOfPlay.length).toBeGreaterThan(0);
      expect(new Set(benefits.map(({ group }) => group)).size).toBeGreaterThanOrEqual(2);
    }
  });

  it('give an amount with its currency, and only for money', () => {
    for (const { kind, amount, currency } of illustrativeCaseStudies.flatMap(({ parties }) =>
      parties.flatMap(({ contributions }) => contributions),
    )) {
      expect(amount !== undefined).toBe(kind === 'MONEY');
      expect(currency !== undefined).toBe(kind === 'MONEY');
    }
  });

  it('show a well supported, a contested and an unsupported lesson', () => {
    const reporter = new Map(illustrativeExperiences.map(({ slug, organisation }) => [slug, organisation]));
    const balances = illustrativeLessons.map(({ evidence }) => {
      const reporters = (stance: string) =>
        new Set(evidence.filter((item) => item.stance === stance).map((item) => reporter.get(item.experience))).size;
      return [reporters('SUPPORTS'), reporters('CONTRADICTS')];
    });
    expect(balances).toEqual([
      [4, 0],
      [2, 2],
      [2, 0],
      [1, 0],
      [0, 0],
    ]);
  });
});
