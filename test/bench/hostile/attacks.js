/** What hostile clients do, each from its own few addresses. */
import { Agent, request } from 'node:http';
import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import WebSocket from 'ws';

const MEBIBYTE = 1024 * 1024;

export const attacks = {
  /** Pages as large as a single operation may ask for, of everything. */
  dearQueries: (attack) => {
    const query = `{ caseStudies(first: 300) { nodes { title summary parties { role organisation { name } contributions { kind description } }
      experiences(first: 5) { nodes { title purpose gain } } } } }`;
    loops(attack, addresses(10, 2), 8, (address) => post(attack, address, JSON.stringify({ query })));
  },

  /** Counting and searching, which PostgreSQL pays for. */
  searches: (attack) => {
    let number = 0;
    loops(attack, addresses(20, 2), 8, (address) =>
      post(
        attack,
        address,
        JSON.stringify({
          query: `query ($query: String!) { search(query: $query, first: 100) { totalCount
            facets { kinds { value count } } edges { snippet node { title } } } }`,
          variables: { query: `b${(number += 1).toString(36)[0]}` },
        }),
      ),
    );
  },

  /** Documents that are as hard to validate as their size allows, none like another. */
  hardDocuments: (attack) => {
    let number = 0;
    loops(attack, addresses(30, 2), 4, (address) => {
      const fields = Array.from({ length: 1200 }, (_, index) => `a${index % 7}: viewer { role }`).join(' ');
      return post(attack, address, JSON.stringify({ query: `query Q${(number += 1)} { ${fields} }` }));
    });
  },

  /** Bodies of the greatest size that is read. */
  largeBodies: (attack) => {
    const body = JSON.stringify({ query: '{ viewer { role } }', variables: { text: 'x'.repeat(MEBIBYTE - 100) } });
    loops(attack, addresses(40, 2), 4, (address) => post(attack, address, body));
  },

  /** Small queries as fast as they go. */
  floods: (attack) => {
    loops(attack, addresses(50, 2), 16, (address) => post(attack, address, '{"query":"{ viewer { role } }"}'));
  },

  /** WebSockets, opened and left open: some say nothing, some subscribe to everything fifty times. */
  sockets: (attack) => {
    loops(attack, addresses(60, 2), 4, async (localAddress) => {
      const socket = new WebSocket(`${attack.origin.replace('http', 'ws')}/graphql`, 'graphql-transport-ws', {
        localAddress,
      });
      const opened = await new Promise((resolve) => {
        socket.once('open', () => resolve(true));
        socket.on('error', () => resolve(false));
      });
      attack.count(opened ? 'opened' : 'refused');
      if (!opened) return delay(10);
      if (Math.random() < 0.5) return;
      socket.send('{"type":"connection_init"}');
      socket.once('message', () => {
        for (let id = 0; id < 60; id++) {
          socket.send(
            JSON.stringify({
              id: String(id),
              type: 'subscribe',
              payload: { query: 'subscription { knowledgeEvents { id record { title } } }' },
            }),
          );
        }
      });
    });
  },

  /** Connections that begin a request and never end it. */
  halfOpen: (attack) => {
    loops(attack, addresses(70, 2), 4, async (localAddress) => {
      const { hostname, port } = new URL(attack.origin);
      const socket = connect({ host: hostname, port: Number(port), localAddress });
      socket.on('error', () => attack.count('cut'));
      socket.on('close', () => attack.count('closed'));
      await new Promise((resolve) => {
        socket.once('connect', resolve);
        socket.once('close', resolve);
      });
      attack.count('begun');
      socket.write(
        'POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 1000000\r\n',
      );
      if (Math.random() < 0.5) socket.write('\r\n{"query":"');
      await delay(20);
    });
  },
};

/** Loopback addresses: to the server, clients of their own. */
function addresses(from, count) {
  return Array.from({ length: count }, (_, index) => `127.0.0.${from + index}`);
}

/** Repeats `work` without a pause in `times` places for each address. */
function loops({ isStopped, count }, from, times, work) {
  for (const address of from) {
    for (let place = 0; place < times; place++) {
      void (async () => {
        while (!isStopped()) {
          try {
            await work(address);
          } catch (error) {
            count(error.code ?? 'error');
            await delay(5);
          }
        }
      })();
    }
  }
}

const agents = new Map();

function post({ origin, count }, localAddress, body) {
  let agent = agents.get(localAddress);
  if (agent === undefined) agents.set(localAddress, (agent = new Agent({ keepAlive: true, localAddress })));
  return new Promise((resolve, reject) => {
    const sent = request(`${origin}/graphql`, {
      method: 'POST',
      agent,
      headers: { 'content-type': 'application/json' },
    });
    sent.on('error', reject);
    sent.on('response', (response) => {
      let beginning = '';
      response.setEncoding('utf8').on('data', (part) => {
        if (beginning.length < 300) beginning += part;
      });
      response.on('end', () => {
        count(/"code":"(\w+)"/.exec(beginning)?.[1] ?? String(response.statusCode));
        resolve();
      });
      response.on('error', reject);
    });
    sent.end(body);
  });
}
