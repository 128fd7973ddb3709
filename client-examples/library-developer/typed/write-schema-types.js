// Writes the schema as TypeScript types for gql.tada: to be run once, and again when the server has a new version.
//
//   node write-schema-types.js [URL]        URL is http://localhost:4000 unless given; writes schema.d.ts beside this file
//
// `npx gql-tada generate-output` does the same where TypeScript 5 or 6 is installed. It needs a part of TypeScript that
// version 7 does not have; this works with any version.
import { writeFile } from 'node:fs/promises';
import { minifyIntrospection, outputIntrospectionFile } from 'gql.tada/internal';
import { buildSchema, introspectionFromSchema } from 'graphql';

const url = process.argv[2] ?? 'http://localhost:4000';

const response = await fetch(`${url}/schema.graphql`);
if (!response.ok) throw new Error(`${response.url} answered ${response.status}`);
const introspection = introspectionFromSchema(buildSchema(await response.text()), { descriptions: false });
const types = outputIntrospectionFile(minifyIntrospection(introspection), {
  fileType: '.d.ts',
  shouldPreprocess: true,
});
await writeFile(new URL('schema.d.ts', import.meta.url), types);
