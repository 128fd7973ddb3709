import type { AdoptionSeed, LessonSeed, LinkSeed } from './seed-types.js';

const invented = { sources: [], provenance: 'ILLUSTRATIVE', documentation: 'COMPLETE' } as const;

/**
 * Lessons that rest on the invented experiences, one for each way that evidence can fall: from several organisations and
 * all for, for and against, from two, from a single one, and none at all.
 */
export const illustrativeLessons: readonly LessonSeed[] = [
  {
    ...invented,
    slug: 'illustration-aftal-udgangen-foerst',
    title: 'Illustration: Aftal, hvordan I går fra hinanden, før I går i gang',
    language: 'DA',
    context:
      'Opdigtet eksempel. Samarbejder, hvor en part driver noget, som de andre ikke kan undvære fra den ene dag til den anden.',
    cause:
      'Når en part holder op, er det for sent at blive enige om varsel, overdragelse og data, for så har parterne ikke længere det samme mål.',
    advice:
      'Skriv ned, hvor langt varslet er, hvem der overtager, og hvem der ejer data og udstyr. Tal om det på et af de første møder.',
    avoid: 'At gemme spørgsmålet, fordi det føles som mistillid.',
    organisation: 'illustration-eksempelby-bibliotek',
    recommendations: [5, 6],
    themes: ['agreements-and-organisation'],
    evidence: [
      {
        experience: 'illustration-kulturhavnen-aftalen',
        stance: 'SUPPORTS',
        note: 'Aftalen holdt, da vejlederen sagde op.',
      },
      {
        experience: 'illustration-job-cafe-partner-left',
        stance: 'SUPPORTS',
        note: 'Uden varsel og aftale om data måtte caféen lukke.',
      },
      {
        experience: 'illustration-job-cafe-set-fra-jobcentret',
        stance: 'SUPPORTS',
        note: 'Ingen havde aftalt, hvem der trådte til.',
      },
      {
        experience: 'illustration-faelles-koordinator',
        stance: 'SUPPORTS',
        note: 'Overtagelsen var aftalt, da fondens penge hørte op.',
      },
    ],
  },
  {
    ...invented,
    slug: 'illustration-put-small-collaborations-in-writing',
    title: 'Illustration: Put even small collaborations in writing',
    language: 'EN',
    context: 'Invented example. Collaborations between two or three parties with little money in them.',
    cause: 'What is not written down is remembered differently by each party, and staff change.',
    advice: 'Fill in one page together: who does what, who pays, until when.',
    avoid: 'Letting the paper grow until it takes longer than the thing it is about.',
    organisation: 'illustration-skitseholm-bibliotek',
    recommendations: [5],
    themes: ['agreements-and-organisation'],
    evidence: [
      {
        experience: 'illustration-da-vi-traadte-ud',
        stance: 'SUPPORTS',
        note: 'The schools remembered a promise that was never made.',
      },
      {
        experience: 'illustration-kulturhavnen-set-fra-foreningen',
        stance: 'SUPPORTS',
        note: 'The arguments over the café’s money stopped once the rule was on paper.',
      },
      {
        experience: 'illustration-reading-friends-on-a-handshake',
        stance: 'CONTRADICTS',
        note: 'A year without a paper, and none was missed.',
      },
      {
        experience: 'illustration-workshop-evenings',
        stance: 'CONTRADICTS',
        note: 'The extra evenings were settled over the phone and worked as well.',
      },
    ],
  },
  {
    ...invented,
    slug: 'illustration-share-a-coordinator',
    title: 'Illustration: Several small libraries need one person whose job it is',
    language: 'EN',
    context: 'Invented example. Programmes that run in several municipalities at once.',
    cause: 'What is everybody’s second task is the first to be dropped in a busy week.',
    advice: 'Employ one coordinator together, with a fixed weekday in each place and one of the managers to turn to.',
    avoid: 'Dividing the coordination into equal shares.',
    organisation: 'illustration-taenkevig-bibliotek',
    recommendations: [5, 8],
    themes: ['agreements-and-organisation', 'volunteering'],
    evidence: [
      { experience: 'illustration-faelles-koordinator', stance: 'SUPPORTS' },
      {
        experience: 'illustration-da-vi-traadte-ud',
        stance: 'SUPPORTS',
        note: 'It went well for as long as the coordinator came.',
      },
    ],
  },
  {
    ...invented,
    slug: 'illustration-laeg-moederne-naar-frivillige-kan',
    title: 'Illustration: Læg møderne, når de frivillige kan komme',
    language: 'DA',
    context: 'Opdigtet eksempel. Samarbejder mellem ansatte og frivillige, hvor begge skal være med til at bestemme.',
    cause: 'Møder i arbejdstiden er uden udgift for den ansatte og koster den frivillige en feriedag.',
    advice: 'Hold de møder, hvor der bliver besluttet noget, efter klokken 17, og giv de ansatte fri i stedet.',
    avoid: 'At beslutte om formiddagen og orientere om aftenen.',
    organisation: 'illustration-havnens-venner',
    recommendations: [6, 7],
    themes: ['volunteering'],
    evidence: [{ experience: 'illustration-kulturhavnen-set-fra-foreningen', stance: 'SUPPORTS' }],
  },
  {
    ...invented,
    slug: 'illustration-giv-partneren-en-plads-paa-ugemoedet',
    title: 'Illustration: Giv partneren en plads på bibliotekets ugemøde',
    language: 'DA',
    context:
      'Opdigtet eksempel. Partnere, der har deres daglige gang i bibliotekets hus. Et forslag, som ingen har prøvet af endnu.',
    cause: 'Mange misforståelser opstår, fordi partneren får at vide, hvad der sker i huset, efter at det er sket.',
    advice: 'Lad partneren have et fast punkt på ugemødet i et kvartal, og se, om spørgsmålene på gangen bliver færre.',
    avoid: 'At gøre det til pligt at komme.',
    organisation: 'illustration-modelkoebing-bibliotek',
    recommendations: [3],
    themes: ['agreements-and-organisation'],
    evidence: [],
  },
];

