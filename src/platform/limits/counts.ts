/** How many things of one kind each of many has at a time. */
export class Counts {
  private readonly counts = new Map<string, number>();

  constructor(private readonly maximum: number) {}

  /** Counts one more; false, and not counted, when there are as many as may be. */
  take(key: string): boolean {
    const count = this.counts.get(key) ?? 0;
    if (count >= this.maximum) return false;
    this.counts.set(key, count + 1);
    return true;
  }

  giveBack(key: string): void {
    const left = this.counts.get(key)! - 1;
    // An entry for everybody who ever came would fill the memory.
    if (left > 0) this.counts.set(key, left);
    else this.counts.delete(key);
  }
}
