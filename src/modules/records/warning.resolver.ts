import { Ctx, Field, FieldResolver, ID, ObjectType, registerEnumType, Resolver, Root } from 'type-graphql';
import { Cost } from '../../common/cost.js';
import { PersonalDataKind } from '../../common/personal-data.js';
import type { Context } from '../../platform/auth/context.js';
import { Guard } from '../../platform/auth/guard.js';
import type { PersonalDataWarning } from './personal-data-warning.js';
import { KnowledgeRecord } from './record.entity.js';
import { warningsByRow } from './record.loaders.js';

registerEnumType(PersonalDataKind, {
  name: 'WarningCode',
  description: 'What somebody should look at before a record is published.',
  valuesConfig: {
    CPR_NUMBER: { description: 'What looks like a number of the Danish civil register.' },
    EMAIL_ADDRESS: { description: 'What looks like an e-mail address.' },
  },
});

@ObjectType({ description: 'Something in a record that should perhaps not be public.', simpleResolvers: true })
class Warning implements PersonalDataWarning {
  @Field(() => ID, {
    description: 'Name it in `acknowledgedWarnings` to publish all the same. It changes with the text that is meant.',
  })
  id: string;

  @Field(() => PersonalDataKind, { description: 'What it looks like.' })
  code: PersonalDataKind;

  @Field(() => String, { description: 'Where it is and what to do about it, in English. It does not repeat the text.' })
  message: string;

  @Field(() => [String], {
    description: 'The field, by the names in `Revision.content`, outermost first; places in lists count from "0".',
  })
  path: string[];

  @Field(() => Boolean, {
    description: 'Whether the record was published with it before, so that it needs not be acknowledged again.',
  })
  acknowledged: boolean;
}

/** A whole content is read and looked through. */
const SEARCH_COST = 5;

@Resolver(() => KnowledgeRecord)
export class WarningResolver {
  @Guard('record.read-unpublished')
  @Cost(SEARCH_COST)
  @FieldResolver(() => [Warning], {
    description: 'What in it looks like personal data, for those who may see its drafts; empty for others.',
  })
  warnings(@Ctx() { loader }: Context, @Root() { rowId }: KnowledgeRecord) {
    return loader(warningsByRow).load(rowId);
  }
}
