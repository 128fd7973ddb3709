/** The mails themselves: the same in plain text and in HTML, which loads nothing. */
import type { Language } from '../../common/language.js';
import type { EventType } from '../../platform/log/log-entry.js';
import { recordAddress } from '../records/record-address.js';
import { Provenance, type RecordKind } from '../records/record.entity.js';
import type { DigestItem, DigestItems } from './digest-items.js';
import type { DigestFrequency } from './digest.entity.js';
import { MAIL_WORDING, type MailWording } from './digest-wording.js';
import type { Mail } from './mailer.js';

export interface DigestContent extends DigestItems {
  readonly id: string;
  readonly frequency: DigestFrequency;
  readonly language: Language;
  /** Up to where it tells. */
  readonly position: number;
  /** The name of the organisation; null for the person's own inbox. */
  readonly inbox: string | null;
  /** Absolute address. A request there stops the digest. */
  readonly unsubscribeAddress: string;
}

/** Where a mail comes from. */
export interface Sender {
  /** Address of the server as clients know it, without a slash at the end. */
  readonly base: string;
  /** Of the address that mail is from. */
  readonly domain: string;
}

export type Message = Omit<Mail, 'to'>;

/** In this order; within each the log's. */
const GROUPS: readonly EventType[] = [
  'PUBLISHED',
  'REVISED',
  'ADOPTED',
  'EVIDENCE_ADDED',
  'LINKED',
  'UNLINKED',
  'RETRACTED',
];

/** RFC 3834: no machine answers to it. */
const AUTOMATIC = { 'Auto-Submitted': 'auto-generated', 'X-Auto-Response-Suppress': 'All' };

export function digestMessage(content: DigestContent, { base, domain }: Sender): Message {
  const wording = MAIL_WORDING[content.language];
  const inbox = content.inbox === null ? null : oneLine(content.inbox);
  const groups = GROUPS.map((type) => ({
    name: wording.groups[type],
    lines: content.items.filter(({ entry }) => entry.type === type).map((item) => lineOf(item, base, wording)),
  })).filter(({ lines }) => lines.length > 0);
  const omitted = content.count - content.items.length;
  const parts = {
    heading: wording.heading(inbox),
    groups,
    more: omitted > 0 ? wording.more(omitted) : null,
    reason: wording.reason(content.frequency, inbox, base),
    stop: wording.stop,
    stopAddress: content.unsubscribeAddress,
  };
  return {
    subject: wording.subject(content.count, inbox),
    text: digestText(parts),
    html: page(wording, digestHtml(parts)),
    // The same for a repeat, by which mailboxes know it.
    id: `digest.${content.id}.${content.position}@${domain}`,
    headers: {
      ...AUTOMATIC,
      Precedence: 'list',
      'List-Id': `Medspil <digest.${domain}>`,
      'List-Unsubscribe': `<${content.unsubscribeAddress}>`,
      // RFC 8058.
      'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
    },
  };
}

/**
 * The question whether mail is wanted. Nothing in it is of anybody's choosing but the language: it goes to people who may
 * never have heard of the one who gave their address.
 */
export function questionMessage(
  { id, language, address }: { readonly id: string; readonly language: Language; readonly address: string },
  { base, domain }: Sender,
): Message {
  const wording = MAIL_WORDING[language];
  const { subject, heading, asked, agree, otherwise } = wording.question;
  return {
    subject,
    text: `${[heading, asked(base), `${agree}\n${address}`, otherwise].join('\n\n')}\n`,
    html: page(
      wording,
      `<h1>${escape(heading)}</h1>\n<p>${escape(asked(base))}</p>\n<p>${escape(agree)}<br>\n${anchor(address, address)}</p>\n` +
        `<p>${escape(otherwise)}</p>`,
    ),
    id: `question.${id}@${domain}`,
    headers: AUTOMATIC,
  };
}

interface Line {
  readonly title: string;
  /** Null for what is no longer there. */
  readonly address: string | null;
  readonly details: string;
}

interface Parts {
  readonly heading: string;
  readonly groups: readonly { readonly name: string; readonly lines: readonly Line[] }[];
  readonly more: string | null;
  readonly reason: string;
  readonly stop: string;
  readonly stopAddress: string;
}

function lineOf({ entry, record, organisation }: DigestItem, base: string, wording: MailWording): Line {
  const kind = wording.kinds[entry.recordKind as RecordKind];
  const who = oneLine(organisation);
  const from = entry.type === 'ADOPTED' ? wording.usedBy(who) : who;
  if (record === null) {
    // Its title is gone with the rest of it.
    return { title: entry.type === 'RETRACTED' ? kind : wording.takenBack(kind), address: null, details: from };
  }
  const details = [kind, from, ...(record.provenance === Provenance.ILLUSTRATIVE ? [wording.illustration] : [])];
  return { title: oneLine(record.title), address: recordAddress(entry.recordId, base), details: details.join(' · ') };
}

function digestText({ heading, groups, more, reason, stop, stopAddress }: Parts): string {
  const blocks = groups.map(({ name, lines }) =>
    [
      name.toUpperCase(),
      ...lines.map(({ title, address, details }) =>
        [`* ${title}`, details, ...(address === null ? [] : [address])].join('\n  '),
      ),
    ].join('\n\n'),
  );
  const parts = [heading, ...blocks, ...(more === null ? [] : [more]), '-- ', `${reason}\n\n${stop}:\n${stopAddress}`];
  return `${parts.join('\n\n')}\n`;
}

function digestHtml({ heading, groups, more, reason, stop, stopAddress }: Parts): string {
  const blocks = groups.map(({ name, lines }) => {
    const items = lines.map(({ title, address, details }) => {
      const name = address === null ? escape(title) : anchor(address, title);
      return `<li>${name}<br>\n${escape(details)}</li>`;
    });
    return `<h2>${escape(name)}</h2>\n<ul>\n${items.join('\n')}\n</ul>`;
  });
  return [
    `<h1>${escape(heading)}</h1>`,
    ...blocks,
    ...(more === null ? [] : [`<p>${escape(more)}</p>`]),
    '<hr>',
    `<p>${escape(reason)}</p>\n<p>${anchor(stopAddress, stop)}</p>`,
  ].join('\n');
}

function page({ tag }: MailWording, body: string): string {
  return `<!DOCTYPE html>
<html lang="${tag}">
<head><meta charset="utf-8"><title>Medspil</title></head>
<body>
${body}
</body>
</html>
`;
}

function anchor(address: string, text: string): string {
  return `<a href="${escape(address)}">${escape(text)}</a>`;
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** For elements and for attributes in double quotes. */
function escape(text: string): string {
  return text.replace(/[&<>"]/g, (character) => ENTITIES[character]!);
}

/** Line breaks and what else a subject, or the lines of a list, cannot have. */
function oneLine(text: string): string {
  return text.replace(/[\s\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]+/gu, ' ').trim();
}
