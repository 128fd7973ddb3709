/** What is left of a record that was taken back: that it was there, and since when it is not. */
import type { RecordKind } from '../records/record.entity.js';
import { type NodeObject, nodeObject } from './node-object.js';
import type { FoundRecord } from './record-resource.loaders.js';
import { typeOf } from './relation-nodes.js';

export interface Tombstone {
  readonly id: string;
  readonly recordKind: RecordKind;
  /** Told to those alone who asked by it: it is made of the title, which is taken back with the rest. */
  readonly slug?: string;
  /** Its persistent address, as it was asked for. */
  readonly url: string;
  /** ISO 8601 in UTC. */
  readonly retractedAt: string;
}

/** @param name by which it was asked for: the id or the slug */
export function tombstoneOf({ id, recordKind, retractedAt }: FoundRecord, name: string, base: string): Tombstone {
  return {
    id,
    recordKind,
    ...(name === id ? {} : { slug: name }),
    url: `${base}/records/${name}`,
    retractedAt: retractedAt!,
  };
}

export function tombstoneNode({ id, recordKind, url, retractedAt }: Tombstone): NodeObject {
  return nodeObject(url, typeOf(recordKind), { identifier: `urn:uuid:${id}`, invalidatedAtTime: retractedAt });
}
