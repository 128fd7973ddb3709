import type { BilingualText, FrameworkItemSeed, PotentialSeed, SourceSeed, ThemeSeed } from './seed-types.js';

/** Where the ideas and their order come from. The wording below is the platform's own. */
export const frameworkSource: SourceSeed = {
  title: 'Nye partnerskaber – nye muligheder',
  publisher: 'Arbejdsgruppen om nye partnerskaber, Udvalget om fremtidens folkebiblioteker i videnssamfundet',
  year: 2010,
};

/** The committee's report, to which the working group's slides were a contribution. */
export const frameworkReport: SourceSeed & { isbn: string } = {
  title: 'Folkebibliotekerne i vidensamfundet',
  publisher: 'Udvalget om folkebibliotekerne i vidensamfundet',
  year: 2010,
  isbn: '978-87-92057-91-4',
};

export const definition: { label: BilingualText; text: BilingualText } = {
  label: { da: 'Partnerskab', en: 'Partnership' },
  text: {
    da: 'Et partnerskab er et samarbejde, der bliver til noget håndgribeligt: Hver part lægger noget af sit eget i det, og parterne har skrevet ned, hvordan de arbejder sammen. Alle skal stå stærkere bagefter, og det skal kunne mærkes af dem, der bruger biblioteket.',
    en: 'A partnership is a collaboration that turns into something tangible: each party puts in something of its own, and the parties have written down how they work together. Everyone should come out of it stronger, and those who use the library should notice.',
  },
};

/** Why a library enters partnerships. */
export const rationales: readonly FrameworkItemSeed[] = [
  {
    number: 1,
    label: { da: 'Flere midler og ny kunnen', en: 'More means and new skills' },
    text: {
      da: 'Sammen med andre kan et bibliotek løfte opgaver, som dets egen økonomi og faglighed ikke rækker til.',
      en: 'Together with others, a library can take on work that its own budget and expertise would not stretch to.',
    },
  },
  {
    number: 2,
    label: { da: 'Netværk nær og fjern', en: 'Networks near and far' },
    text: {
      da: 'Hvert samarbejde åbner døre til nye kredse: i byen, i resten af landet og på den anden side af grænsen.',
      en: 'Each collaboration opens doors to new circles: in town, in the rest of the country and across the border.',
    },
  },
  {
    number: 3,
    label: { da: 'Tættere bånd til brugere og nærmiljø', en: 'Closer ties to users and community' },
    text: {
      da: 'Når biblioteket skaber noget sammen med dem, der bor og arbejder omkring det, lærer de hinanden at kende og får grund til at komme igen.',
      en: 'When a library makes something with those who live and work around it, they get to know each other and have a reason to come back.',
    },
  },
];

/** What each group can get out of a partnership. */
export const potentials: readonly PotentialSeed[] = [
  {
    number: 1,
    stakeholderGroup: 'USERS',
    label: { da: 'Brugerne', en: 'Users' },
    text: {
      da: 'Brugerne møder noget, som biblioteket ikke kunne have lavet alene, og som de ikke ventede at finde der.',
      en: 'Users meet something that the library could not have made alone, and that they did not expect to find there.',
    },
  },
  {
    number: 2,
    stakeholderGroup: 'LIBRARIES',
    label: { da: 'Bibliotekerne', en: 'Libraries' },
    text: {
      da: 'Biblioteket får fortalere, der taler dets sag, fordi de selv har del i det.',
      en: 'The library gains advocates who speak up for it because they have a share in it.',
    },
  },
  {
    number: 3,
    stakeholderGroup: 'BUSINESS',
    label: { da: 'Erhvervslivet', en: 'Business' },
    text: {
      da: 'Virksomheder kan prøve idéer af sammen med et bredt publikum, inden der står meget på spil.',
      en: 'Companies can try out ideas with a broad public before much is at stake.',
    },
  },
  {
    number: 4,
    stakeholderGroup: 'PUBLIC_PARTNERS',
    label: { da: 'Offentlige partnere', en: 'Public partners' },
    text: {
      da: 'Skoler, forvaltninger og institutioner får mere ud af de lokaler, timer og kroner, de har i forvejen.',
      en: 'Schools, administrations and institutions get more out of the rooms, hours and money they already have.',
    },
  },
  {
    number: 5,
    stakeholderGroup: 'CIVIL_SOCIETY',
    label: { da: 'Civilsamfundet', en: 'Civil society' },
    text: {
      da: 'Foreninger og frivillige kan trække på fagfolk, lokaler og udstyr, som de sjældent selv har råd til.',
      en: 'Associations and volunteers can draw on professionals, rooms and equipment that they can rarely afford themselves.',
    },
  },
];

