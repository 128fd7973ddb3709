import { Ctx, Field, FieldResolver, ObjectType, Resolver, Root } from 'type-graphql';
import { Cost } from '../../common/cost.js';
import { renderMarkdown } from '../../common/markdown.js';
import { inTurn } from '../../common/turns.js';
import type { Context } from '../../platform/auth/context.js';
import { Guard } from '../../platform/auth/guard.js';
import { MARKDOWN_FIELDS } from './record.columns.js';
import { KnowledgeRecord } from './record.entity.js';

@ObjectType({ description: 'A text of a record as HTML.', simpleResolvers: true })
class RenderedText {
  @Field(() => String, { description: 'The field of the record that has the text as it was written.' })
  field: string;

  @Field(() => String, {
    description:
      'The text rendered from Markdown, safe to show: HTML in it is shown as text, there are no pictures, scripts, styles or classes, and links lead to http, https and mailto alone.',
  })
  html: string;
}

/** Rendering takes the processor, not the database. */
const RENDERING_COST = 10;

@Resolver(() => KnowledgeRecord)
export class RenderedTextResolver {
  @Guard('record.read')
  @Cost(RENDERING_COST)
  @FieldResolver(() => [RenderedText], {
    description: 'Its texts that are written in Markdown, as HTML; those that are empty are left out.',
  })
  renderedTexts(@Root() record: KnowledgeRecord, @Ctx() { cancellation }: Context): Promise<RenderedText[]> {
    const texts = MARKDOWN_FIELDS.flatMap((field) => {
      const text = (record as unknown as Record<string, string | null | undefined>)[field];
      return text ? [{ field, text }] : [];
    });
    // One long text can take a quarter of a second, and a page has hundreds.
    return Promise.all(
      texts.map(({ field, text }) => inTurn(cancellation, () => ({ field, html: renderMarkdown(text) }))),
    );
  }
}
