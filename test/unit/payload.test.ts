import { describe, expect, it } from 'vitest';
import { DomainError, refuse, userError, UserErrorCode } from '../../src/common/errors.js';
import { payload } from '../../src/common/payload.js';

describe('a payload', () => {
  it('has what was made', async () => {
    expect(await payload('lesson', async () => ({ id: '1' }))).toEqual({ lesson: { id: '1' }, errors: [] });
  });

  it('says why a write was refused', async () => {
    const refused = await payload('lesson', async () => {
      throw refuse(UserErrorCode.NOT_FOUND, 'No such lesson.', ['ids', 2]);
    });
    expect(refused).toEqual({
      lesson: null,
      errors: [{ code: 'NOT_FOUND', message: 'No such lesson.', path: ['ids', '2'] }],
    });
  });

  it('has all reasons', async () => {
    const reasons = [userError(UserErrorCode.REQUIRED, 'a'), userError(UserErrorCode.INVALID, 'b')];
    const { errors } = await payload('record', () => Promise.reject(new DomainError(reasons)));
    expect(errors).toEqual(reasons);
  });

  it('is not there when something else went wrong', async () => {
    await expect(payload('record', () => Promise.reject(new TypeError('a bug')))).rejects.toThrow(TypeError);
  });
});