/** The working group's ten recommendations to libraries, in its order and in the platform's own words. */
export const recommendations: readonly FrameworkItemSeed[] = [
  {
    number: 1,
    label: { da: 'Flere slags tilbud', en: 'A wider range of services' },
    text: {
      da: 'Brug partnerskaber til at få flere forskellige tilbud på hylden, så flere finder et, der passer til dem.',
      en: 'Use partnerships to offer more kinds of services, so that more people find one that suits them.',
    },
  },
  {
    number: 2,
    label: { da: 'Det første skridt', en: 'The first step' },
    text: {
      da: 'Vent ikke på at blive spurgt: Opsøg selv mulige partnere, og vis, hvad biblioteket kan være med til.',
      en: 'Do not wait to be asked: seek out possible partners, and show what the library can take part in.',
    },
  },
  {
    number: 3,
    label: { da: 'Partnerskaber som kerneopgave', en: 'Partnerships as core work' },
    text: {
      da: 'Lad det at indgå partnerskaber høre til hverdagens vigtigste opgaver og ikke være noget, der klares, når der er tid til overs.',
      en: 'Let partnering be among the most important everyday tasks, not something done when there is time to spare.',
    },
  },
  {
    number: 4,
    label: { da: 'Partnere, der udfordrer', en: 'Partners who challenge' },
    text: {
      da: 'Vælg også partnere, der sætter spørgsmålstegn ved, hvad et bibliotek er, og hvad dets medarbejdere skal kunne.',
      en: 'Also choose partners who question what a library is and what its staff need to be able to do.',
    },
  },
  {
    number: 5,
    label: { da: 'Varige og forpligtende samarbejder', en: 'Lasting, committed collaboration' },
    text: {
      da: 'Sats på samarbejder, der varer ved og er vævet ind i begge parters drift, og som ingen af dem har lyst til at undvære.',
      en: 'Invest in collaborations that last and are woven into the daily work of all parties, and that none of them would want to do without.',
    },
  },
  {
    number: 6,
    label: { da: 'Partnere fra alle sektorer', en: 'Partners from every sector' },
    text: {
      da: 'Tænk bredt: En myndighed, en virksomhed og en forening kan tilsammen noget, som tre af samme slags ikke kan.',
      en: 'Think broadly: an authority, a company and an association can together do what three of the same kind cannot.',
    },
  },
  {
    number: 7,
    label: { da: 'Nærhed til borgerne', en: 'Closeness to citizens' },
    text: {
      da: 'Indgå partnerskaber, som bringer bibliotek og borgere tættere på hinanden, også de borgere, der ikke kommer af sig selv.',
      en: 'Enter partnerships that bring library and citizens closer together, including citizens who do not come of their own accord.',
    },
  },
  {
    number: 8,
    label: { da: 'Nye idéer og delt viden', en: 'New ideas and shared knowledge' },
    text: {
      da: 'Indgå partnerskaber, hvor noget nyt bliver prøvet af, og hvor det lærte bliver givet videre til andre.',
      en: 'Enter partnerships in which something new is tried and what was learned is passed on.',
    },
  },
  {
    number: 9,
    label: {
      da: 'Nye steder for kultur, viden og oplevelser',
      en: 'New places for culture, knowledge and experiences',
    },
    text: {
      da: 'Indgå partnerskaber, der giver byen steder, den ikke havde før, hvor man kan opleve, lære og være med.',
      en: 'Enter partnerships that give the town places it did not have before, in which to experience, learn and take part.',
    },
  },
  {
    number: 10,
    label: { da: 'Digitale platforme i formidlingen', en: 'Digital platforms for reaching people' },
    text: {
      da: 'Find sammen med partnere ud af, hvad nye digitale platforme kan bruges til i formidlingen, og tag dem i brug.',
      en: 'Together with partners, find out how new digital platforms can bring content to people, and put them to use.',
    },
  },
];

