/** The format `projects`: partnership projects with money from the European structural funds, as the Danish list has them. */
import { Language } from '../common/language.js';
import { fold, slugify } from '../common/text.js';
import { CaseStudyKind, CaseStudyState, Scope } from '../modules/case-studies/case-study.entity.js';
import type { PartyInput } from '../modules/case-studies/case-study.input.js';
import { PartyRole } from '../modules/case-studies/partnership.entity.js';
import { Sector } from '../modules/directory/organisation.entity.js';
import type { CreatePartnerInput } from '../modules/directory/partner.input.js';
import type { Theme } from '../modules/framework/framework.entity.js';
import { municipalities } from '../seed/municipalities.js';
import { firstSentences } from './excerpt.js';
import type { ImportedRow, ImportFormat, ReadingScope } from './format.js';
import { caseStudyInput, fundingInput, moneyInput, partnerInput, partyInput, sourceInput } from './inputs.js';
import { RowFields } from './row-fields.js';

const SUMMARY_LENGTH = 500;
const CURRENCY = 'DKK';
const SOURCE_TITLE = 'Projekter i Danmark med støtte fra EU’s strukturfonde 2007-2013';
const SOURCE_PUBLISHER = 'os-data/eu-structural-funds';

const THEMES = new Map<string, Theme>([
  [
    'Innovation og videndeling',
    theme('innovation-and-knowledge-sharing', 'Innovation og videndeling', 'Innovation and knowledge sharing'),
  ],
  [
    'Udvikling af menneskelige ressourcer',
    theme('human-resources', 'Udvikling af menneskelige ressourcer', 'Development of human resources'),
  ],
  [
    'Etab. og udvikling af nye virksomh.',
    theme('new-businesses', 'Etablering og udvikling af nye virksomheder', 'New businesses'),
  ],
  ['Anvendelse af ny teknologi', theme('new-technology', 'Anvendelse af ny teknologi', 'Use of new technology')],
]);

const LANGUAGES = new Map([
  ['da', Language.DA],
  ['en', Language.EN],
]);

const FUNDS = new Map([
  ['ERDF', 'European Regional Development Fund (ERDF)'],
  ['ESF', 'European Social Fund (ESF)'],
]);

/**
 * Museums and theatres (CULTURE) live on public money even where they own themselves; what the list could not place
 * (OTHER) is for the most part firms, hotels and banks.
 */
const SECTORS = new Map([
  ['MUNICIPALITY', Sector.PUBLIC],
  ['REGION', Sector.PUBLIC],
  ['STATE', Sector.PUBLIC],
  ['SCHOOL', Sector.PUBLIC],
  ['RESEARCH_EDUCATION', Sector.PUBLIC],
  ['LIBRARY', Sector.PUBLIC],
  ['CULTURE', Sector.PUBLIC],
  ['COMPANY', Sector.PRIVATE],
  ['OTHER', Sector.PRIVATE],
  ['ASSOCIATION', Sector.CIVIL_SOCIETY],
]);

const MUNICIPALITIES: ReadonlySet<string> = new Set(municipalities.map(({ code }) => code));

export const projects: ImportFormat = {
  name: 'projects',
  themes: [...THEMES.values()],
  reader(rows, scope) {
    const leads = distinctLeads(rows);
    return (fields) => readProject(fields, scope, leads);
  },
};