export const illustrativeLinks: readonly LinkSeed[] = [
  {
    from: 'illustration-job-cafe-set-fra-jobcentret',
    to: 'illustration-job-cafe-partner-left',
    relation: 'CONFIRMS',
    note: 'To parter fortæller om den samme afslutning.',
  },
  {
    from: 'illustration-reading-friends-on-a-handshake',
    to: 'illustration-da-vi-traadte-ud',
    relation: 'CONTRADICTS',
    note: 'The same programme, without a written agreement, with the opposite ending.',
  },
  {
    from: 'illustration-reading-friends-on-a-handshake',
    to: 'illustration-faelles-koordinator',
    relation: 'CONTINUES',
    note: 'What one of the libraries went on with when the coordinator had left.',
  },
  {
    from: 'illustration-kulturhavnen',
    to: 'illustration-laesevenner',
    relation: 'INSPIRED_BY',
    note: 'Reglen om, hvem der afgør hvad mellem møderne, er hentet hos læsevennerne.',
  },
  {
    from: 'illustration-laeg-moederne-naar-frivillige-kan',
    to: 'illustration-giv-partneren-en-plads-paa-ugemoedet',
    relation: 'RELATED',
    note: 'Begge handler om, hvornår og hvor en partner hører nyt.',
  },
];

export const illustrativeAdoptions: readonly AdoptionSeed[] = [
  {
    record: 'illustration-aftal-udgangen-foerst',
    organisation: 'illustration-skitseholm-bibliotek',
    taken: 'Varsel, overtagelse og ejerskab til data som faste punkter i alle nye aftaler.',
    adaptation: 'Kogt ned til tre linjer i en skabelon på én side.',
    outcome: 'SUCCESS',
    result:
      'En forening holdt op i foråret og gav to måneders varsel, som aftalt. Dens kursus fik en ny underviser i tide.',
    adoptedOn: '2023-09-01',
  },
  {
    record: 'illustration-kulturhavnen',
    organisation: 'illustration-modelkoebing-bibliotek',
    taken: 'En scene i biblioteket, som en forening driver om aftenen.',
    adaptation: 'Uden café og værksted, i et lokale på halvtreds kvadratmeter.',
    outcome: 'MIXED',
    result: 'Koncerterne er godt besøgt, men naboerne klager, og lokalet er for lille til mere.',
    adoptedOn: '2024-02-01',
  },
  {
    record: 'illustration-share-a-coordinator',
    organisation: 'illustration-proevestrup-bibliotek',
    taken: 'One coordinator for the homework cafés of two towns.',
    adaptation: 'Half a post instead of a whole one, and no funder.',
    outcome: null,
    adoptedOn: '2024-08-01',
  },
];
