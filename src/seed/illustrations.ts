import type { CaseStudySeed } from './seed-types.js';

/**
 * Invented partnerships that show a newcomer what a told case looks like. Each says so in its title and in the first
 * sentence of its summary. No real library or company has a part in them.
 */
export const illustrativeCaseStudies: readonly CaseStudySeed[] = [
  {
    slug: 'illustration-kulturhavnen',
    title: 'Illustration: Kulturhavnen i Eksempelby',
    language: 'DA',
    summary:
      'Opdigtet eksempel. Bibliotek, forening og virksomhed driver sammen et kulturrum med udlån, scene og åbent værksted i et tidligere havnepakhus.',
    description: `Da pakhuset på havnen stod tomt, gik Eksempelby Bibliotek, Foreningen Havnens Venner og Værksted Nulpunkt sammen om at gøre det til ét sted med tre indgange: bøger og studiepladser i stueetagen, scene og café i midten og et værksted med 3d-printere og symaskiner øverst.

Parterne brugte fire måneder på en skriftlig aftale, før de åbnede. Den siger blandt andet, hvem der bestemmer hvad til daglig, hvordan pengene fra caféen deles, og hvordan en part kan trække sig ud, uden at huset må lukke. Aftalen bliver gennemgået hvert forår.`,
    kind: 'HYBRID_CULTURE_ARENA',
    scope: 'LOCAL',
    state: 'ACTIVE',
    startedOn: '2022-09-01',
    organisation: 'illustration-eksempelby-bibliotek',
    parties: [
      {
        organisation: 'illustration-eksempelby-bibliotek',
        role: 'LEAD',
        contributions: [
          { kind: 'STAFF', description: 'To medarbejdere i huset alle hverdage og en programansvarlig på halv tid.' },
          { kind: 'VENUE', description: 'Pakhuset, som kommunen stiller til rådighed gennem biblioteket.' },
          { kind: 'MONEY', description: 'Husets drift, hvert år.', amount: 350_000, currency: 'DKK' },
        ],
      },
      {
        organisation: 'illustration-havnens-venner',
        role: 'PARTNER',
        contributions: [
          { kind: 'STAFF', description: 'Omkring tredive frivillige, der driver scene og café om aftenen.' },
          { kind: 'NETWORK', description: 'Kontakt til byens musikere, kor og amatørteatre.' },
        ],
      },
      {
        organisation: 'illustration-vaerksted-nulpunkt',
        role: 'PARTNER',
        contributions: [
          { kind: 'TECHNOLOGY', description: 'Maskiner til værkstedet og service på dem.' },
          { kind: 'EXPERTISE', description: 'En vejleder i værkstedet to aftener om ugen.' },
        ],
      },
    ],
    rulesOfPlay: [
      {
        topic: 'GOALS',
        text: 'Huset skal bruges af folk, der ikke i forvejen kommer på biblioteket. Det måles hvert år.',
      },
      {
        topic: 'ROLES',
        text: 'Hver part har sin etage og sin faste kontaktperson. Biblioteket har nøglerne og sikkerheden.',
      },
      {
        topic: 'DECISIONS',
        text: 'Hverdagens spørgsmål afgøres af den, de vedrører. Program og penge afgøres på et fælles møde hver anden uge.',
      },
      {
        topic: 'ECONOMY',
        text: 'Overskuddet fra caféen går til programmet. Maskinerne bliver ved med at være virksomhedens.',
      },
      { topic: 'COMMUNICATION', text: 'Alle tre navne står på det, der bliver trykt og lagt ud, i samme størrelse.' },
      {
        topic: 'EVALUATION',
        text: 'Aftalen bliver gennemgået hvert forår, og ændringer bliver skrevet ind med det samme.',
      },
      { topic: 'EXIT', text: 'En part kan gå med seks måneders varsel og skal i den tid lære sin afløser op.' },
    ],
    benefits: [
      { group: 'USERS', description: 'Man kan låne en bog, høre et kor og lappe sin jakke på samme aften.' },
      { group: 'LIBRARIES', description: 'Omkring hver tredje gæst kom ikke på biblioteket før.' },
      {
        group: 'BUSINESS',
        description: 'Værkstedet ser sine maskiner brugt af begyndere og retter på både kurser og udstyr.',
      },
      {
        group: 'CIVIL_SOCIETY',
        description: 'Foreningen har fået en scene med lys, lyd og en, der tager telefonen om dagen.',
      },
    ],
    funding: [{ pool: 'Eksempelpuljen (opdigtet)', amount: 600_000, currency: 'DKK', year: 2022 }],
    rationales: [1, 3],
    recommendations: [1, 5, 6, 9],
    themes: ['culture-spaces', 'makerspaces', 'volunteering'],
    sources: [],
    provenance: 'ILLUSTRATIVE',
    documentation: 'COMPLETE',
  },
  {
    slug: 'illustration-job-cafe',
    title: 'Illustration: The job café that closed after ten months',
    language: 'EN',
    summary:
      'Invented example. A library, a job centre and a recruitment company ran a job café together until one of them left and nobody knew what happened next.',
    description: `Prøvestrup Library, the town's job centre and the company Springbræt Rekruttering opened a job café in the library: two afternoons a week with coffee, advice and help with applications, and appointments booked through the company's website.

The parties had agreed in writing on goals and roles, but not on money beyond the first year, on who owned the bookings, or on how to part. When the company closed its local office, the booking site went with it, and with it the list of everybody who had an appointment. The job centre could not take over at short notice, and the café closed after ten months.`,
    kind: 'SERVICE',
    scope: 'LOCAL',
    state: 'ENDED_EARLY',
    startedOn: '2023-01-09',
    endedOn: '2023-11-10',
    organisation: 'illustration-proevestrup-bibliotek',
    parties: [
      {
        organisation: 'illustration-proevestrup-bibliotek',
        role: 'LEAD',
        contributions: [
          { kind: 'VENUE', description: 'A room beside the newspapers, two afternoons a week.' },
          { kind: 'AUDIENCE', description: 'Visitors who would not have gone to the job centre on their own.' },
        ],
      },
      {
        organisation: 'illustration-proevestrup-jobcenter',
        role: 'PARTNER',
        contributions: [
          { kind: 'STAFF', description: 'One adviser each afternoon.' },
          { kind: 'MONEY', description: 'Coffee, printing and advertisements.', amount: 40_000, currency: 'DKK' },
        ],
      },
      {
        organisation: 'illustration-springbraet-rekruttering',
        role: 'PARTNER',
        contributions: [
          { kind: 'EXPERTISE', description: 'A recruiter who read applications with their writers.' },
          { kind: 'TECHNOLOGY', description: 'The booking site.' },
        ],
      },
    ],
    rulesOfPlay: [
      { topic: 'GOALS', text: 'Twenty visitors a week, half of them people whom the job centre had not met before.' },
      {
        topic: 'ROLES',
        text: 'The library hosts, the job centre advises, the company reads applications and runs the bookings.',
      },
    ],
    benefits: [
      {
        group: 'USERS',
        description: 'While it lasted: a person who read your application, without an appointment at an office.',
      },
      { group: 'PUBLIC_PARTNERS', description: 'The job centre met young people who had turned down its letters.' },
      { group: 'BUSINESS', description: 'The company found six candidates for its own customers.' },
    ],
    funding: [],
    rationales: [1, 3],
    recommendations: [1, 6, 7],
    themes: ['careers-and-jobs', 'young-people'],
    sources: [],
    provenance: 'ILLUSTRATIVE',
    documentation: 'COMPLETE',
  },
  {
    slug: 'illustration-laesevenner',
    title: 'Illustration: Læsevenner i tre kommuner',
    language: 'DA',
    summary:
      'Opdigtet eksempel. Tre biblioteker og en fond uddannede frivillige, der læste højt med børn på børnenes egne skoler.',
    description: `Tænkevig, Modelkøbing og Skitseholm er små kommuner, der hver for sig havde for få frivillige til at holde en ordning i gang. Sammen ansatte de en koordinator, som Eksempelfonden betalte halvdelen af, og lavede ét kursus for alle.

Efter to skoleår hørte fondens penge op. To af bibliotekerne er gået videre i en mindre udgave, det tredje er trådt ud.`,
    kind: 'PROGRAMME',
    scope: 'REGIONAL',
    state: 'COMPLETED',
    startedOn: '2021-08-15',
    endedOn: '2023-06-23',
    organisation: 'illustration-taenkevig-bibliotek',
    parties: [
      {
        organisation: 'illustration-taenkevig-bibliotek',
        role: 'LEAD',
        contributions: [
          { kind: 'STAFF', description: 'Koordinatorens ansættelse, kontor og daglige sparring.' },
          { kind: 'MONEY', description: 'En sjettedel af koordinatorens løn.', amount: 80_000, currency: 'DKK' },
        ],
      },
      {
        organisation: 'illustration-modelkoebing-bibliotek',
        role: 'PARTNER',
        contributions: [
          { kind: 'CONTENT', description: 'Bogkasser, der skiftede hver sjette uge.' },
          { kind: 'MONEY', description: 'En sjettedel af koordinatorens løn.', amount: 80_000, currency: 'DKK' },
        ],
      },
      {
        organisation: 'illustration-skitseholm-bibliotek',
        role: 'PARTNER',
        contributions: [
          { kind: 'EXPERTISE', description: 'Kurset i højtlæsning, holdt tre gange om året.' },
          { kind: 'MONEY', description: 'En sjettedel af koordinatorens løn.', amount: 80_000, currency: 'DKK' },
        ],
      },
      {
        organisation: 'illustration-eksempelfonden',
        role: 'FUNDER',
        contributions: [
          { kind: 'MONEY', description: 'Halvdelen af koordinatorens løn i to år.', amount: 240_000, currency: 'DKK' },
        ],
      },
    ],
    rulesOfPlay: [
      { topic: 'ROLES', text: 'Koordinatoren er ansat ét sted, men arbejder en fast ugedag i hver kommune.' },
      {
        topic: 'DECISIONS',
        text: 'Tre ledere mødes hver måned. Er de uenige, afgør koordinatoren, hvad der sker indtil næste møde.',
      },
      { topic: 'ECONOMY', text: 'De tre kommuner betaler lige meget, uanset hvor mange børn der er med.' },
      { topic: 'RIGHTS', text: 'Kursusmaterialet må bruges frit af alle parter, også efter at programmet er slut.' },
    ],
    benefits: [
      { group: 'USERS', description: 'Børnene fik en voksen, der havde tid til dem og en bog en time om ugen.' },
      { group: 'LIBRARIES', description: 'Tre små biblioteker fik en ordning, som ingen af dem kunne bære alene.' },
      { group: 'PUBLIC_PARTNERS', description: 'Skolerne fik læsetræning, som de ikke selv skulle skaffe folk til.' },
    ],
    funding: [{ pool: 'Eksempelfondens læsepulje (opdigtet)', amount: 240_000, currency: 'DKK', year: 2021 }],
    rationales: [1, 2],
    recommendations: [1, 5, 8],
    themes: ['children', 'reading', 'volunteering', 'learning-and-schools'],
    sources: [],
    provenance: 'ILLUSTRATIVE',
    documentation: 'COMPLETE',
  },
];
