/** A source of events that tests feed, and that knows who listens. */
export class TestEvents<Event> {
  private readonly queues = new Set<TestQueue<Event>>();

  get listeners(): number {
    return this.queues.size;
  }

  send(event: Event): void {
    for (const queue of this.queues) queue.push(event);
  }

  listen(): AsyncIterableIterator<Event> {
    const queue = new TestQueue<Event>(() => this.queues.delete(queue));
    this.queues.add(queue);
    return queue;
  }
}

class TestQueue<Event> implements AsyncIterableIterator<Event> {
  private readonly events: Event[] = [];
  private readonly waiting: ((result: IteratorResult<Event>) => void)[] = [];
  private done = false;

  constructor(private readonly onReturn: () => void) {}

  push(event: Event): void {
    const next = this.waiting.shift();
    if (next) next({ value: event, done: false });
    else this.events.push(event);
  }

  next(): Promise<IteratorResult<Event>> {
    if (this.done) return Promise.resolve({ value: undefined, done: true });
    const event = this.events.shift();
    if (event !== undefined) return Promise.resolve({ value: event, done: false });
    return new Promise((resolve) => this.waiting.push(resolve));
  }

  async return(): Promise<IteratorResult<Event>> {
    this.done = true;
    this.onReturn();
    for (const resolve of this.waiting) resolve({ value: undefined, done: true });
    return { value: undefined, done: true };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}
