import { Arg, Ctx, FieldResolver, Resolver, Root } from 'type-graphql';
import { Cost } from '../../common/cost.js';
import type { Context } from '../../platform/auth/context.js';
import { Guard } from '../../platform/auth/guard.js';
import { KnowledgeRecord } from '../records/record.entity.js';
import { type CitedAs, dayOf } from './citation.js';
import { CitationFormat, writeCitation } from './citation-format.js';
import { publishedDocument } from './citation.loaders.js';

/** The whole record is read for it, with its sources and links. */
const CITATION_COST = 10;

export interface CitationOptions extends Pick<CitedAs, 'publisher' | 'license'> {
  /** Gives the address of the server as clients know it, without a slash at the end. */
  readonly base: () => string;
}

@Resolver(() => KnowledgeRecord)
export class CitationResolver {
  constructor(private readonly options: CitationOptions) {}

  @Guard('record.read')
  @Cost(CITATION_COST)
  @FieldResolver(() => String, {
    nullable: true,
    description: 'How to cite it, as it is published now and looked at today; null while it is not published.',
  })
  async citation(
    @Ctx() { loader }: Context,
    @Root() { id }: KnowledgeRecord,
    @Arg('format', () => CitationFormat, { description: 'In which format.' }) format: CitationFormat,
  ): Promise<string | null> {
    const { publisher, license, base } = this.options;
    const document = await loader(publishedDocument).load({ parent: id, arguments: { base: base() } });
    const about = { publisher, license, accessedOn: dayOf(new Date().toISOString()) };
    return document && writeCitation(format, document, about);
  }
}
