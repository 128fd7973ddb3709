/** Who tells the event, and how each is started and triggered. */
import { fileURLToPath } from 'node:url';
import { measured, medspil } from '../lib/measured-server.js';
import { servers } from '../lib/servers.js';

/** The switches that Medspil is started with. */
const [node, ...switches] = servers.medspil.command.slice(0, -1);

export const fanOutServers = {
  medspil: { ...medspil, label: 'Medspil' },
  stock: { ...peer('stock.js'), label: 'graphql-ws, stock' },
  /** Its one buffer has one operation's id. */
  bare: { ...peer('bare.js'), label: 'bare broadcast', sendsOneId: true },
};

function peer(file) {
  const command = [node, ...switches, fileURLToPath(new URL(file, import.meta.url))];
  return { ...measured({ command }), answersPublish: true };
}
