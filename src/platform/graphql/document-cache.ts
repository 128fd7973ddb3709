import type { DocumentNode } from 'graphql';

/**
 * Valid documents by their text, the least recently used dropped first. Bounded by the characters of all texts together:
 * a parsed document takes some 75 times its text in memory, and a bound on their number would let a thousand large ones in.
 */
export class DocumentCache {
  private readonly documents = new Map<string, DocumentNode>();
  private characters = 0;

  /** @param capacity characters of text at most, e.g. 500,000 for some 40 MB */
  constructor(private readonly capacity: number) {}

  get(text: string): DocumentNode | undefined {
    const document = this.documents.get(text);
    if (document !== undefined) {
      this.documents.delete(text);
      this.documents.set(text, document);
    }
    return document;
  }

  set(text: string, document: DocumentNode): void {
    if (text.length > this.capacity / 10 || this.documents.has(text)) return;
    this.documents.set(text, document);
    this.characters += text.length;
    for (const oldest of this.documents.keys()) {
      if (this.characters <= this.capacity) break;
      this.documents.delete(oldest);
      this.characters -= oldest.length;
    }
  }

  get size(): number {
    return this.documents.size;
  }
}
