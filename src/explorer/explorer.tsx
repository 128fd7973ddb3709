import { GraphiQL } from 'graphiql';
import 'graphiql/setup-workers/vite';
import 'graphiql/style.css';
import { createRoot } from 'react-dom/client';
import './explorer.css';
import { createFetcher } from './fetcher.js';
import { operations } from './operations.js';

const fetcher = createFetcher(new URL('graphql', document.baseURI));

/**
 * What a link to the explorer brings along, e.g. one from a feed: a tab of its own, without the headers of another, in which
 * the reader's key may stand. It runs only when the reader says so.
 */
const linkedQuery = new URLSearchParams(location.search).get('query');
const linked = linkedQuery === null ? undefined : { query: linkedQuery, variables: '', headers: '' };

const defaultTabs = operations.map(({ query, variables, headers }) => ({
  query,
  variables: variables && JSON.stringify(variables, null, 2),
  headers: headers && JSON.stringify(headers, null, 2),
}));

createRoot(document.getElementById('explorer')!).render(
  <GraphiQL
    fetcher={fetcher}
    initialQuery={linked?.query}
    initialVariables={linked?.variables}
    initialHeaders={linked?.headers}
    defaultTabs={linked === undefined ? defaultTabs : [linked, ...defaultTabs]}
    defaultEditorToolsVisibility="headers"
  >
    <GraphiQL.Logo>
      <a className="explorer-logo" href="schema.graphql" title="The schema as text">
        Medspil
      </a>
    </GraphiQL.Logo>
  </GraphiQL>,
);
