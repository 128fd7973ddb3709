/** `npm run schema`: writes schema.graphql. */
import { writeFileSync } from 'node:fs';
import { buildGraphqlSchema, printGraphqlSchema } from './schema.js';

writeFileSync('schema.graphql', printGraphqlSchema(buildGraphqlSchema()));
