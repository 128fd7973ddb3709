/** Records and organisations as the nodes of a graph, for programs such as Gephi, igraph and NetworkX. */
import { escapeXml } from '../../common/xml.js';
import type { RecordDocument } from '../documents/record-document.js';
import type { ExportFormat } from './export-format.js';
import { GraphReader } from './graph-reader.js';
import { type Attributes, EDGE_ATTRIBUTES, type GraphEdge, type GraphNode, NODE_ATTRIBUTES } from './graph.js';

const HEAD = `<?xml version="1.0" encoding="UTF-8"?>
<graphml xmlns="http://graphml.graphdrawing.org/xmlns" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
  xsi:schemaLocation="http://graphml.graphdrawing.org/xmlns http://graphml.graphdrawing.org/xmlns/1.0/graphml.xsd">
`;

export const GRAPHML: ExportFormat = {
  name: 'graph.graphml',
  mediaType: 'application/graphml+xml; charset=utf-8',
  compressed: false,
  async *write(records, { tombstones }) {
    yield `${HEAD}${writeKeys('node', NODE_ATTRIBUTES)}${writeKeys('edge', EDGE_ATTRIBUTES)}<graph id="medspil" edgedefault="directed">\n`;
    const reader = new GraphReader();
    for await (const batch of records) {
      let text = '';
      for (const { document } of batch) {
        const { nodes, edges } = reader.read(JSON.parse(document) as RecordDocument);
        text += nodes.map(writeNode).join('') + edges.map(writeEdge).join('');
      }
      yield text;
    }
    for (const { id, recordKind, slug, url, retractedAt } of tombstones) {
      reader.note(id);
      yield writeNode({ id, type: recordKind, slug, url, deleted: true, retractedAt });
    }
    yield `${reader.rest().map(writeNode).join('')}</graph>\n</graphml>\n`;
  },
};

function writeKeys(target: 'node' | 'edge', attributes: Attributes): string {
  return Object.entries(attributes)
    .map(
      ([name, type]) => `<key id="${keyOf(target, name)}" for="${target}" attr.name="${name}" attr.type="${type}"/>\n`,
    )
    .join('');
}

/** Ids of nodes and edges count among those of keys, and are UUIDs. */
function keyOf(target: 'node' | 'edge', name: string): string {
  return `${target}-${name}`;
}

function writeNode({ id, ...values }: GraphNode): string {
  return `<node id="${id}">${writeValues('node', NODE_ATTRIBUTES, values)}</node>\n`;
}

function writeEdge({ id, source, target, directed, ...values }: GraphEdge): string {
  const direction = directed === false ? ' directed="false"' : '';
  const data = writeValues('edge', EDGE_ATTRIBUTES, values);
  return `<edge id="${id}" source="${source}" target="${target}"${direction}>${data}</edge>\n`;
}

function writeValues(
  target: 'node' | 'edge',
  attributes: Attributes,
  values: Readonly<Record<string, unknown>>,
): string {
  let text = '';
  for (const name in attributes) {
    const value = values[name];
    if (value == null) continue;
    const shown = typeof value === 'string' ? escapeXml(value) : String(value);
    text += `<data key="${keyOf(target, name)}">${shown}</data>`;
  }
  return text;
}
