/** The terms that no common vocabulary has, in Danish and in English. */
import type { PageLanguage } from './html.js';

/** What a term is called, and what it means. */
export type TermWording = Readonly<Record<PageLanguage, readonly [string, string]>>;

export interface OwnTerm {
  readonly wording: TermWording;
  /** The wider terms of common vocabularies, with their prefixes. */
  readonly wider?: readonly string[];
  /** Of a property: the class of its values, with its prefix. */
  readonly range?: string;
}

function term(
  da: readonly [string, string],
  en: readonly [string, string],
  { wider, range }: Omit<OwnTerm, 'wording'> = {},
): OwnTerm {
  return { wording: { da, en }, ...(wider === undefined ? {} : { wider }), ...(range === undefined ? {} : { range }) };
}

export const OWN_CLASSES: Readonly<Record<string, OwnTerm>> = {
  CaseStudy: term(['Case', 'Fortællingen om ét partnerskab.'], ['Case study', 'The story of one partnership.'], {
    wider: ['schema:Article'],
  }),
  Experience: term(
    ['Erfaring', 'Hvad ét bibliotek eller én partner har oplevet i et partnerskab.'],
    ['Experience', 'What one library or partner lived through in a partnership.'],
    { wider: ['schema:Article'] },
  ),
  Lesson: term(
    ['Læring', 'Hvad man kan lære; den bygger på erfaringer, der støtter eller modsiger den.'],
    ['Lesson', 'What can be learned; it rests on experiences that support or contradict it.'],
    { wider: ['schema:Article'] },
  ),
  Partnership: term(
    ['Partnerskab', 'Det, som parterne gør sammen; casen er teksten om det.'],
    ['Partnership', 'What the parties do together; the case study is the text about it.'],
    { wider: ['prov:Activity'] },
  ),
  Party: term(
    ['Part', 'En organisations plads i et partnerskab: dens rolle, og hvad den bidrager med.'],
    ['Party', 'The place of an organisation in a partnership: its role and what it brings.'],
    { wider: ['prov:Association'] },
  ),
  Contribution: term(
    ['Bidrag', 'Noget, som en part bringer ind i et partnerskab.'],
    ['Contribution', 'Something that a party brings into a partnership.'],
  ),
  RuleOfPlay: term(
    ['Spilleregel', 'Noget, som parterne har aftalt på skrift.'],
    ['Rule of play', 'Something that the parties agreed on in writing.'],
  ),
  Benefit: term(
    ['Udbytte', 'Hvad én gruppe får ud af et partnerskab.'],
    ['Benefit', 'What one group gains from a partnership.'],
  ),
  Evidence: term(
    ['Vidnesbyrd', 'At en erfaring støtter eller modsiger en læring.'],
    ['Evidence', 'That an experience supports or contradicts a lesson.'],
  ),
  Link: term(
    ['Forbindelse', 'En forbindelse mellem to tekster i videnbasen, med sin art og en note.'],
    ['Link', 'A link between two records, with its kind and a note.'],
  ),
  Adoption: term(
    ['Brug', 'At en organisation har brugt, hvad andre har lært.'],
    ['Adoption', 'That an organisation used what others learned.'],
    { wider: ['prov:Activity'] },
  ),
};

