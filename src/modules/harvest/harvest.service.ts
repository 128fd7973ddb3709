/** OAI-PMH 2.0: https://www.openarchives.org/OAI/openarchivesprotocol.html */
import { isId } from '../../common/id.js';
import { xmlElement } from '../../common/xml.js';
import type { Context } from '../../platform/auth/context.js';
import { readDateRange } from './datestamp.js';
import { DUBLIN_CORE } from './dublin-core.js';
import { HarvestError } from './harvest-error.js';
import type { HarvestFormat, HarvestSource } from './harvest-format.js';
import { type HarvestRequest, readRequest, type Verb } from './harvest-request.js';
import {
  writeErrors,
  writeFormats,
  writeHeader,
  writeItem,
  writeResponse,
  writeResumption,
  writeSets,
} from './harvest-response.js';
import { listSets } from './harvest-sets.js';
import type { HarvestMoment, HarvestStamps } from './harvest-stamps.js';
import { countItems, type HarvestItem, readEarliest, readItem, readItems, readLabels } from './harvest.loaders.js';
import { writeIdentify } from './identify.js';
import { RECORD_FORMAT } from './record-xml.js';
import { type ListPlace, readToken, TOKEN_MILLISECONDS, writeToken } from './resumption-token.js';

export const PAGE_LENGTH = 100;

const FORMATS: readonly HarvestFormat[] = [DUBLIN_CORE, RECORD_FORMAT];

/** What `Identify` shows an identifier by. */
const SAMPLE_ID = '01930000-0000-7000-8000-000000000000';

export interface HarvestOptions {
  readonly stamps: Pick<HarvestStamps, 'advance'>;
  /** The address under which it is harvested, and that of the server, without a slash at the end. */
  readonly path: string;
  readonly base: () => string;
  readonly publisher: string;
  /** The address of the licence. */
  readonly license: string;
  /** Whom mail is from, which may have a name before the address. Undefined: postmaster at the server's host. */
  readonly mailFrom: string | undefined;
}

export class HarvestService {
  constructor(private readonly options: HarvestOptions) {}

  /** Answers a request. Whatever it asks for, that takes the same few statements. */
  async answer(context: Context, parameters: URLSearchParams): Promise<string> {
    const address = `${this.options.base()}${this.options.path}`;
    let request: HarvestRequest;
    try {
      request = readRequest(parameters);
    } catch (error) {
      return writeResponse(new Date(), address, undefined, errorsOf(error));
    }
    const moment = await this.options.stamps.advance();
    const content = await this.verbs[request.verb](context, request, moment).catch(errorsOf);
    return writeResponse(moment.time, address, request, content);
  }

  private readonly verbs: Readonly<
    Record<Verb, (context: Context, request: HarvestRequest, moment: HarvestMoment) => Promise<string>>
  > = {
    Identify: async ({ database }, _request, { time }) => {
      const base = this.options.base();
      const host = this.host();
      return writeIdentify({
        name: this.options.publisher,
        address: `${base}${this.options.path}`,
        email:
          this.options.mailFrom?.replace(/^.*<(.*)>$/, '$1') ??
          `postmaster@${host.includes('.') ? host : `${host}.localdomain`}`,
        earliest: (await readEarliest(database)) ?? time,
        host,
        sampleIdentifier: this.identifierOf(SAMPLE_ID),
      });
    },

    ListMetadataFormats: async (context, { given }) => {
      if (given.identifier !== undefined) {
        const { deleted } = await this.readExisting(context, given.identifier, null);
        if (deleted)
          throw new HarvestError('noMetadataFormats', ['The record was taken back: only its header is left.']);
      }
      return writeFormats(FORMATS, this.options.base());
    },

    ListSets: async ({ database }, { given }) => {
      // The list is never so long that it was not whole.
      if (given.resumptionToken !== undefined) throw badToken();
      return writeSets(listSets(await readLabels(database)));
    },

    ListIdentifiers: (context, request, moment) =>
      this.list(context, request, moment, null, async (items) =>
        items.map((item) => writeHeader(item, this.identifierOf(item.id))),
      ),

    ListRecords: (context, request, moment) =>
      this.list(context, request, moment, this.options.base(), async (items, format) => {
        const source = await this.source(context);
        return items.map((item) => writeItem(item, this.identifierOf(item.id), format, source));
      }),

    GetRecord: async (context, { given }) => {
      const item = await this.readExisting(context, given.identifier!, this.options.base());
      const format = formatOf(given.metadataPrefix!);
      const source = await this.source(context);
      return xmlElement('GetRecord', writeItem(item, this.identifierOf(item.id), format, source));
    },
  };

