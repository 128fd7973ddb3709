/** What mails and pages say, in the language of who receives them. */
import { Language } from '../../common/language.js';
import type { EventType } from '../../platform/log/log-entry.js';
import type { RecordKind } from '../records/record.entity.js';
import { DigestFrequency } from './digest.entity.js';

export interface MailWording {
  readonly tag: 'da' | 'en';
  /** @param inbox the name of the organisation; null for the receiver's own inbox */
  readonly subject: (count: number, inbox: string | null) => string;
  readonly heading: (inbox: string | null) => string;
  readonly groups: Readonly<Record<EventType, string>>;
  readonly kinds: Readonly<Record<RecordKind, string>>;
  readonly takenBack: (kind: string) => string;
  readonly usedBy: (organisation: string) => string;
  readonly illustration: string;
  readonly more: (count: number) => string;
  readonly reason: (frequency: DigestFrequency, inbox: string | null, server: string) => string;
  readonly stop: string;
  readonly question: {
    readonly subject: string;
    readonly heading: string;
    readonly asked: (server: string) => string;
    readonly agree: string;
    readonly otherwise: string;
  };
}

const ENGLISH: MailWording = {
  tag: 'en',
  subject: (count, inbox) =>
    `Medspil: ${count === 1 ? '1 new message' : `${count} new messages`} in ${inbox === null ? 'your inbox' : `the inbox of ${inbox}`}`,
  heading: (inbox) => (inbox === null ? 'New in your inbox' : `New in the inbox of ${inbox}`),
  groups: {
    PUBLISHED: 'New',
    REVISED: 'Revised',
    ADOPTED: 'Used by others',
    EVIDENCE_ADDED: 'With new evidence',
    LINKED: 'Linked to another',
    UNLINKED: 'No longer linked',
    RETRACTED: 'Taken back',
  },
  kinds: { CASE_STUDY: 'Case study', EXPERIENCE: 'Experience', LESSON: 'Lesson' },
  takenBack: (kind) => `${kind}, taken back since`,
  usedBy: (organisation) => `Used by ${organisation}`,
  illustration: 'illustration, invented',
  more: (count) => `… and ${count} more. All of them are in the inbox.`,
  reason: (frequency, inbox, server) =>
    `This is from Medspil at ${server}, where libraries share what they know about partnerships. You get it ` +
    `${frequency === DigestFrequency.WEEKLY ? 'on Mondays' : 'in the morning'} when there is anything new, because you asked ` +
    `for a digest of ${inbox === null ? 'your inbox' : `the inbox of ${inbox}`}.`,
  stop: 'No more of these mails',
  question: {
    subject: 'Medspil: is it you who asked for mail?',
    heading: 'Do you want mail from Medspil?',
    asked: (server) =>
      `Somebody asked that Medspil at ${server}, where libraries share what they know about partnerships, send a digest ` +
      'of what is new to this address.',
    agree: 'If it was you, open this page and press the button. The link is good for three days:',
    otherwise: 'If it was not, you need not do anything: nothing is sent to you.',
  },
};

const DANISH: MailWording = {
  tag: 'da',
  subject: (count, inbox) =>
    `Medspil: ${count === 1 ? '1 ny besked' : `${count} nye beskeder`} i ${inbox === null ? 'din indbakke' : `indbakken for ${inbox}`}`,
  heading: (inbox) => (inbox === null ? 'Nyt i din indbakke' : `Nyt i indbakken for ${inbox}`),
  groups: {
    PUBLISHED: 'Nyt',
    REVISED: 'Ændret',
    ADOPTED: 'Brugt af andre',
    EVIDENCE_ADDED: 'Med ny erfaring knyttet til',
    LINKED: 'Forbundet med andet',
    UNLINKED: 'Ikke længere forbundet',
    RETRACTED: 'Trukket tilbage',
  },
  kinds: { CASE_STUDY: 'Case', EXPERIENCE: 'Erfaring', LESSON: 'Læring' },
  takenBack: (kind) => `${kind}, siden trukket tilbage`,
  usedBy: (organisation) => `Brugt af ${organisation}`,
  illustration: 'illustration, opdigtet',
  more: (count) => `… og ${count} mere. Det hele ligger i indbakken.`,
  reason: (frequency, inbox, server) =>
    `Denne mail kommer fra Medspil på ${server}, hvor biblioteker deler viden om partnerskaber. Du får den ` +
    `${frequency === DigestFrequency.WEEKLY ? 'mandag morgen' : 'om morgenen'}, når der er noget nyt, fordi du har bedt om et ` +
    `overblik over ${inbox === null ? 'din indbakke' : `indbakken for ${inbox}`}.`,
  stop: 'Send mig ikke flere af disse mails',
  question: {
    subject: 'Medspil: er det dig, der har bedt om mails?',
    heading: 'Vil du have mails fra Medspil?',
    asked: (server) =>
      `Nogen har bedt om, at Medspil på ${server}, hvor biblioteker deler viden om partnerskaber, sender et overblik over ` +
      'nyheder til denne adresse.',
    agree: 'Hvis det var dig, så åbn denne side og tryk på knappen. Linket gælder i tre dage:',
    otherwise: 'Hvis det ikke var dig, skal du ikke gøre noget: Der bliver ikke sendt noget til dig.',
  },
};

export const MAIL_WORDING: Readonly<Record<Language, MailWording>> = { DA: DANISH, EN: ENGLISH };

/** A page with one question, and the pages that answer to its button. */
export interface PageWording {
  readonly title: string;
  readonly text: string;
  readonly button: string;
  readonly done: string;
  /** Null where nobody is to learn whether the link was good. */
  readonly invalid: string | null;
}

export const CONFIRMATION_PAGE: Readonly<Record<Language, PageWording>> = {
  EN: {
    title: 'Do you want mail from Medspil?',
    text: 'Press the button, and Medspil sends the digests that were asked for to your address. Each of them has a link that stops them.',
    button: 'Yes, send them to me',
    done: 'Thank you. The next digest comes when there is anything new.',
    invalid: 'This link is no longer good. Ask for the digest again, and you get a new one.',
  },
  DA: {
    title: 'Vil du have mails fra Medspil?',
    text: 'Tryk på knappen, så sender Medspil det overblik, der er bedt om, til din adresse. I hver mail er der et link, der stopper dem.',
    button: 'Ja, send dem til mig',
    done: 'Tak. Det næste overblik kommer, når der er noget nyt.',
    invalid: 'Linket gælder ikke længere. Bed om overblikket igen, så får du et nyt.',
  },
};

export const UNSUBSCRIPTION_PAGE: Readonly<Record<Language, PageWording>> = {
  EN: {
    title: 'No more of these mails?',
    text: 'Press the button, and Medspil stops sending you this digest.',
    button: 'Stop them',
    done: 'You get no more of these mails.',
    invalid: null,
  },
  DA: {
    title: 'Ikke flere af disse mails?',
    text: 'Tryk på knappen, så holder Medspil op med at sende dig dette overblik.',
    button: 'Stop dem',
    done: 'Du får ikke flere af disse mails.',
    invalid: null,
  },
};