export const OWN_PROPERTIES: Readonly<Record<string, OwnTerm>> = {
  recommendation: term(
    ['anbefaling', 'En anbefaling i rammen, som teksten angår.'],
    ['recommendation', 'A recommendation of the framework that the record bears on.'],
    { wider: ['dcterms:subject'], range: 'skos:Concept' },
  ),
  provenance: term(['herkomst', 'Hvor indholdet kommer fra.'], ['provenance', 'Where the content comes from.'], {
    range: 'skos:Concept',
  }),
  documentation: term(
    ['dokumentation', 'Om historien er kendt i sin helhed.'],
    ['documentation', 'Whether the story is known as a whole.'],
    { range: 'skos:Concept' },
  ),
  caseStudyKind: term(['form', 'Partnerskabets form.'], ['form', 'What form the partnership has.'], {
    range: 'skos:Concept',
  }),
  scope: term(['rækkevidde', 'Hvor langt partnerskabet når.'], ['scope', 'How far the partnership reaches.'], {
    range: 'skos:Concept',
  }),
  state: term(['tilstand', 'Hvor langt partnerskabet er kommet.'], ['state', 'How far the partnership has come.'], {
    range: 'skos:Concept',
  }),
  rationale: term(
    ['begrundelse', 'En begrundelse i rammen, som partnerskabet svarer til.'],
    ['rationale', 'A rationale of the framework that the partnership answers to.'],
    { range: 'skos:Concept' },
  ),
  contribution: term(['bidrag', 'Hvad parten bidrager med.'], ['contribution', 'What the party brings.'], {
    range: 'medspil:Contribution',
  }),
  contributionKind: term(
    ['bidragets art', 'Hvilken slags ressource det er.'],
    ['contribution kind', 'What kind of resource it is.'],
    { range: 'skos:Concept' },
  ),
  ruleOfPlay: term(
    ['spilleregel', 'Noget, som parterne har aftalt på skrift.'],
    ['rule of play', 'Something that the parties agreed on in writing.'],
    { range: 'medspil:RuleOfPlay' },
  ),
  topic: term(['emne', 'Hvad spillereglen handler om.'], ['topic', 'What the rule of play is about.'], {
    range: 'skos:Concept',
  }),
  benefit: term(
    ['udbytte', 'Hvad en gruppe får ud af partnerskabet.'],
    ['benefit', 'What a group gains from the partnership.'],
    { range: 'medspil:Benefit' },
  ),
  stakeholderGroup: term(['gruppe', 'Hvem der får noget ud af det.'], ['stakeholder group', 'Who gains.'], {
    range: 'skos:Concept',
  }),
  caseStudy: term(
    ['case', 'Casen, som erfaringen er fra.'],
    ['case study', 'The case in which the experience was made.'],
    { wider: ['dcterms:relation'], range: 'medspil:CaseStudy' },
  ),
  phase: term(
    ['fase', 'Hvor i partnerskabets liv erfaringen blev gjort.'],
    ['phase', 'Where in the life of the partnership the experience was made.'],
    { range: 'skos:Concept' },
  ),
  outcome: term(['udfald', 'Hvordan det gik.'], ['outcome', 'How it went.'], { range: 'skos:Concept' }),
  purpose: term(['formål', 'Hvad formålet var. Markdown.'], ['purpose', 'What the purpose was. Markdown.']),
  experienced: term(['oplevet', 'Hvad man oplevede. Markdown.'], ['experienced', 'What was experienced. Markdown.']),
  challenges: term(
    ['udfordringer', 'Hvad de største udfordringer var. Markdown.'],
    ['challenges', 'What the biggest challenges were. Markdown.'],
  ),
  barriers: term(
    ['barrierer', 'Hvilke organisatoriske barrierer der var. Markdown.'],
    ['barriers', 'Which organisational barriers there were. Markdown.'],
  ),
  gain: term(
    ['gevinst', 'Hvad der konkret kom ud af det. Markdown.'],
    ['gain', 'What was concretely gained. Markdown.'],
  ),
  context: term(
    ['sammenhæng', 'Hvor og hvornår læringen gælder. Markdown.'],
    ['context', 'Where and when the lesson holds. Markdown.'],
  ),
  cause: term(['årsag', 'Hvorfor det er sådan. Markdown.'], ['cause', 'Why it is so. Markdown.']),
  advice: term(['råd', 'Hvad man skal gøre. Markdown.'], ['advice', 'What to do. Markdown.']),
  avoid: term(['undgå', 'Hvad man ikke skal gøre. Markdown.'], ['avoid', 'What not to do. Markdown.']),
  supportedBy: term(
    ['støttes af', 'En erfaring, hvor det gik, som læringen siger.'],
    ['supported by', 'An experience in which it went as the lesson says.'],
    { wider: ['prov:wasDerivedFrom'], range: 'medspil:Experience' },
  ),
  contradictedBy: term(
    ['modsiges af', 'En erfaring, hvor det gik anderledes, end læringen siger.'],
    ['contradicted by', 'An experience in which it went otherwise than the lesson says.'],
    { wider: ['dcterms:relation'], range: 'medspil:Experience' },
  ),
  evidence: term(
    ['vidnesbyrd', 'Hvad læringen hviler på, med noter.'],
    ['evidence', 'What the lesson rests on, with notes.'],
    { range: 'medspil:Evidence' },
  ),
  experience: term(['erfaring', 'Erfaringen, der vidner.'], ['experience', 'The experience that bears witness.'], {
    range: 'medspil:Experience',
  }),
  stance: term(
    ['holdning', 'Hvad erfaringen siger om læringen.'],
    ['stance', 'What the experience says about the lesson.'],
    { range: 'skos:Concept' },
  ),
  link: term(
    ['forbindelse', 'En forbindelse, som teksten er den ene ende af.'],
    ['link', 'A link that the record is one end of.'],
    {
      range: 'medspil:Link',
    },
  ),
  from: term(['fra', 'Hvor forbindelsen begynder.'], ['from', 'Where the link starts.']),
  to: term(['til', 'Hvor forbindelsen ender.'], ['to', 'Where the link ends.']),
  relation: term(
    ['forbindelsens art', 'Hvordan den første tekst forholder sig til den anden.'],
    ['relation', 'How the record at which the link starts relates to the other.'],
    { range: 'skos:Concept' },
  ),
  inspiredBy: term(['inspireret af', 'Idéen kom fra den anden.'], ['inspired by', 'The idea came from the other.'], {
    wider: ['prov:wasInfluencedBy'],
  }),
  continues: term(['fortsætter', 'Går videre, hvor den anden slap.'], ['continues', 'Goes on where the other ended.'], {
    wider: ['dcterms:relation'],
  }),
  replicates: term(['gentager', 'Gør det samme som den anden.'], ['replicates', 'Does again what the other did.'], {
    wider: ['dcterms:relation'],
  }),
  confirms: term(['bekræfter', 'Viser det samme som den anden.'], ['confirms', 'Shows the same as the other.'], {
    wider: ['dcterms:relation'],
  }),
  contradicts: term(
    ['modsiger', 'Viser det modsatte af den anden.'],
    ['contradicts', 'Shows the opposite of the other.'],
    { wider: ['dcterms:relation'] },
  ),
  adoption: term(
    ['brug', 'At en organisation har brugt det, der står her.'],
    ['adoption', 'That an organisation used what the record tells.'],
    { range: 'medspil:Adoption' },
  ),
  taken: term(['taget', 'Hvad organisationen har taget.'], ['taken', 'What the organisation took.']),
  adaptation: term(['tilpasning', 'Hvordan den har tilpasset det.'], ['adaptation', 'How it adapted that.']),
  result: term(['resultat', 'Hvad der kom ud af det.'], ['result', 'What came of it.']),
  isil: term(
    ['ISIL', 'Bibliotekets internationale kode, ISO 15511.'],
    ['ISIL', 'The international code of the library, ISO 15511.'],
    { wider: ['dcterms:identifier'] },
  ),
  agencyId: term(
    ['biblioteksnummer', 'Bibliotekets danske nummer.'],
    ['agency number', 'The Danish number of the library.'],
    { wider: ['dcterms:identifier'] },
  ),
  cvr: term(
    ['CVR-nummer', 'Organisationens nummer i det danske virksomhedsregister.'],
    ['CVR number', 'The number of the organisation in the Danish business register.'],
    { wider: ['dcterms:identifier'] },
  ),
  sector: term(
    ['sektor', 'Den del af samfundet, som organisationen hører til.'],
    ['sector', 'The part of society that the organisation belongs to.'],
    { range: 'skos:Concept' },
  ),
};
