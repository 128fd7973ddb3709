/** Operations on the schema of some modules alone, without a server: for tests of what those modules do. */
import type { GraphQLError, GraphQLSchema } from 'graphql';
import { graphql } from 'graphql';
import { buildSchema } from 'type-graphql';
import { Cancellation } from '../../src/common/cancellation.js';
import { ADMIN, ANONYMOUS, type Viewer } from '../../src/platform/auth/viewer.js';
import { createContext } from '../../src/platform/auth/context.js';
import { Database } from '../../src/platform/database/database.js';
import { Municipality, Region } from '../../src/modules/directory/municipality.entity.js';
import { Library, Organisation, Partner } from '../../src/modules/directory/organisation.entity.js';
// Named by nobody here, but what a KnowledgeRecord may turn out to be.
import '../../src/modules/case-studies/case-study.entity.js';
import '../../src/modules/experiences/experience.entity.js';
import '../../src/modules/lessons/lesson.entity.js';
import { createTestDatabase } from './database.js';

export interface Result {
  readonly data?: any;
  readonly errors?: readonly GraphQLError[];
}

export interface ModuleSchema {
  readonly database: Database;
  /** Runs an operation as the public. */
  execute(query: string, variables?: Record<string, unknown>, viewer?: Viewer): Promise<Result>;
  /** Runs an operation that must succeed, as the public unless told, and gives its data. */
  data(query: string, variables?: Record<string, unknown>, viewer?: Viewer): Promise<any>;
  /** The statements that have been run since it was last asked. */
  statements(): string[];
  close(): Promise<void>;
}

export { ADMIN, ANONYMOUS };

/**
 * Builds the schema of some resolvers over a database of its own.
 *
 * @param resolversOf makes the resolver objects
 */
export async function createModuleSchema(resolversOf: (database: Database) => object[]): Promise<ModuleSchema> {
  const testDatabase = await createTestDatabase();
  const database = await Database.open({
    connection: testDatabase.connection,
    entities: [Region, Municipality, Organisation, Library, Partner],
    migrations: [],
    onIdleError: (error) => console.error(error),
  });
  const resolvers = resolversOf(database);
  const instances = new Map(resolvers.map((resolver) => [resolver.constructor, resolver]));
  const schema: GraphQLSchema = await buildSchema({
    resolvers: resolvers.map((resolver) => resolver.constructor) as [Function, ...Function[]],
    container: { get: (resolver) => instances.get(resolver)! },
    validate: false,
  });
  const statements: string[] = [];
  const rows = database.rows.bind(database);
  database.rows = (statement) => {
    statements.push(statement.text);
    return rows(statement);
  };
  const execute: ModuleSchema['execute'] = (source, variableValues, viewer = ANONYMOUS) =>
    graphql({ schema, source, variableValues, contextValue: createContext(database, viewer, new Cancellation()) });
  return {
    database,
    execute,
    data: async (query, variables, viewer) => {
      const { data, errors } = await execute(query, variables, viewer);
      if (errors !== undefined) throw new Error(errors.map((error) => error.stack).join('\n'));
      return data;
    },
    statements: () => statements.splice(0),
    close: async () => {
      await database.close();
      await testDatabase.drop();
    },
  };
}
