import type { ServerResponse } from 'node:http';

/**
 * Cuts off a reader for whom something lies ready and who takes none of it for a while. The time limit of the connection
 * itself is met by a byte now and then; here a whole piece has to go.
 */
export function watchProgress(response: ServerResponse, milliseconds: number): void {
  const { socket } = response;
  // It has left already.
  if (socket === null) return;
  let before = -1;
  const timer = setInterval(() => {
    const taken = socket.bytesWritten - socket.writableLength;
    if (response.writableNeedDrain && taken === before) response.destroy();
    before = taken;
  }, milliseconds);
  response.once('close', () => clearInterval(timer));
}
