/** A socket that asks for everything, many times over, and reads none of it. */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { encodeCursor } from '../../src/platform/log/cursor.js';
import { SUBSCRIPTION } from './recorder.js';
import type { Site } from './site.js';

const OPERATIONS = 40;

export class NeverReading {
  private constructor(private readonly socket: Socket) {}

  /** Connects, and asks for the whole log. */
  static async open(url: string, site: Site): Promise<NeverReading> {
    const { hostname, port, host } = new URL(url);
    const [state] = await site.rows<{ epoch: string }>('SELECT epoch FROM knowledge_log_state');
    const after = encodeCursor({ epoch: state!.epoch, position: 0 });
    const socket = connect(Number(port), hostname);
    socket.on('error', () => undefined);
    await once(socket, 'connect');
    socket.pause();
    socket.write(
      `GET /graphql HTTP/1.1\r\nHost: ${host}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
        `Sec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: graphql-transport-ws\r\n` +
        `Sec-WebSocket-Key: ${randomBytes(16).toString('base64')}\r\n\r\n`,
    );
    socket.write(frame({ type: 'connection_init' }));
    for (let id = 0; id < OPERATIONS; id++) {
      const payload = { query: SUBSCRIPTION, variables: { after } };
      socket.write(frame({ id: String(id), type: 'subscribe', payload }));
    }
    return new NeverReading(socket);
  }

  close(): void {
    this.socket.destroy();
  }
}

/** A text frame of a client, masked with nothing. */
function frame(message: object): Buffer {
  const payload = Buffer.from(JSON.stringify(message));
  const short = payload.length < 126;
  const head = Buffer.alloc(short ? 6 : 8);
  head[0] = 0x81;
  head[1] = 0x80 | (short ? payload.length : 126);
  if (!short) head.writeUInt16BE(payload.length, 2);
  return Buffer.concat([head, payload]);
}
