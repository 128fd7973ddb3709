import { expect, it, vi } from 'vitest';
import { CredentialWatch } from '../../src/platform/auth/credential-watch.js';
import { viewerOf } from '../../src/platform/auth/viewer.js';
import type { Database } from '../../src/platform/database/database.js';
import { until } from '../helpers/until.js';

const viewer = (apiKeyId: string) =>
  viewerOf({ apiKeyId, personId: null, memberships: [], scopes: [], expiresAt: null });

it('does not take a connection that comes while the database is asked for one whose credential is gone', async () => {
  const answers: ((rows: object[]) => void)[] = [];
  const rows = vi.fn(() => new Promise<object[]>((resolve) => answers.push(resolve)));
  const watch = new CredentialWatch({ rows } as unknown as Database, (error) => expect(error).toBeUndefined());
  const ended: string[] = [];
  watch.watch(viewer('revoked'), () => ended.push('revoked'));
  watch.start();
  try {
    await until(() => expect(answers).toHaveLength(1));
    watch.watch(viewer('new'), () => ended.push('new'));
    answers[0]!([]);
    // The next look has begun, so that the first is over.
    await until(() => expect(answers).toHaveLength(2));
    expect(ended).toEqual(['revoked']);
  } finally {
    watch.stop();
  }
});