function readProject(
  fields: RowFields,
  scope: ReadingScope,
  leads: ReadonlyMap<string, CreatePartnerInput>,
): ImportedRow {
  const id = fields.text('id', { required: true });
  const description = fields.text('description');
  const title = fields.text('title', { required: true });
  const startedOn = fields.date('startDate');
  const endedOn = fields.date('endDate');
  if (startedOn !== null && endedOn !== null && endedOn < startedOn) fields.refuse('endDate', 'lies before startDate.');
  const label = fields.text('theme') === '' ? null : fields.choice('theme', THEMES);

  const leadFields = fields.fields('lead');
  const parties: PartyInput[] = [];
  const partners: CreatePartnerInput[] = [];
  const lead = readLead(leadFields);
  if (lead !== null) {
    leadFields.accept(lead);
    partners.push(lead);
    parties.push(partyInput(PartyRole.LEAD));
  }
  for (const partnerFields of fields.fieldsList('partners')) {
    const partner = readPartner(partnerFields, leads);
    if (partner === null) continue;
    partnerFields.accept(partner);
    partners.push(partner);
    parties.push(partyInput(PartyRole.PARTNER));
  }

  const { grant, own } = readMoney(fields);
  if (own > 0 && lead !== null) {
    // The list gives the sum alone; it is the lead's to answer for.
    parties[0]!.contributions.push(
      moneyInput(
        'Projektets egen finansiering: budgettet uden tilskuddet fra EU. Kilden siger ikke, hvad hver part har betalt.',
        own,
        CURRENCY,
      ),
    );
  }
  const pool = fields.choice('fund', FUNDS);
  const caseStudy = caseStudyInput(
    {
      slug: `project-${slugify(id)}`,
      language: (fields.text('language') && fields.choice('language', LANGUAGES)) || Language.DA,
      organisationId: scope.organisationId,
      themes: label === null ? [] : [label.slug],
      sources: [sourceInput({ title: SOURCE_TITLE, publisher: SOURCE_PUBLISHER, page: id })],
    },
    {
      title,
      kind: CaseStudyKind.PROJECT,
      // The list says where the lead is at home, not where the partners are. It was kept by region, but for the pool that
      // the whole country competed for, which has no region's code.
      scope: fields.text('regionCode') === '' ? Scope.NATIONAL : Scope.REGIONAL,
      state: stateOn(scope.today, startedOn, endedOn),
      summary: firstSentences(description === '' ? title : description, 'da', SUMMARY_LENGTH),
      description,
      municipalityCode: readMunicipality(leadFields),
      startedOn,
      endedOn,
      parties,
      benefits: [],
      funding:
        grant > 0 && pool !== null
          ? [
              // The list does not say when the grant was given.
              fundingInput(`${pool} ${fields.text('period')}`.trim(), grant, CURRENCY),
            ]
          : [],
    },
  );
  return { id, caseStudy, partners, experience: null, lesson: null };
}

/** The list tells of no project that was given up, so one whose last day is past counts as completed. */
function stateOn(today: string, startedOn: string | null, endedOn: string | null): CaseStudyState | null {
  if (endedOn !== null && endedOn < today) return CaseStudyState.COMPLETED;
  if (startedOn === null) return null;
  return startedOn > today ? CaseStudyState.PLANNED : CaseStudyState.ACTIVE;
}

/** In kroner: the grant, and what the parties paid themselves. */
function readMoney(fields: RowFields): { grant: number; own: number } {
  const budget = fields.amount('budgetDKK');
  const grant = fields.amount('euGrantDKK') ?? 0;
  const own = budget === null ? 0 : Math.round((budget - grant) * 100) / 100;
  if (own < 0) fields.refuse('euGrantDKK', 'is more than budgetDKK.');
  return { grant, own };
}

function readLead(fields: RowFields): CreatePartnerInput | null {
  const name = fields.text('name', { required: true });
  if (isWithheld(name)) return null;
  return partnerInput({
    name,
    sector: fields.choice('kind', SECTORS) ?? Sector.PRIVATE,
    country: 'DK',
    cvr: fields.text('cvr') || null,
    municipalityCode: readMunicipality(fields),
  });
}

/** A partner comes with its name and kind alone; where it leads another project, that row tells more. */
function readPartner(fields: RowFields, leads: ReadonlyMap<string, CreatePartnerInput>): CreatePartnerInput | null {
  const name = fields.text('name', { required: true });
  if (isWithheld(name)) return null;
  const sector = fields.choice('kind', SECTORS) ?? Sector.PRIVATE;
  const known = leads.get(fold(name));
  return known ? partnerInput({ ...known }) : partnerInput({ name, sector, country: 'DK' });
}

function readMunicipality(fields: RowFields): string | null {
  const code = fields.text('municipalityCode');
  if (code === '' || MUNICIPALITIES.has(code)) return code || null;
  return fields.refuse(
    'municipalityCode',
    `is ${JSON.stringify(code.slice(0, 20))}, which is no Danish municipality.`,
    null,
  );
}

/** Private persons stand in the list as a remark in brackets. They are not one organisation, and no party. */
function isWithheld(name: string): boolean {
  return /^\[.*\]$/s.test(name);
}

/** The leads by folded name. One whose number or municipality differs from row to row is left out. */
function distinctLeads(rows: readonly unknown[]): Map<string, CreatePartnerInput> {
  const leads = new Map<string, CreatePartnerInput | null>();
  for (const row of rows) {
    const fields = RowFields.of(row).fields('lead');
    const lead = readLead(fields);
    if (lead === null || !fields.accept(lead)) continue;
    const key = fold(lead.name);
    const other = leads.get(key);
    const same = other === undefined || (other?.cvr === lead.cvr && other?.municipalityCode === lead.municipalityCode);
    leads.set(key, same ? (other ?? lead) : null);
  }
  return new Map([...leads].flatMap(([key, lead]) => (lead === null ? [] : [[key, lead] as const])));
}

function theme(slug: string, danishLabel: string, englishLabel: string): Theme {
  return { slug, danishLabel, englishLabel };
}
