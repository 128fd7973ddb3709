import { GraphiQL } from 'graphiql';
import 'graphiql/setup-workers/vite';
import 'graphiql/style.css';
import { createRoot } from 'react-dom/client';
import './explorer.css';
import { createFetcher } from './fetcher.js';
import { operations } from './operations.js';

const fetcher = createFetcher(new URL('graphql', document.baseURI));

const defaultTabs = operations.map(({ query, variables, headers }) => ({
  query,
  variables: variables && JSON.stringify(variables, null, 2),
  headers: headers && JSON.stringify(headers, null, 2),
}));

createRoot(document.getElementById('explorer')!).render(
  <GraphiQL fetcher={fetcher} defaultTabs={defaultTabs} defaultEditorToolsVisibility="headers">
    <GraphiQL.Logo>
      <a className="explorer-logo" href="schema.graphql" title="The schema as text">
        Medspil
      </a>
    </GraphiQL.Logo>
  </GraphiQL>,
);