  /**
   * Lists by ids, which nothing changes, and looks only whether a record belongs to the list at all: so each is listed once,
   * whatever happens to it between two pages. What happened to one listed already is in the next harvest.
   */
  private async list(
    { database }: Context,
    { verb, given }: HarvestRequest,
    { time, tokenKey }: HarvestMoment,
    base: string | null,
    write: (items: readonly HarvestItem[], format: HarvestFormat) => Promise<string[]>,
  ): Promise<string> {
    const place = given.resumptionToken === undefined ? null : readToken(given.resumptionToken, tokenKey, time);
    if (given.resumptionToken !== undefined && place?.verb !== verb) throw badToken();
    const { metadataPrefix, set, from, until } = place?.given ?? given;
    const format = formatOf(metadataPrefix!);
    const selection = { set, ...readDateRange(from, until, []) };
    const items = await readItems(database, selection, { base }, place?.after ?? null, PAGE_LENGTH + 1);
    if (items.length === 0) throw new HarvestError('noRecordsMatch', ['There are no records with these arguments.']);
    const isLast = items.length <= PAGE_LENGTH;
    const shown = items.slice(0, PAGE_LENGTH);
    const written = await write(shown, format);
    if (place !== null || !isLast) {
      const cursor = place?.cursor ?? 0;
      const counted = place?.size ?? (await countItems(database, selection));
      // Records that came since are in the list as well.
      const size = Math.max(counted, cursor + items.length);
      const next: ListPlace = {
        verb,
        given: place?.given ?? given,
        after: shown.at(-1)!.id,
        cursor: cursor + shown.length,
        size,
      };
      const expiresAt = isLast ? undefined : new Date(time.getTime() + TOKEN_MILLISECONDS);
      const token = expiresAt === undefined ? '' : writeToken(next, expiresAt, tokenKey);
      written.push(writeResumption({ token, expiresAt, cursor, size }));
    }
    return xmlElement(verb, `\n${written.join('\n')}\n`);
  }

  /** @throws HarvestError idDoesNotExist */
  private async readExisting({ database }: Context, identifier: string, base: string | null): Promise<HarvestItem> {
    const start = this.identifierOf('');
    const id = identifier.startsWith(start) ? identifier.slice(start.length) : '';
    const item = isId(id) && id === id.toLowerCase() ? await readItem(database, id, { base }) : null;
    if (item === null) throw new HarvestError('idDoesNotExist', ['There is no record with this identifier.']);
    return item;
  }

  private async source({ database }: Context): Promise<HarvestSource> {
    const { publisher, license, base } = this.options;
    return { base: base(), publisher, license, labels: await readLabels(database) };
  }

  private identifierOf(id: string): string {
    return `oai:${this.host()}:${id}`;
  }

  /** Of an address of the sixth version without what has a meaning in identifiers. */
  private host(): string {
    return new URL(this.options.base()).hostname.replace(/[^A-Za-z0-9.-]+/g, '-').replace(/^-|-$/g, '');
  }
}

/** @throws HarvestError cannotDisseminateFormat */
function formatOf(prefix: string): HarvestFormat {
  const format = FORMATS.find((each) => each.prefix === prefix);
  if (format !== undefined) return format;
  const prefixes = FORMATS.map((each) => each.prefix).join(', ');
  throw new HarvestError('cannotDisseminateFormat', [`Records are not there in this format: there are ${prefixes}.`]);
}

function badToken(): HarvestError {
  return new HarvestError('badResumptionToken', [
    'This token was not given here for this verb, or is older than a day.',
  ]);
}

/** @throws whatever is none of the protocol's errors */
function errorsOf(error: unknown): string {
  if (error instanceof HarvestError) return writeErrors(error);
  throw error;
}
