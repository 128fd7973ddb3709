import { frameworkSource } from './framework.js';
import { editorsKey } from './organisations.js';
import type { CaseStudySeed, SourceSeed } from './seed-types.js';

const slides: SourceSeed = { ...frameworkSource, page: 'dias 5, »Konkrete eksempler«' };

const copenhagen = 'DK-710100';
const aarhus = 'DK-775100';
const odense = 'DK-746100';
const aalborg = 'DK-785100';

/**
 * The partnerships that the working group named as examples. They hold what the sources say and nothing else: where a
 * list is empty or a value absent, no source was found. All parties are plain partners, since none is named as the lead.
 */
export const caseStudies: readonly CaseStudySeed[] = [
  {
    slug: 'karrierebiblioteket',
    title: 'Karrierebiblioteket',
    language: 'DA',
    summary:
      'Et samarbejde på Nørrebro Bibliotek i København, som arbejdsgruppen om nye partnerskaber nævnte som eksempel i januar 2010.',
    description: `Hvad vi ved: Arbejdsgruppen om nye partnerskaber nævner i sine dias fra januar 2010 Karrierebiblioteket på Nørrebro Bibliotek blandt sine eksempler på partnerskaber. Nørrebro Bibliotek er en afdeling af Københavns Biblioteker, som derfor står som part.

Hvad vi ikke ved: Diasene siger kun navn og sted. Hvem biblioteket arbejdede sammen med, hvad parterne bidrog med og aftalte, hvornår det begyndte, om det stadig findes, og hvad der kom ud af det, har vi ikke fundet nogen kilde til. Temaet er udledt af navnet og omfanget af stedet.

Har du kilder eller selv været med, kan du skrive casen færdig.`,
    kind: 'OTHER',
    scope: 'LOCAL',
    state: null,
    municipalityCode: '0101',
    organisation: editorsKey,
    parties: [{ organisation: copenhagen, role: 'PARTNER', contributions: [] }],
    rulesOfPlay: [],
    benefits: [],
    funding: [],
    rationales: [],
    recommendations: [],
    themes: ['careers-and-jobs'],
    sources: [slides],
    provenance: 'DOCUMENTED',
    documentation: 'INCOMPLETE',
  },
  {
    slug: 'ramasjang',
    title: 'Ramasjang',
    language: 'DA',
    summary:
      'Et samarbejde mellem DR og børnebiblioteket i Aalborg. Ifølge en overskrift fra 2009 sendte DR Ramasjang direkte fjernsyn fra byens biblioteker.',
    description: `Hvad vi ved: Arbejdsgruppen om nye partnerskaber nævner i sine dias fra januar 2010 Ramasjang, et samarbejde mellem DR og børnebiblioteket i Aalborg, blandt sine eksempler på partnerskaber. En overskrift i Bibliotek og Medier 3/2009, side 22, fortæller, at DR Ramasjang sendte direkte fjernsyn fra Aalborgs biblioteker.

Hvad vi ikke ved: Vi har kun overskriften og ikke selve artiklen. Hvad hver part bidrog med, hvad de aftalte, hvornår der blev sendt, om samarbejdet fortsatte, og hvad det gav børnene, biblioteket og DR, har vi ikke fundet nogen kilde til. At casen er sat til at være en landsdækkende begivenhed, er redaktionens skøn ud fra overskriften.

Har du kilder eller selv været med, kan du skrive casen færdig.`,
    kind: 'EVENT',
    scope: 'NATIONAL',
    state: null,
    municipalityCode: '0851',
    organisation: editorsKey,
    parties: [
      { organisation: 'dr', role: 'PARTNER', contributions: [] },
      { organisation: aalborg, role: 'PARTNER', contributions: [] },
    ],
    rulesOfPlay: [],
    benefits: [],
    funding: [],
    rationales: [],
    recommendations: [],
    themes: ['children', 'film-and-media'],
    sources: [slides, { title: 'Bibliotek og Medier, nr. 3/2009', year: 2009, page: '22' }],
    provenance: 'DOCUMENTED',
    documentation: 'INCOMPLETE',
  },
  {
    slug: 'limboland',
    title: 'Limboland',
    language: 'DA',
    summary:
      'Et samarbejde mellem filmselskabet Zentropa og bibliotekerne i tre byer. Filmen af samme navn fra 2010 fulgte en række workshopper for unge.',
    description: `Hvad vi ved: Arbejdsgruppen om nye partnerskaber nævner i sine dias fra januar 2010 Limboland blandt sine eksempler på partnerskaber, med Zentropa og bibliotekerne i Aarhus, Odense og København som parter. Filmcentralen (Det Danske Filminstitut) fortæller om filmen Limboland fra 2010: Den varer 65 minutter, er instrueret af Jeremy Weller og produceret hos Zentropa. Filmen fulgte workshopper, hvor omkring hundrede unge over halvandet år blev til otte, og den fik i 2011 en Robert som årets lange fiktion.

Hvad vi ikke ved: Kun diasene fortæller, at bibliotekerne var med. Hvad de lavede, hvad hver part bidrog med og aftalte, hvornår samarbejdet begyndte og sluttede, og hvad det gav bibliotekerne, har vi ikke fundet nogen kilde til. At casen er sat til at være afsluttet, bygger på, at filmen blev færdig.

Har du kilder eller selv været med, kan du skrive casen færdig.`,
    kind: 'PROJECT',
    scope: 'NATIONAL',
    state: 'COMPLETED',
    organisation: editorsKey,
    parties: [
      { organisation: 'zentropa', role: 'PARTNER', contributions: [] },
      { organisation: aarhus, role: 'PARTNER', contributions: [] },
      { organisation: odense, role: 'PARTNER', contributions: [] },
      { organisation: copenhagen, role: 'PARTNER', contributions: [] },
    ],
    rulesOfPlay: [],
    benefits: [],
    funding: [],
    rationales: [],
    // The parties alone show this one: public libraries together with a private company.
    recommendations: [6],
    themes: ['young-people', 'film-and-media'],
    sources: [
      slides,
      { title: 'Limboland', publisher: 'Filmcentralen, Det Danske Filminstitut', url: 'https://www.dfi.dk' },
    ],
    provenance: 'DOCUMENTED',
    documentation: 'INCOMPLETE',
  },
];
