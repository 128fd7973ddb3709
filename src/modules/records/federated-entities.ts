/** What other subgraphs of a federation refer to and add to, by its keys, and how it is found again. */
import { isId } from '../../common/id.js';
import type { Context, Loader } from '../../platform/auth/context.js';
import { libraryByIsil, organisationById } from '../directory/organisation.loaders.js';
import { recordById } from './record.loaders.js';

/** Of the objects that a resolver gives, the name of their type, which no entity class declares. */
interface Typed {
  readonly __typename: string;
}

type FindByKey = (context: Context, value: string) => Promise<Typed | null>;

/** By type and key field. An interface stands for all its types, so that another subgraph can add to them at once. */
export const FEDERATED_ENTITIES: Readonly<Record<string, Readonly<Record<string, FindByKey>>>> = {
  CaseStudy: { id: byId(recordById, 'CaseStudy') },
  Experience: { id: byId(recordById, 'Experience') },
  Lesson: { id: byId(recordById, 'Lesson') },
  KnowledgeRecord: { id: byId(recordById) },
  Library: {
    id: byId(organisationById, 'Library'),
    isil: (context, isil) => typed(context.loader(libraryByIsil).load(isil)),
  },
  Partner: { id: byId(organisationById, 'Partner') },
  Organisation: { id: byId(organisationById) },
};

/** @param type the only one that is meant; any of the table's unless given */
function byId(loader: Loader<string, object | null>, type?: string): FindByKey {
  return async (context, id) => {
    const found = isId(id) ? await typed(context.loader(loader).load(id)) : null;
    return found !== null && (type === undefined || found.__typename === type) ? found : null;
  };
}

function typed(found: Promise<object | null>): Promise<Typed | null> {
  return found as Promise<Typed | null>;
}