/** What would help partnerships along. */
export const initiatives: readonly FrameworkItemSeed[] = [
  {
    number: 1,
    label: { da: 'Lyst og evne til partnerskaber', en: 'Will and ability to partner' },
    text: {
      da: 'Opbyg over en årrække både bibliotekernes lyst til at samarbejde og deres håndelag for det.',
      en: 'Over the years, build up both the libraries’ wish to collaborate and their knack for it.',
    },
  },
  {
    number: 2,
    label: { da: 'Kortlægning af partnerskaber', en: 'A survey of partnerships' },
    text: {
      da: 'Find ud af, hvilke partnerskaber bibliotekerne indgår i, hvem de er sammen med, og hvad der kommer ud af det.',
      en: 'Find out which partnerships libraries are in, who they are with, and what comes of it.',
    },
  },
  {
    number: 3,
    label: { da: 'Rammer for at dele viden', en: 'A setting for sharing knowledge' },
    text: {
      da: 'Gør det let at fortælle andre, hvad man har lært, og at bygge videre på det, som andre har prøvet.',
      en: 'Make it easy to tell others what one has learned, and to build on what others have tried.',
    },
  },
  {
    number: 4,
    label: { da: 'Redskaber, der binder indsatser sammen', en: 'Tools that connect initiatives' },
    text: {
      da: 'Lav redskaber, så en idé fra ét sted kan bruges et andet sted, hvad enten det er i nabobyen, i en anden region eller i udlandet.',
      en: 'Make tools by which an idea from one place can be used in another, whether in the next town, another region or abroad.',
    },
  },
  {
    number: 5,
    label: { da: 'Politisk opbakning', en: 'Political backing' },
    text: {
      da: 'Gør det at stifte partnerskaber til et politisk mål, som der også følger penge med til, for eksempel fra statens udviklingsmidler til biblioteker.',
      en: 'Make founding partnerships a political aim that comes with money, for instance from the state’s development funds for libraries.',
    },
  },
];

/** What records are about, as facets to find them by. */
export const themes: readonly ThemeSeed[] = [
  { slug: 'careers-and-jobs', label: { da: 'Karriere og job', en: 'Careers and jobs' } },
  { slug: 'children', label: { da: 'Børn', en: 'Children' } },
  { slug: 'young-people', label: { da: 'Unge', en: 'Young people' } },
  { slug: 'older-people', label: { da: 'Ældre', en: 'Older people' } },
  { slug: 'reading', label: { da: 'Læsning og litteratur', en: 'Reading and literature' } },
  { slug: 'film-and-media', label: { da: 'Film og medier', en: 'Film and media' } },
  { slug: 'music-and-performing-arts', label: { da: 'Musik og scenekunst', en: 'Music and performing arts' } },
  { slug: 'digital-platforms', label: { da: 'Digitale platforme', en: 'Digital platforms' } },
  { slug: 'digital-inclusion', label: { da: 'Digital inklusion', en: 'Digital inclusion' } },
  { slug: 'makerspaces', label: { da: 'Åbne værksteder', en: 'Makerspaces' } },
  { slug: 'culture-spaces', label: { da: 'Kulturrum', en: 'Culture spaces' } },
  { slug: 'learning-and-schools', label: { da: 'Læring og skoler', en: 'Learning and schools' } },
  { slug: 'civic-participation', label: { da: 'Medborgerskab', en: 'Civic participation' } },
  { slug: 'volunteering', label: { da: 'Frivillighed', en: 'Volunteering' } },
  { slug: 'integration-and-language', label: { da: 'Integration og sprog', en: 'Integration and language' } },
  { slug: 'local-history', label: { da: 'Lokalhistorie', en: 'Local history' } },
  { slug: 'health-and-wellbeing', label: { da: 'Sundhed og trivsel', en: 'Health and wellbeing' } },
  { slug: 'agreements-and-organisation', label: { da: 'Aftaler og organisering', en: 'Agreements and organisation' } },
];
