// A bug, loaded into a server by `--import`: what a client has no room for is not sent to it.
import 'reflect-metadata';
import { EventStream } from '../../../dist/src/platform/server/event-stream.js';
import { SocketOutlet } from '../../../dist/src/platform/server/socket-connection.js';

for (const { prototype } of [EventStream, SocketOutlet]) {
  const { get: hasRoom } = Object.getOwnPropertyDescriptor(prototype, 'isReady');
  const { send } = prototype;
  Object.defineProperty(prototype, 'isReady', { get: () => true });
  prototype.send = function (payload) {
    if (hasRoom.call(this)) send.call(this, payload);
  };
}
