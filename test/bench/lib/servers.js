/** The servers, how each is started and how it is asked. */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { postgraphileOperations } from '../servers/postgraphile-operations.js';
import { operations } from './operations.js';

const bench = fileURLToPath(new URL('..', import.meta.url));
const root = join(bench, '..', '..');

/** The young generation that Medspil starts with; peers get the same, since it is a switch of Node's that anybody can set. */
const nodeOptions = ['--max-semi-space-size=32'];
/** PostGraphile 5 does not run on Node 20; on a newer one all servers run on the same. */
const newNode =
  Number(process.versions.node.split('.')[0]) >= 22 ? process.execPath : join(bench, 'node_modules', '.bin', 'node');

const graphql = {
  ask: (name, variables) => ({ path: '/graphql', body: { query: operations[name].document, variables } }),
  read: (name, data) => operations[name].read(data),
};

export const servers = {
  medspil: {
    label: 'Medspil',
    command: [process.execPath, ...nodeOptions, join(root, 'dist', 'src', 'main.js')],
    environment: {
      SEED: 'false',
      DATA_DIR: join(bench, '.data', 'server'),
      LOG_LEVEL: 'warn',
      // One that is due is begun at the start, and would be made beside what is measured.
      SNAPSHOT_DAYS: '0',
      // One client of a bench is as many as a thousand of the world's.
      RATE_LIMIT_ADDRESS: 'off',
      RATE_LIMIT_CREDENTIAL: 'off',
    },
    ...graphql,
  },
  mercurius: { label: 'Mercurius', command: peer('mercurius.js'), ...graphql },
  yoga: { label: 'GraphQL Yoga', command: peer('yoga.js'), ...graphql },
  postgraphile: {
    label: 'PostGraphile 5',
    command: peer('postgraphile.js', newNode),
    environment: { GRAPHILE_ENV: 'production' },
    ask: (name, variables) => ({ path: '/graphql', body: { query: postgraphileOperations[name].document, variables } }),
    read: (name, data) => postgraphileOperations[name].read(data),
  },
  bare: {
    label: 'bare node:http',
    command: peer('bare.js'),
    ask: (name, variables) => ({ path: `/${name}`, body: variables }),
    read: graphql.read,
  },
};

function peer(file, node = process.execPath) {
  return [node, ...nodeOptions, join(bench, 'servers', file)];
}
