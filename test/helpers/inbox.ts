/** Inboxes as their owners use them. */
import { expect } from 'vitest';
import type { GraphqlResponse } from './server.js';

/** Sends an operation as somebody. */
export type Send = (query: string, variables?: object) => Promise<GraphqlResponse>;

export interface TestFollow {
  readonly id: string;
  readonly name: string;
  readonly level: string;
  readonly since: string;
}

export interface TestItem {
  readonly id: string;
  readonly reason: string;
  readonly isRead: boolean;
  readonly cursor: string;
  readonly event: { readonly id: string; readonly type: string; readonly recordId: string };
}

export const ITEM = 'id reason isRead cursor event { id type recordId }';

/** Runs a mutation with an `input`, and gives its payload. */
export async function change(send: Send, name: string, selection: string, input: object): Promise<any> {
  const type = `${name[0]!.toUpperCase()}${name.slice(1)}Input`;
  const { data, errors } = await send(
    `mutation ($input: ${type}!) { ${name}(input: $input) { ${selection} errors { code message path } } }`,
    { input },
  );
  expect(errors).toBeUndefined();
  return data[name];
}

export async function follow(send: Send, filter: object, more: object = {}): Promise<TestFollow> {
  const { follow: made, errors } = await change(send, 'follow', 'follow { id name level since }', {
    name: 'What we care for',
    filter,
    ...more,
  });
  expect(errors).toEqual([]);
  return made;
}

/** What is in an inbox, oldest first, and how much of it is unread. */
export async function inboxOf(
  send: Send,
  organisationId: string | null = null,
): Promise<{ unreadCount: number; items: TestItem[] }> {
  const { data, errors } = await send(
    `query ($id: ID) { inbox(organisationId: $id) { unreadCount items(first: 1000) { nodes { ${ITEM} } } } }`,
    { id: organisationId },
  );
  expect(errors).toBeUndefined();
  return { unreadCount: data.inbox.unreadCount, items: data.inbox.items.nodes.reverse() };
}
