/**
 * A graphql-transport-ws client that costs as little as it can, since it shares the processors with what is measured: the
 * handshake and the frames by hand, no object for a message.
 */
import { randomBytes, randomUUID } from 'node:crypto';
import { connect } from 'node:net';

/** What is read is worked on before the next read, so all sockets of a process share it. */
const buffer = Buffer.allocUnsafe(256 * 1024);

const MASKED = 0x80;
const TEXT = 1;
const CLOSE = 8;
const PING = 9;
const PONG = 10;

export class LightSocket {
  /**
   * Connects and subscribes. That the server has read the request is not waited for.
   *
   * @param payload of the `subscribe` message
   * @param onMessage hears (socket, bytes, start, end) of each message from then on; the bytes are the caller's until it
   *   returns. What it returns is whether to read on.
   */
  static open({ port, payload, onMessage, onLost }) {
    return new Promise((resolve, reject) => {
      const socket = new LightSocket(payload, onMessage, resolve);
      socket.onLost = (error) => {
        reject(error);
        onLost?.(error);
      };
      socket.connect(port);
    });
  }

  id = randomUUID();
  upgraded = false;
  acknowledged = false;
  /** The beginning of a frame whose end has not come yet. */
  rest = undefined;

  constructor(payload, onMessage, subscribed) {
    this.payload = payload;
    this.onMessage = onMessage;
    this.subscribed = subscribed;
  }

  connect(port) {
    const onread = { buffer, callback: (length) => this.read(length) };
    this.socket = connect({ port, host: '127.0.0.1', onread });
    this.socket.setNoDelay();
    this.socket.on('error', (error) => this.onLost(error));
    this.socket.on('close', () => this.onLost(new Error('The server closed the connection.')));
    const lines = [
      'GET /graphql HTTP/1.1',
      `Host: 127.0.0.1:${port}`,
      'Connection: Upgrade',
      'Upgrade: websocket',
      'Sec-WebSocket-Version: 13',
      `Sec-WebSocket-Key: ${randomBytes(16).toString('base64')}`,
      'Sec-WebSocket-Protocol: graphql-transport-ws',
    ];
    this.socket.write(`${lines.join('\r\n')}\r\n\r\n`);
  }

  close() {
    this.onLost = () => {};
    this.socket.destroy();
  }

  /** @returns whether to read on */
  read(length) {
    let data = buffer.subarray(0, length);
    if (this.rest !== undefined) data = Buffer.concat([this.rest, data]);
    let offset = 0;
    let goOn = true;
    if (!this.upgraded) offset = this.readHead(data);
    while (this.upgraded) {
      const payload = payloadOf(data, offset);
      if (payload === undefined) break;
      goOn = this.readFrame(data, data[offset], payload.start, payload.end) && goOn;
      offset = payload.end;
    }
    this.rest = offset < data.length ? Buffer.from(data.subarray(offset)) : undefined;
    return goOn;
  }

  readHead(data) {
    const end = data.indexOf('\r\n\r\n');
    if (end < 0) return 0;
    const head = data.toString('latin1', 0, end);
    if (!head.startsWith('HTTP/1.1 101 ')) throw new Error(`The server refused a socket: ${head}`);
    this.upgraded = true;
    this.send({ type: 'connection_init' });
    return end + 4;
  }

  readFrame(data, head, start, end) {
    const kind = head & 0x0f;
    if (kind === PING) this.write(PONG, data.subarray(start, end));
    else if (kind === CLOSE)
      this.onLost(new Error(`The server closed a socket: ${data.toString('utf8', start + 2, end)}`));
    else if (kind !== TEXT || head < MASKED) throw new Error(`Frames such as ${head} are not expected here.`);
    else if (this.acknowledged) return this.onMessage(this, data, start, end) !== false;
    else this.acknowledge();
    return true;
  }

  /** The server's first message can only be `connection_ack`. */
  acknowledge() {
    this.acknowledged = true;
    this.send({ id: this.id, type: 'subscribe', payload: this.payload });
    this.subscribed(this);
  }

  send(message) {
    this.write(TEXT, Buffer.from(JSON.stringify(message)));
  }

  write(kind, payload) {
    const { length } = payload;
    const size = length < 126 ? [MASKED | length] : [MASKED | 126, length >> 8, length & 0xff];
    // A mask of zeros leaves the payload as it is.
    this.socket.write(Buffer.concat([Buffer.from([0x80 | kind, ...size, 0, 0, 0, 0]), payload]));
  }
}

/** Where the payload of the frame at `offset` lies; undefined when not all of it is there. */
function payloadOf(data, offset) {
  const there = data.length - offset;
  if (there < 2) return undefined;
  let length = data[offset + 1];
  let head = 2;
  if (length === 126) {
    if (there < 4) return undefined;
    length = data.readUInt16BE(offset + 2);
    head = 4;
  } else if (length === 127) {
    if (there < 10) return undefined;
    length = Number(data.readBigUInt64BE(offset + 2));
    head = 10;
  }
  const start = offset + head;
  return there < head + length ? undefined : { start, end: start + length };
}
