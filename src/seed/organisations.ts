import type { PartnerSeed } from './seed-types.js';

/** Answers for the records that come with the platform, so that nobody else is made to. */
export const editorsKey = 'medspil';

/** Partners that exist. Libraries are in libraries.ts and are referred to by ISIL. */
export const partners: readonly PartnerSeed[] = [
  { key: editorsKey, name: 'Medspil, redaktionen', sector: 'CIVIL_SOCIETY', country: 'DK' },
  { key: 'dr', name: 'DR', sector: 'PUBLIC', country: 'DK', url: 'https://www.dr.dk', cvr: '62786515' },
  { key: 'zentropa', name: 'Zentropa', sector: 'PRIVATE', country: 'DK', url: 'https://zentropa.dk' },
];

/**
 * Invented organisations, for the illustrations only. The libraries among them are partners of the public sector, because
 * an ISIL is given by an agency and none can be made up.
 */
export const illustrativePartners: readonly PartnerSeed[] = [
  {
    key: 'illustration-eksempelby-bibliotek',
    name: 'Eksempelby Bibliotek (illustration)',
    sector: 'PUBLIC',
    country: 'DK',
  },
  {
    key: 'illustration-proevestrup-bibliotek',
    name: 'Prøvestrup Bibliotek (illustration)',
    sector: 'PUBLIC',
    country: 'DK',
  },
  {
    key: 'illustration-taenkevig-bibliotek',
    name: 'Tænkevig Bibliotek (illustration)',
    sector: 'PUBLIC',
    country: 'DK',
  },
  {
    key: 'illustration-modelkoebing-bibliotek',
    name: 'Modelkøbing Bibliotek (illustration)',
    sector: 'PUBLIC',
    country: 'DK',
  },
  {
    key: 'illustration-skitseholm-bibliotek',
    name: 'Skitseholm Bibliotek (illustration)',
    sector: 'PUBLIC',
    country: 'DK',
  },
  {
    key: 'illustration-proevestrup-jobcenter',
    name: 'Prøvestrup Jobcenter (illustration)',
    sector: 'PUBLIC',
    country: 'DK',
  },
  {
    key: 'illustration-havnens-venner',
    name: 'Foreningen Havnens Venner i Eksempelby (illustration)',
    sector: 'CIVIL_SOCIETY',
    country: 'DK',
  },
  {
    key: 'illustration-vaerksted-nulpunkt',
    name: 'Værksted Nulpunkt ApS (illustration)',
    sector: 'PRIVATE',
    country: 'DK',
  },
  {
    key: 'illustration-springbraet-rekruttering',
    name: 'Springbræt Rekruttering A/S (illustration)',
    sector: 'PRIVATE',
    country: 'DK',
  },
  {
    key: 'illustration-eksempelfonden',
    name: 'Eksempelfonden (illustration)',
    sector: 'CIVIL_SOCIETY',
    country: 'DK',
  },
];
