/** Who an organisation in a list of European practices is: the list has a line of text where the directory wants facts. */
import { fold } from '../common/text.js';
import { Sector } from '../modules/directory/organisation.entity.js';

interface KnownOrganisation {
  /** What the list calls it; the directory takes the first. */
  readonly names: readonly string[];
  readonly country: string;
  readonly sector: Sector;
}

/** The partners of the ReInHerit project, under all the names that the list has for them. */
const CONSORTIUM: readonly KnownOrganisation[] = [
  {
    names: ['Arcada University of Applied Sciences', 'University of Applied Science - Arcada'],
    country: 'FI',
    sector: Sector.PUBLIC,
  },
  { names: ['Arte Sostenible'], country: 'ES', sector: Sector.PRIVATE },
  { names: ['Bank of Cyprus Cultural Foundation'], country: 'CY', sector: Sector.CIVIL_SOCIETY },
  { names: ['CYENS Centre of Excellence', 'CYENS', 'CYENS CoE'], country: 'CY', sector: Sector.PUBLIC },
  { names: ['ECTN'], country: 'BE', sector: Sector.CIVIL_SOCIETY },
  { names: ['Graz Museum'], country: 'AT', sector: Sector.PUBLIC },
  { names: ['Hellenic Committee of the Blue Shield', 'Blue Shield'], country: 'GR', sector: Sector.CIVIL_SOCIETY },
  { names: ['Materahub'], country: 'IT', sector: Sector.PRIVATE },
  { names: ['Museum of Cycladic Art'], country: 'GR', sector: Sector.CIVIL_SOCIETY },
  {
    names: ['University of Florence - MICC', 'MICC UNIFI', 'MICC - Media Integration and Communication Center - UNIFI'],
    country: 'IT',
    sector: Sector.PUBLIC,
  },
  { names: ['University of Graz'], country: 'AT', sector: Sector.PUBLIC },
  { names: ['University of Nicosia', 'University of Nicosia - School of Law'], country: 'CY', sector: Sector.PRIVATE },
];

const KNOWN = new Map(CONSORTIUM.flatMap((one) => one.names.map((name) => [fold(name), one] as const)));

/** What texts in English say for a country; places only where the lists leave the country out. */
const COUNTRY_NAMES: Readonly<Record<string, readonly string[]>> = {
  AL: ['Albania'],
  AT: ['Austria'],
  BA: ['Bosnia and Herzegovina', 'Bosnia'],
  BE: ['Belgium', 'Brussels'],
  BG: ['Bulgaria'],
  CH: ['Switzerland'],
  CY: ['Cyprus', 'Nicosia'],
  CZ: ['Czech Republic', 'Czechia'],
  DE: ['Germany', 'Frankfurt am Main'],
  DK: ['Denmark'],
  EE: ['Estonia'],
  ES: ['Spain', 'Barcelona', 'Granada'],
  FI: ['Finland'],
  FR: ['France'],
  GB: ['United Kingdom', 'UK', 'Scotland', 'England', 'Wales', 'Northern Ireland'],
  GE: ['Georgia'],
  GR: ['Greece', 'Hellenic', 'Athens', 'Ikaria'],
  HR: ['Croatia'],
  HU: ['Hungary'],
  IE: ['Ireland'],
  IS: ['Iceland'],
  IT: ['Italy', 'Florence'],
  LT: ['Lithuania'],
  LU: ['Luxembourg'],
  LV: ['Latvia'],
  MD: ['Moldova'],
  ME: ['Montenegro'],
  MK: ['North Macedonia'],
  MT: ['Malta'],
  NL: ['Netherlands'],
  NO: ['Norway'],
  PL: ['Poland'],
  PT: ['Portugal'],
  RO: ['Romania'],
  RS: ['Serbia'],
  SE: ['Sweden'],
  SI: ['Slovenia'],
  SK: ['Slovakia'],
  TR: ['Türkiye', 'Turkey'],
  UA: ['Ukraine'],
};

const CODES = new Map(
  Object.entries(COUNTRY_NAMES).flatMap(([code, names]) => names.map((name) => [fold(name), code] as const)),
);
// Longer names first, so that Northern Ireland is not taken for Ireland.
const MENTION = new RegExp(
  `(?<![a-z])(?:${[...CODES.keys()].sort((a, b) => b.length - a.length).join('|')})(?![a-z])`,
  'g',
);

/** The countries that a text names, as ISO 3166-1 codes, each once, in the order of their first mention. */
export function countriesIn(text: string): string[] {
  return [...new Set(Array.from(fold(text).matchAll(MENTION), ([name]) => CODES.get(name)!))];
}

/**
 * The name in a line such as `Archive of X (AoX), Town, Country`: what stands before the first comma outside quotation
 * marks, without its abbreviation, or the first of the names by which it is known. What follows are places, departments
 * and sometimes persons, who are left out.
 */
export function organisationName(line: string): string {
  let quoted = false;
  let end = 0;
  for (; end < line.length; end++) {
    if (line[end] === '"') quoted = !quoted;
    if (line[end] === ',' && !quoted) break;
  }
  const name = line
    .slice(0, end)
    .trim()
    .replace(/\s*(?:\/|and)\s*ReInHerit Consortium$/, '')
    // Two capitals make it an abbreviation; a single one would be a place, which tells organisations apart.
    .replace(/\s*\((?=\w*[A-Z]\w*[A-Z])\w{2,10}\)$/, '');
  return KNOWN.get(fold(name))?.names[0] ?? name;
}

/**
 * Where an organisation is at home: where its own line says, or else the first place of the practice, which begins at home.
 *
 * @returns ISO 3166-1 code; null when neither names a country
 */
export function countryOf(line: string, location: string): string | null {
  return KNOWN.get(fold(organisationName(line)))?.country ?? countriesIn(line)[0] ?? countriesIn(location)[0] ?? null;
}

const PRIVATE = /gmbh|ges\.m\.b\.h|\b(ltd|aps|s\.?r\.?l|company)\b/i;
const CIVIL_SOCIETY =
  /associat|foundation|network|committee|friends|cooperativ|society|consortium|centre for archival/i;

/** By its name; a museum, an authority or a university counts as public. */
export function sectorOf(name: string): Sector {
  const known = KNOWN.get(fold(name))?.sector;
  if (known !== undefined) return known;
  if (PRIVATE.test(name)) return Sector.PRIVATE;
  return CIVIL_SOCIETY.test(name) ? Sector.CIVIL_SOCIETY : Sector.PUBLIC;
}
